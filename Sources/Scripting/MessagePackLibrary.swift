// The library `cmsgpack`. Source: lua-cmsgpack 0.4.0, as Redis 7 has it: no `bin` and no extension types.

import Base

extension Interpreter {
    /// Tables inside tables beyond this are packed as nil. Source: LUACMSGPACK_MAX_NESTING.
    private static var nestingMax: Int { 16 }

    /// What is deeper in a message is not unpacked: a bound on the thread's stack. Redis' own is Lua's, some 8000.
    private static var unpackedNestingMax: Int { 1000 }

    func packMessage(_ stack: LuaStack) -> Int32 {
        let count = stack.top
        guard count > 0 else { return failArgument(0, "pack", "MessagePack pack needs input.", stack) }
        guard stack.makeRoom(3 * Self.nestingMax) else {
            return failArgument(0, "pack", "Too many arguments for MessagePack pack.", stack)
        }
        var output = OutputBuffer(capacity: 256)
        for place in 1...count {
            stack.pushCopy(place)
            packTop(stack, 0, &output)
            stack.pop()
        }
        stack.push(output.span)
        return 1
    }

    private func packTop(_ stack: LuaStack, _ level: Int, _ output: inout OutputBuffer) {
        switch stack.kind(-1) {
        case .string:
            let bytes = stack.bytes(-1)
            appendHeader(bytes.byteCount, fix: 0xA0, fixMax: 31, small: 0xD9, 0xDA, 0xDB, &output)
            output.append(bytes)
        case .boolean: output.append(stack.boolean(-1) ? 0xC3 : 0xC2)
        case .number: append(stack.number(-1), &output)
        case .table where level < Self.nestingMax: packTable(stack, level, &output)
        case .none, .nil, .lightUserdata, .table, .function, .userdata, .thread: output.append(0xC0)
        }
    }

    private func packTable(_ stack: LuaStack, _ level: Int, _ output: inout OutputBuffer) {
        var count = 0
        var highest = 0.0
        var isArray = true
        stack.pushNil()
        while stack.pushNext(of: -2) {
            stack.pop()
            let key = stack.kind(-1) == .number ? stack.number(-1) : 0
            if key <= 0 || key != key.rounded(.towardZero) { isArray = false }
            highest = max(highest, key)
            count += 1
        }
        if isArray && highest == Double(count) {
            appendHeader(count, fix: 0x90, fixMax: 15, small: nil, 0xDC, 0xDD, &output)
            for index in 0..<count {
                stack.pushElement(index + 1, of: -1)
                packTop(stack, level + 1, &output)
                stack.pop()
            }
            return
        }
        appendHeader(count, fix: 0x80, fixMax: 15, small: nil, 0xDE, 0xDF, &output)
        stack.pushNil()
        while stack.pushNext(of: -2) {
            // A copy, since a key must not become text.
            stack.pushCopy(-2)
            packTop(stack, level + 1, &output)
            stack.pop()
            packTop(stack, level + 1, &output)
            stack.pop()
        }
    }

    private func appendHeader(
        _ count: Int, fix: UInt8, fixMax: Int, small: UInt8?, _ medium: UInt8, _ large: UInt8,
        _ output: inout OutputBuffer
    ) {
        if count <= fixMax { return output.append(fix | UInt8(count)) }
        if let small, count <= 0xFF { return append(small, UInt64(count), 1, &output) }
        count <= 0xFFFF ? append(medium, UInt64(count), 2, &output) : append(large, UInt64(count), 4, &output)
    }

    private func append(_ mark: UInt8, _ value: UInt64, _ size: Int, _ output: inout OutputBuffer) {
        output.append(mark)
        for index in (0..<size).reversed() { output.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    private func append(_ number: Double, _ output: inout OutputBuffer) {
        guard number >= -0x1p63 && number < 0x1p63 && number == number.rounded(.towardZero) else {
            if Double(Float(number)) == number { return append(0xCA, UInt64(Float(number).bitPattern), 4, &output) }
            return append(0xCB, number.bitPattern, 8, &output)
        }
        let value = Int64(number)
        let bits = UInt64(bitPattern: value)
        switch value {
        case 0...0x7F, -32 ... -1: output.append(UInt8(truncatingIfNeeded: value))
        case 0...0xFF: append(0xCC, bits, 1, &output)
        case 0...0xFFFF: append(0xCD, bits, 2, &output)
        case 0...0xFFFF_FFFF: append(0xCE, bits, 4, &output)
        case 0...: append(0xCF, bits, 8, &output)
        case -0x80 ... -1: append(0xD0, bits, 1, &output)
        case -0x8000 ... -1: append(0xD1, bits, 2, &output)
        case -0x8000_0000 ... -1: append(0xD2, bits, 4, &output)
        default: append(0xD3, bits, 8, &output)
        }
    }

    // MARK: Unpacking

    private struct Fault: Error {
        var text: String
        var hasPlace = true
        static let bad = Fault(text: "Bad data format in input.")
        static let missing = Fault(text: "Missing bytes in input.")
    }

    /// - Parameter name: `unpack` takes all; `unpack_one` one and `unpack_limit` so many, from an offset, and both
    ///   return in front where to go on, or -1 at the end.
    func unpackMessage(_ function: HostFunction, _ stack: LuaStack) -> Int32 {
        let name = function == .messageUnpack ? "unpack" : function == .messageUnpackOne ? "unpack_one" : "unpack_limit"
        guard stack.kind(1) == .string || stack.kind(1) == .number else { return failKind(1, name, "string", stack) }
        var limit = 0
        var offset = 0
        if function == .messageUnpackOne {
            limit = 1
            offset = integer(2, stack)
        } else if function == .messageUnpackLimit {
            guard stack.isNumeric(2) else { return failKind(2, name, "number", stack) }
            limit = integer(2, stack)
            offset = integer(3, stack)
        }
        // Turned into text before it is read.
        let bytes = stack.bytes(1)
        guard offset >= 0 && limit >= 0 else {
            let size = bytes.byteCount
            return failHere("Invalid request to unpack with offset of \(offset) and limit of \(size).", stack)
        }
        guard offset <= bytes.byteCount else {
            return failHere("Start offset \(offset) greater than input length \(bytes.byteCount).", stack)
        }
        do {
            return try unpack(bytes, offset, limit, tellsPlace: function != .messageUnpack, stack)
        } catch {
            if error.hasPlace { return failHere(error.text, stack) }
            stack.push(error.text)
            return -1
        }
    }

    private func integer(_ place: Int, _ stack: LuaStack) -> Int {
        stack.isNumeric(place) ? Int(Int32(truncatingIfNeeded: Int64(clamping: Int(stack.number(place).clamped)))) : 0
    }

    private func unpack(
        _ bytes: RawSpan, _ start: Int, _ limit: Int, tellsPlace: Bool, _ stack: LuaStack
    ) throws(Fault) -> Int32 {
        var offset = start
        var count = 0
        // Source: lua_cmsgpack mp_unpack_full: with neither it is `unpack`.
        if tellsPlace && (start != 0 || limit != 0) {
            // The place of where to go on: filled when it is known.
            let first = stack.top + 1
            stack.pushNil()
            while offset < bytes.byteCount && (limit == 0 || count < limit) {
                try unpackOne(bytes, &offset, 0, stack)
                count += 1
            }
            stack.push(Double(offset < bytes.byteCount ? offset : -1))
            stack.replace(first)
            return Int32(count + 1)
        }
        while offset < bytes.byteCount {
            try unpackOne(bytes, &offset, 0, stack)
            count += 1
        }
        return Int32(count)
    }

    private func unpackOne(
        _ bytes: RawSpan, _ offset: inout Int, _ depth: Int, _ stack: LuaStack
    ) throws(Fault) {
        guard stack.makeRoom(4) else {
            let advice = "too many return values at once; use unpack_one or unpack_limit instead."
            throw Fault(text: "stack overflow (\(advice))")
        }
        let mark = UInt8(truncatingIfNeeded: try take(1, bytes, &offset))
        switch mark {
        case 0...0x7F: stack.push(Double(mark))
        case 0x80...0x8F: try unpackMap(Int(mark & 15), bytes, &offset, depth, stack)
        case 0x90...0x9F: try unpackArray(Int(mark & 15), bytes, &offset, depth, stack)
        case 0xA0...0xBF: try unpackString(Int(mark & 31), bytes, &offset, stack)
        case 0xC0: stack.pushNil()
        case 0xC2, 0xC3: stack.push(mark == 0xC3)
        case 0xCA: stack.push(Double(Float(bitPattern: UInt32(truncatingIfNeeded: try take(4, bytes, &offset)))))
        case 0xCB: stack.push(Double(bitPattern: try take(8, bytes, &offset)))
        case 0xCC: stack.push(Double(try take(1, bytes, &offset)))
        case 0xCD: stack.push(Double(try take(2, bytes, &offset)))
        case 0xCE: stack.push(Double(try take(4, bytes, &offset)))
        case 0xCF, 0xD3: stack.push(Double(Int64(bitPattern: try take(8, bytes, &offset))))
        case 0xD0: stack.push(Double(Int8(truncatingIfNeeded: try take(1, bytes, &offset))))
        case 0xD1: stack.push(Double(Int16(truncatingIfNeeded: try take(2, bytes, &offset))))
        case 0xD2: stack.push(Double(Int32(truncatingIfNeeded: try take(4, bytes, &offset))))
        case 0xD9: try unpackString(Int(try take(1, bytes, &offset)), bytes, &offset, stack)
        case 0xDA: try unpackString(Int(try take(2, bytes, &offset)), bytes, &offset, stack)
        case 0xDB: try unpackString(Int(try take(4, bytes, &offset)), bytes, &offset, stack)
        case 0xDC: try unpackArray(Int(try take(2, bytes, &offset)), bytes, &offset, depth, stack)
        case 0xDD: try unpackArray(Int(try take(4, bytes, &offset)), bytes, &offset, depth, stack)
        case 0xDE: try unpackMap(Int(try take(2, bytes, &offset)), bytes, &offset, depth, stack)
        case 0xDF: try unpackMap(Int(try take(4, bytes, &offset)), bytes, &offset, depth, stack)
        case 0xE0...0xFF: stack.push(Double(Int8(bitPattern: mark)))
        default: throw .bad
        }
    }

    private func take(_ size: Int, _ bytes: RawSpan, _ offset: inout Int) throws(Fault) -> UInt64 {
        guard size <= bytes.byteCount - offset else { throw .missing }
        var value: UInt64 = 0
        for index in 0..<size { value = value << 8 | UInt64(bytes[offset + index]) }
        offset += size
        return value
    }

    private func unpackString(
        _ size: Int, _ bytes: RawSpan, _ offset: inout Int, _ stack: LuaStack
    ) throws(Fault) {
        guard size <= bytes.byteCount - offset else { throw .missing }
        stack.push(bytes.slice(offset, offset + size))
        offset += size
    }

    private func unpackArray(
        _ count: Int, _ bytes: RawSpan, _ offset: inout Int, _ depth: Int, _ stack: LuaStack
    ) throws(Fault) {
        guard depth < Self.unpackedNestingMax, stack.makeRoom(4) else {
            throw Fault(text: "stack overflow (in function mp_decode_to_lua_array)")
        }
        stack.pushTable()
        var index = 1
        while index <= count {
            try unpackOne(bytes, &offset, depth + 1, stack)
            stack.setElement(index)
            index += 1
        }
    }

    private func unpackMap(
        _ count: Int, _ bytes: RawSpan, _ offset: inout Int, _ depth: Int, _ stack: LuaStack
    ) throws(Fault) {
        guard depth < Self.unpackedNestingMax, stack.makeRoom(4) else {
            throw Fault(text: "stack overflow (in function mp_decode_to_lua_hash)")
        }
        stack.pushTable()
        for _ in 0..<count {
            try unpackOne(bytes, &offset, depth + 1, stack)
            if stack.kind(-1) == .nil { throw Fault(text: "table index is nil", hasPlace: false) }
            if stack.kind(-1) == .number && stack.number(-1).isNaN {
                throw Fault(text: "table index is NaN", hasPlace: false)
            }
            try unpackOne(bytes, &offset, depth + 1, stack)
            stack.setPair()
        }
    }
}

extension Double {
    /// Within what an integer holds; 0 if it is no number.
    fileprivate var clamped: Double { isNaN ? 0 : Swift.min(Swift.max(self, -0x1p62), 0x1p62) }
}
