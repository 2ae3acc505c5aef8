// The ways in which a request is refused, and what subcommands have in common.

import Base
import Engine

extension RESPSession {
    func fail(_ text: StaticString, _ output: inout OutputBuffer) {
        countError(text)
        output.append("-")
        output.append(text)
        output.append("\r\n")
    }

    /// As `fail`, with text made for the occasion. Line ends in it become blanks, or the reply would be torn.
    func fail(made text: String, _ output: inout OutputBuffer) {
        countError(FirstWord(text))
        Self.appendError(text, &output)
    }

    /// On one line, whatever `text` is.
    static func appendError(_ text: String, _ output: inout OutputBuffer) {
        output.append("-" as StaticString)
        for byte in text.utf8 { output.append(byte == 13 || byte == 10 ? 32 : byte) }
        output.append("\r\n")
    }

    func failSyntax(_ output: inout OutputBuffer) { fail("ERR syntax error", &output) }

    func failInteger(_ output: inout OutputBuffer) {
        fail("ERR value is not an integer or out of range", &output)
    }

    func failMagnitude(_ output: inout OutputBuffer) {
        fail("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807", &output)
    }

    func failKind(_ output: inout OutputBuffer) {
        fail("WRONGTYPE Operation against a key holding the wrong kind of value", &output)
    }

    func failMemory(_ output: inout OutputBuffer) {
        fail("OOM command not allowed when used memory > 'maxmemory'.", &output)
    }

    func failSize(_ output: inout OutputBuffer) {
        fail("ERR string exceeds maximum allowed size (proto-max-bulk-len)", &output)
    }

    @inline(never)
    func refuseCount(_ command: Command, _ output: inout OutputBuffer) {
        let mark = output.count
        defer { dropReply(after: mark, &output) }
        refusedCommand = Int(command.rawValue)
        defer { refusedCommand = nil }
        endCaching(command, isRefused: true)
        if command == .exec {
            return abortExec(&output) { $0.append("wrong number of arguments for 'exec' command") }
        }
        flawTransaction()
        fail(made: "ERR wrong number of arguments for '\(command.spec.name)' command", &output)
    }

    /// Source: Redis 7 processCommand: 128 bytes of the name, and about as many of the arguments, each up to a NUL.
    @inline(never)
    func refuseUnknown(_ request: Request, _ output: inout OutputBuffer) {
        let name = request[0]
        // A browser was led here by another site: HTTP's verb and header end the conversation at once.
        if name.equalsIgnoringCase("post") || name.equalsIgnoringCase("host:") {
            ending = .abort
            return
        }
        let mark = output.count
        defer { dropReply(after: mark, &output) }
        flawTransaction()
        endCaching(nil, isRefused: true)
        refusing(-1) { countError() }
        output.append("-ERR unknown command '")
        appendErrorText(name, RESPLimits.errorTextSizeMax, &output)
        output.append("', with args beginning with: ")
        var size = 0
        var index = 1
        while index < request.count && size < RESPLimits.errorTextSizeMax {
            output.append("'")
            size += 3 + appendErrorText(request[index], RESPLimits.errorTextSizeMax - size, &output)
            output.append("' ")
            index += 1
        }
        output.append("\r\n")
    }

    /// Repeats a client's bytes in an error, up to a NUL and to `sizeMax`, line ends as blanks. Returns how many.
    @discardableResult
    func appendErrorText(_ text: RawSpan, _ sizeMax: Int, _ output: inout OutputBuffer) -> Int {
        var count = 0
        while count < min(text.byteCount, sizeMax) && text[count] != 0 {
            let byte = text[count]
            output.append(byte == 13 || byte == 10 ? 32 : byte)
            count += 1
        }
        return count
    }

    /// Finds the subcommand that argument 1 names, or refuses the request.
    func subcommand<S: Subcommand>(
        _ container: Command, _ request: Request, _ output: inout OutputBuffer
    ) -> S? {
        guard let index = subcommandIndex(container, request, &output) else { return nil }
        let code = CallSubject.code(container, subcommand: index)
        if isExecuting { innerCommand = code } else { lastCommand = code }
        return S(rawValue: index)
    }

    /// As `subcommand`, by position in the container's row.
    func subcommandIndex(_ container: Command, _ request: Request, _ output: inout OutputBuffer) -> Int? {
        let spec = CommandTable.specs[Int(container.rawValue)]
        let name = request[1].copiedText().lowercased()
        guard let index = spec.subcommands.firstIndex(where: { $0.name == name }) else {
            isNoCall = true
            refusing(-1) { countError() }
            output.append("-ERR unknown subcommand '")
            appendErrorText(request[1], RESPLimits.errorTextSizeMax, &output)
            output.append("'. Try ")
            appendCapitals(request[0], &output)
            output.append(" HELP.\r\n")
            return nil
        }
        let arity = spec.subcommands[index].arity
        guard arity >= 0 ? request.count == arity : request.count >= -arity else {
            isNoCall = true
            refusing(CallSubject.code(container, subcommand: index)) { countError() }
            output.append("-ERR wrong number of arguments for '\(spec.name)|\(name)' command\r\n")
            return nil
        }
        return index
    }

    /// A command's name as the client wrote it, in capitals.
    func appendCapitals(_ name: RawSpan, _ output: inout OutputBuffer) {
        let capitals = Array(name.copiedText().uppercased().utf8)
        appendErrorText(capitals.span.rawBytes, RESPLimits.errorTextSizeMax, &output)
    }

    /// What HELP answers, printed from the table.
    func help(_ container: Command, _ request: Request, _ output: inout OutputBuffer) {
        let spec = CommandTable.specs[Int(container.rawValue)]
        output.appendArray(1 + spec.subcommands.count * 2)
        output.append("+")
        appendCapitals(request[0], &output)
        output.append(" <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\r\n")
        for subcommand in spec.subcommands {
            let syntax = subcommand.syntax.isEmpty ? "" : " \(subcommand.syntax)"
            output.appendSimple(subcommand.name.uppercased() + syntax)
            output.appendSimple("    \(subcommand.summary)")
        }
    }
}

extension RawSpan {
    /// Without CR and LF behind it, as Redis trims an error that ends in a client's bytes.
    var withoutLineEnds: RawSpan {
        @_lifetime(copy self) get {
            var end = byteCount
            while end > 0 && (self[end - 1] == 13 || self[end - 1] == 10) { end -= 1 }
            return slice(0, end)
        }
    }
}
