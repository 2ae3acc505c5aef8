// Replies as Lua values, and Lua values as replies. Source: Redis "Lua API", conversion of types; script_lua.c.

import Base
import Engine
import Scripting

/// Reads one reply of a command, in either version of the protocol, and pushes it.
enum ScriptReply {
    /// Returns whether the reply is an error.
    static func push(_ bytes: RawSpan, _ stack: LuaStack) -> Bool {
        var offset = 0
        guard bytes.byteCount > 0 else {
            stack.pushNil()
            return false
        }
        push(bytes, &offset, stack)
        return bytes[0] == UInt8(ascii: "-")
    }

    private static func push(_ bytes: RawSpan, _ offset: inout Int, _ stack: LuaStack) {
        let mark = bytes[offset]
        let end = bytes.firstIndex(of: 13, from: offset) ?? bytes.byteCount
        let line = bytes.slice(offset &+ 1, end)
        offset = end &+ 2
        switch mark {
        case UInt8(ascii: "$"):
            let size = integer(line)
            guard size >= 0 else { return stack.push(false) }
            stack.push(bytes.slice(offset, offset &+ size))
            offset &+= size &+ 2
        case UInt8(ascii: ":"): stack.push(Double(integer(line)))
        case UInt8(ascii: "+"):
            stack.pushTable(fields: 1)
            stack.push(line)
            stack.setField("ok")
        case UInt8(ascii: "-"): stack.pushError(line)
        case UInt8(ascii: "*"):
            let count = integer(line)
            guard count >= 0 else { return stack.push(false) }
            guard pushTable(elements: count, stack) else { return }
            var index = 1
            while index <= count {
                push(bytes, &offset, stack)
                stack.setElement(index)
                index &+= 1
            }
        case UInt8(ascii: "%"), UInt8(ascii: "~"): pushFields(integer(line), isMap: mark == 37, bytes, &offset, stack)
        case UInt8(ascii: "#"): stack.push(line.equals("t"))
        case UInt8(ascii: ","):
            stack.pushTable(fields: 1)
            stack.push(line.double() ?? 0)
            stack.setField("double")
        case UInt8(ascii: "("):
            stack.pushTable(fields: 1)
            stack.push(line)
            stack.setField("big_number")
        case UInt8(ascii: "="):
            let size = integer(line)
            stack.pushTable(fields: 1)
            stack.pushTable(fields: 2)
            stack.push(bytes.slice(offset, offset &+ 3))
            stack.setField("format")
            stack.push(bytes.slice(offset &+ 4, offset &+ size))
            stack.setField("string")
            stack.setField("verbatim_string")
            offset &+= size &+ 2
        default: stack.pushNil()
        }
    }

    /// A table for elements, if the stack has room for them; nil is pushed else.
    private static func pushTable(elements: Int, _ stack: LuaStack) -> Bool {
        guard stack.makeRoom(4) else {
            stack.pushNil()
            return false
        }
        stack.pushTable(elements: elements)
        return true
    }

    /// A map's pairs in a field `map`, or a set's members, with true, in a field `set`.
    private static func pushFields(
        _ count: Int, isMap: Bool, _ bytes: RawSpan, _ offset: inout Int, _ stack: LuaStack
    ) {
        guard pushTable(elements: 0, stack) else { return }
        stack.pushTable(fields: count)
        for _ in 0..<count {
            push(bytes, &offset, stack)
            if isMap { push(bytes, &offset, stack) } else { stack.push(true) }
            stack.setPair()
        }
        if isMap { stack.setField("map") } else { stack.setField("set") }
    }

    private static func integer(_ line: RawSpan) -> Int {
        var value = 0
        let isNegative = line.byteCount > 0 && line[0] == UInt8(ascii: "-")
        for index in (isNegative ? 1 : 0)..<line.byteCount { value = value &* 10 &+ Int(line[index] &- 48) }
        return isNegative ? 0 &- value : value
    }
}

extension RESPSession {
    /// Appends the value on top of the stack, which stays there.
    func appendResult(_ stack: LuaStack, _ output: inout OutputBuffer) {
        let start = output.count
        let limit = output.totalCount &+ RESPLimits.scriptReplySizeMax
        appendValue(stack, 0, limit, &output)
        guard output.totalCount <= limit else {
            output.truncate(to: start)
            return fail("ERR The script's reply is too large", &output)
        }
    }

    /// Source: Redis 7 luaReplyToRedisReply.
    private func appendValue(_ stack: LuaStack, _ depth: Int, _ limit: Int, _ output: inout OutputBuffer) {
        guard output.totalCount <= limit else { return }
        guard depth < RESPLimits.scriptReplyDepthMax, stack.makeRoom(4) else {
            return fail("ERR reached lua stack limit", &output)
        }
        switch stack.kind(-1) {
        case .string: output.appendBulk(stack.bytes(-1))
        case .number: output.appendInteger(Self.integer(stack.number(-1)))
        case .boolean: appendBoolean(stack.boolean(-1), &output)
        case .table: appendTable(stack, depth, limit, &output)
        case .none, .nil, .lightUserdata, .function, .userdata, .thread: output.appendNull(version)
        }
    }

    /// As C converts a double to 64 bits on this machine.
    private static func integer(_ number: Double) -> Int64 {
        number >= -0x1p63 && number < 0x1p63 ? Int64(number) : Int64.min
    }

    private func appendBoolean(_ value: Bool, _ output: inout OutputBuffer) {
        if scripts.run?.version == .three {
            if version == .three { return output.append(value ? "#t\r\n" : "#f\r\n") }
            return output.appendInteger(value ? 1 : 0)
        }
        value ? output.appendInteger(1) : output.appendNull(version)
    }

    private func appendTable(_ stack: LuaStack, _ depth: Int, _ limit: Int, _ output: inout OutputBuffer) {
        if appendMarked(stack, depth, limit, &output) { return }
        var count = 0
        while true {
            stack.pushElement(count &+ 1, of: -1)
            let isEnd = stack.kind(-1) == .nil
            stack.pop()
            if isEnd { break }
            count &+= 1
        }
        output.appendArray(count)
        for index in 0..<count {
            stack.pushElement(index &+ 1, of: -1)
            appendValue(stack, depth &+ 1, limit, &output)
            stack.pop()
            guard output.totalCount <= limit else { return }
        }
    }

    /// Appends a table that has one of the fields that say what it means. False if it has none.
    private func appendMarked(
        _ stack: LuaStack, _ depth: Int, _ limit: Int, _ output: inout OutputBuffer
    ) -> Bool {
        if field("err", .string, stack) {
            countScriptError(stack, of: -2)
            output.append("-")
            appendLineText(stack.bytes(-1), &output)
            output.append("\r\n")
        } else if field("ok", .string, stack) {
            output.append("+")
            appendLineText(stack.bytes(-1), &output)
            output.append("\r\n")
        } else if field("double", .number, stack) {
            output.appendDouble(stack.number(-1), version)
        } else if field("map", .table, stack) {
            appendPairs(stack, isMap: true, depth, limit, &output)
        } else if field("set", .table, stack) {
            appendPairs(stack, isMap: false, depth, limit, &output)
        } else if field("big_number", .string, stack) {
            appendBigNumber(stack, &output)
        } else if field("verbatim_string", .table, stack) {
            guard field("string", .string, stack) else {
                stack.pop()
                return false
            }
            stack.pushField("format", of: -2)
            let isText = stack.kind(-1) == .string
            if isText { appendVerbatim(stack, &output) }
            stack.pop(3)
            return isText
        } else {
            return false
        }
        stack.pop()
        return true
    }

    /// Pushes a field of this kind; pushes nothing if there is none.
    private func field(_ name: StaticString, _ kind: LuaKind, _ stack: LuaStack) -> Bool {
        stack.pushField(name, of: -1)
        if stack.kind(-1) == kind { return true }
        stack.pop()
        return false
    }

    private func appendPairs(
        _ stack: LuaStack, isMap: Bool, _ depth: Int, _ limit: Int, _ output: inout OutputBuffer
    ) {
        var count = 0
        stack.pushNil()
        while stack.pushNext(of: -2) {
            count &+= 1
            stack.pop()
        }
        isMap ? output.appendMap(count, version) : output.appendSet(count, version)
        stack.pushNil()
        while stack.pushNext(of: -2) {
            // A copy, for a number that is read as text becomes one, and is no key then.
            stack.pushCopy(-2)
            appendValue(stack, depth &+ 1, limit, &output)
            stack.pop()
            if isMap { appendValue(stack, depth &+ 1, limit, &output) }
            stack.pop()
        }
    }

    private func appendBigNumber(_ stack: LuaStack, _ output: inout OutputBuffer) {
        let digits = stack.bytes(-1)
        if version == .three { output.append("(") } else { output.appendLine("$", digits.byteCount) }
        appendLineText(digits, &output)
        output.append("\r\n")
    }

    /// The text below the top, of the format on top: three letters of it.
    private func appendVerbatim(_ stack: LuaStack, _ output: inout OutputBuffer) {
        let text = stack.bytes(-2)
        guard version == .three else { return output.appendBulk(text) }
        let format = stack.bytes(-1)
        output.appendLine("=", text.byteCount &+ 4)
        for index in 0..<3 { output.append(index < format.byteCount ? format[index] : 32) }
        output.append(":")
        output.append(text)
        output.append("\r\n")
    }

    /// Line ends as blanks, or the reply would be torn.
    func appendLineText(_ text: RawSpan, _ output: inout OutputBuffer) {
        for index in 0..<text.byteCount {
            let byte = text[index]
            output.append(byte == 13 || byte == 10 ? 32 : byte)
        }
    }
}
