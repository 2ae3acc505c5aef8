// The library `struct`: values as bytes in C's layouts. Source: Roberto Ierusalimschy's struct 0.2, as Redis 7 has it.

import Base

/// How far a format was read, and what it said of order and alignment.
private struct Format {
    let text: [UInt8]
    private(set) var place = 0
    var isLittle = true
    var alignment = 1

    init(_ text: RawSpan) { self.text = text.copiedBytes() }

    var isAtEnd: Bool { place >= text.count || text[place] == 0 }

    mutating func next() -> UInt8 {
        place += 1
        return text[place - 1]
    }

    /// The number that follows, `standard` if none does; nil if it is too large.
    mutating func number(_ standard: Int) -> Int? {
        guard place < text.count, (48...57).contains(text[place]) else { return standard }
        var value = 0
        while place < text.count, (48...57).contains(text[place]) {
            let digit = Int(text[place] - 48)
            guard value <= (Int(Int32.max) - digit) / 10 else { return nil }
            value = value * 10 + digit
            place += 1
        }
        return value
    }

    /// Bytes to skip before a value of `size`, `offset` from the start.
    func padding(_ offset: Int, _ option: UInt8, _ size: Int) -> Int {
        guard size > 0 && option != UInt8(ascii: "c") else { return 0 }
        let unit = min(size, alignment)
        return (unit - (offset & (unit - 1))) & (unit - 1)
    }
}

/// What a format's letter asks for.
private enum Option {
    case integer(isSigned: Bool)
    case float, double, pad, bytes, terminated
    /// It says how what follows is to be read.
    case control
}

private struct Fault: Error {
    let text: String
    var argument: Int?
}

extension Interpreter {
    private static var integerSizeMax: Int { 32 }
    private static var alignmentStandard: Int { 8 }

    private func option(_ letter: UInt8, _ format: inout Format) throws(Fault) -> (Option, size: Int) {
        switch letter {
        case UInt8(ascii: "b"): return (.integer(isSigned: true), 1)
        case UInt8(ascii: "B"): return (.integer(isSigned: false), 1)
        case UInt8(ascii: "h"): return (.integer(isSigned: true), 2)
        case UInt8(ascii: "H"): return (.integer(isSigned: false), 2)
        case UInt8(ascii: "l"): return (.integer(isSigned: true), 8)
        case UInt8(ascii: "L"), UInt8(ascii: "T"): return (.integer(isSigned: false), 8)
        case UInt8(ascii: "f"): return (.float, 4)
        case UInt8(ascii: "d"): return (.double, 8)
        case UInt8(ascii: "x"): return (.pad, 1)
        case UInt8(ascii: "s"): return (.terminated, 0)
        case UInt8(ascii: "c"): return (.bytes, try number(1, &format))
        case UInt8(ascii: "i"), UInt8(ascii: "I"):
            let size = try number(4, &format)
            guard size <= Self.integerSizeMax else {
                throw Fault(text: "integral size \(size) is larger than limit of \(Self.integerSizeMax)")
            }
            return (.integer(isSigned: letter == UInt8(ascii: "i")), size)
        case UInt8(ascii: " "): return (.control, 0)
        case UInt8(ascii: ">"): format.isLittle = false
        case UInt8(ascii: "<"): format.isLittle = true
        case UInt8(ascii: "!"):
            let alignment = try number(Self.alignmentStandard, &format)
            guard alignment > 0 && alignment & (alignment - 1) == 0 else {
                throw Fault(text: "alignment \(alignment) is not a power of 2")
            }
            format.alignment = alignment
        default:
            throw Fault(text: "invalid format option '\(Character(Unicode.Scalar(letter)))'", argument: 1)
        }
        return (.control, 0)
    }

    private func number(_ standard: Int, _ format: inout Format) throws(Fault) -> Int {
        guard let number = format.number(standard) else { throw Fault(text: "integral size overflow") }
        return number
    }

    private func fail(_ fault: Fault, _ name: String, _ stack: LuaStack) -> Int32 {
        fault.argument.map { failArgument($0, name, fault.text, stack) } ?? failHere(fault.text, stack)
    }

    func packStruct(_ stack: LuaStack) -> Int32 {
        guard let text = checkedFormat("pack", stack) else { return -1 }
        var format = text
        var output = OutputBuffer(capacity: 256)
        do {
            try pack(&format, stack, &output)
        } catch {
            return fail(error, "pack", stack)
        }
        stack.push(output.span)
        return 1
    }

    private func checkedFormat(_ name: String, _ stack: LuaStack) -> Format? {
        guard stack.kind(1) == .string || stack.kind(1) == .number else {
            _ = failKind(1, name, "string", stack)
            return nil
        }
        return Format(stack.bytes(1))
    }

    private func pack(_ format: inout Format, _ stack: LuaStack, _ output: inout OutputBuffer) throws(Fault) {
        var place = 2
        let top = stack.top
        while !format.isAtEnd {
            let letter = format.next()
            let (option, size) = try option(letter, &format)
            for _ in 0..<format.padding(output.count, letter, size) { output.append(0) }
            switch option {
            case .control: break
            case .pad: output.append(0)
            case .integer, .float, .double:
                guard place <= top, stack.isNumeric(place) else { throw kindFault(place, "number", stack) }
                let number = stack.number(place)
                switch option {
                case .float: append(UInt64(Float(number).bitPattern), 4, format.isLittle, &output)
                case .double: append(number.bitPattern, 8, format.isLittle, &output)
                default: append(Self.bits(number), size, format.isLittle, &output)
                }
                place += 1
            case .bytes, .terminated:
                guard place <= top, stack.kind(place) == .string || stack.kind(place) == .number else {
                    throw kindFault(place, "string", stack)
                }
                let bytes = stack.bytes(place)
                place += 1
                let count = size == 0 ? bytes.byteCount : size
                guard bytes.byteCount >= count else { throw Fault(text: "string too short", argument: place) }
                output.append(bytes.slice(0, count))
                if case .terminated = option { output.append(0) }
            }
        }
    }

    private func kindFault(_ place: Int, _ wanted: String, _ stack: LuaStack) -> Fault {
        // Beyond the last there is a nil, for the format's values are counted from the arguments' own place.
        let kind = place > stack.top ? "nil" : stack.kindName(place)
        return Fault(text: "\(wanted) expected, got \(kind)", argument: place)
    }

    /// As C converts a negative number to a signed one, any other to an unsigned one.
    private static func bits(_ number: Double) -> UInt64 {
        if number < 0 { return number >= -0x1p63 ? UInt64(bitPattern: Int64(number)) : 1 << 63 }
        return number < 0x1p64 ? UInt64(number) : 1 << 63
    }

    private func append(_ value: UInt64, _ size: Int, _ isLittle: Bool, _ output: inout OutputBuffer) {
        for index in 0..<size {
            let place = isLittle ? index : size - 1 - index
            output.append(place < 8 ? UInt8(truncatingIfNeeded: value >> UInt64(8 * place)) : 0)
        }
    }

    func structSize(_ stack: LuaStack) -> Int32 {
        guard let text = checkedFormat("size", stack) else { return -1 }
        var format = text
        var total = 0
        do throws(Fault) {
            while !format.isAtEnd {
                let letter = format.next()
                let (option, size) = try option(letter, &format)
                total += format.padding(total, letter, size)
                if case .terminated = option { throw Fault(text: "option 's' has no fixed size", argument: 1) }
                if case .bytes = option, size == 0 {
                    throw Fault(text: "option 'c0' has no fixed size", argument: 1)
                }
                total += size
            }
        } catch {
            return fail(error, "size", stack)
        }
        stack.push(Double(total))
        return 1
    }

    func unpackStruct(_ stack: LuaStack) -> Int32 {
        guard let text = checkedFormat("unpack", stack) else { return -1 }
        guard stack.kind(2) == .string || stack.kind(2) == .number else {
            return failKind(2, "unpack", "string", stack)
        }
        var offset = 0
        if stack.top >= 3 && stack.kind(3) != .nil {
            guard stack.isNumeric(3) else { return failKind(3, "unpack", "number", stack) }
            guard let start = Int(exactly: stack.number(3).rounded(.towardZero)), start >= 1 else {
                return failArgument(3, "unpack", "offset must be 1 or greater", stack)
            }
            offset = start - 1
        }
        var format = text
        do {
            return try unpack(&format, offset, stack)
        } catch {
            return fail(error, "unpack", stack)
        }
    }

    private func unpack(_ format: inout Format, _ start: Int, _ stack: LuaStack) throws(Fault) -> Int32 {
        let short = Fault(text: "data string too short", argument: 2)
        let bytes = stack.bytes(2)
        var offset = start
        var count: Int32 = 0
        while !format.isAtEnd {
            let letter = format.next()
            var (option, size) = try option(letter, &format)
            offset &+= format.padding(offset, letter, size)
            guard offset <= bytes.byteCount && size <= bytes.byteCount - offset else { throw short }
            guard stack.makeRoom(4) else { throw Fault(text: "stack overflow (too many results)") }
            switch option {
            case .control, .pad: break
            case .integer(let isSigned):
                stack.push(integer(bytes, offset, size, format.isLittle, isSigned: isSigned))
                count += 1
            case .float:
                let bits = unsigned(bytes, offset, 4, format.isLittle)
                stack.push(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
                count += 1
            case .double:
                stack.push(Double(bitPattern: unsigned(bytes, offset, 8, format.isLittle)))
                count += 1
            case .bytes:
                if size == 0 {
                    guard count > 0, stack.isNumeric(-1) else { throw Fault(text: "format 'c0' needs a previous size") }
                    let before = stack.number(-1).rounded(.towardZero)
                    guard let given = Int(exactly: before), given >= 0 else { throw short }
                    size = given
                    stack.pop()
                    count -= 1
                    guard size <= bytes.byteCount - offset else { throw short }
                }
                stack.push(bytes.slice(offset, offset + size))
                count += 1
            case .terminated:
                guard let end = bytes.firstIndex(of: 0, from: offset) else {
                    throw Fault(text: "unfinished string in data")
                }
                stack.push(bytes.slice(offset, end))
                size = end - offset + 1
                count += 1
            }
            offset += size
        }
        stack.push(Double(offset + 1))
        return count + 1
    }

    private func unsigned(_ bytes: RawSpan, _ offset: Int, _ size: Int, _ isLittle: Bool) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<size {
            let place = isLittle ? size - 1 - index : index
            value = value << 8 | UInt64(bytes[offset + place])
        }
        return value
    }

    private func integer(
        _ bytes: RawSpan, _ offset: Int, _ size: Int, _ isLittle: Bool, isSigned: Bool
    ) -> Double {
        let value = unsigned(bytes, offset, size, isLittle)
        guard isSigned else { return Double(value) }
        guard size > 0 && size < 8 else { return Double(Int64(bitPattern: value)) }
        let shift = UInt64(64 - 8 * size)
        return Double(Int64(bitPattern: value << shift) >> Int64(shift))
    }
}
