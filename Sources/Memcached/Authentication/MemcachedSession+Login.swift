// Logging in by text: what looks like a set carries a name and a password.

import Base
import Transport

extension MemcachedSession {
    /// Serves lines until one of them is a login that holds; what follows is then text like any other.
    func receiveLogin(_ input: RawSpan, _ output: inout OutputBuffer) -> Progress {
        var offset = 0
        while offset < input.byteCount {
            let served = logIn(input, from: offset, &output)
            if let progress = finish(served, input, &offset) { return progress }
            if stage == .text && offset < input.byteCount { return Progress(consumed: offset, next: .yield) }
            if output.isOverSoftLimit { return yielded(at: offset) }
        }
        return Progress(consumed: offset)
    }

    /// `set <anything> <anything> <anything> <size>`, and `user password` as its block.
    /// Source: memcached try_read_command_asciiauth.
    private func logIn(_ input: RawSpan, from start: Int, _ output: inout OutputBuffer) -> Served {
        guard let line = findLine(input, from: start) else {
            let isTooLong = input.byteCount &- start > Self.unfinishedLineSizeMax
            return isTooLong ? .closed(end: input.byteCount) : .incomplete(needed: 0)
        }
        if line.next &- start < Self.loginLineSizeMin { return .closed(end: line.next) }
        guard let size = loginSize(input, TokenCursor(from: line.text.start, to: line.text.end)) else {
            output.append(Reply.unauthenticated)
            return .served(end: line.next)
        }
        let end = line.next &+ size &+ 2
        guard end &- start <= Self.loginSizeMax else {
            output.append(Reply.loginTooLong)
            return .closed(end: line.next)
        }
        guard end <= input.byteCount else { return .incomplete(needed: end &- start) }
        output.append(judge(Token(line.next, end), input))
        return .served(end: end)
    }

    /// The size of the block; nil if the line is not a set.
    private func loginSize(_ input: RawSpan, _ cursor: TokenCursor) -> Int? {
        var cursor = cursor
        guard let verb = cursor.next(input), input.holds("set", at: verb) else { return nil }
        for _ in 0..<3 where cursor.next(input) == nil { return nil }
        guard let size = cursor.next(input).flatMap({ input.unsigned($0) }) else { return nil }
        return Int(exactly: size).flatMap { $0 <= Int(UInt32.max) ? $0 : nil }
    }

    /// Lets the client in, or not, by the block of its login.
    private func judge(_ block: Token, _ input: RawSpan) -> StaticString {
        let textEnd = block.end &- 2
        guard input.slice(textEnd, block.end).equals("\r\n") else { return Reply.badLoginEnd }
        var cursor = TokenCursor(from: block.start, to: textEnd)
        guard let user = cursor.next(input), let password = cursor.next(input) else { return Reply.badLogin }
        counters.add(.authCommands)
        guard admits(frontEnd.settings.textLogins, input.slice(user), input.slice(password)) else {
            counters.add(.authErrors)
            return Reply.loginFailed
        }
        stage = .text
        return Reply.stored
    }
}
