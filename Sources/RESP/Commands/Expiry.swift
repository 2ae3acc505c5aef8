// When keys expire. Source: Redis 7 command reference, EXPIRE and its like.

import Base
import Engine

/// The conditions of EXPIRE.
private struct ExpireFlags: OptionSet {
    let rawValue: UInt8
    static let ifNone = ExpireFlags(rawValue: 1)
    static let ifSome = ExpireFlags(rawValue: 2)
    static let ifGreater = ExpireFlags(rawValue: 4)
    static let ifLess = ExpireFlags(rawValue: 8)
}

extension RESPSession {
    /// EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT.
    func expire(
        _ request: Request, _ unit: TimeUnit, isAbsolute: Bool, _ name: StaticString, _ output: inout OutputBuffer
    ) {
        guard let flags = expireFlags(request, &output) else { return }
        guard let value = request[2].integer else { return failInteger(&output) }
        guard let time = time(value, unit, isAbsolute: isAbsolute) else { return failExpiry(name, &output) }
        // 0 would mean never; any time in the past deletes the key all the same.
        let at = max(time, Milliseconds(1))
        let outcome: ExpireOutcome
        if flags == [.ifSome, .ifLess] {
            outcome = expireIfLessThanSome(request, at)
        } else {
            outcome = engine.expire(request.key(in: database), at: at, condition(flags))
        }
        switch outcome {
        case .changed, .deleted: output.appendInteger(1)
        case .unchanged, .notFound: output.appendInteger(0)
        }
    }

    private func expireFlags(_ request: Request, _ output: inout OutputBuffer) -> ExpireFlags? {
        var flags: ExpireFlags = []
        for index in 3..<max(3, request.count) {
            let word = request[index]
            if word.equalsIgnoringCase("nx") {
                flags.insert(.ifNone)
            } else if word.equalsIgnoringCase("xx") {
                flags.insert(.ifSome)
            } else if word.equalsIgnoringCase("gt") {
                flags.insert(.ifGreater)
            } else if word.equalsIgnoringCase("lt") {
                flags.insert(.ifLess)
            } else {
                countError()
                output.append("-ERR Unsupported option ")
                appendErrorText(word.withoutLineEnds, .max, &output)
                output.append("\r\n")
                return nil
            }
        }
        if flags.contains(.ifNone) && flags != .ifNone {
            fail("ERR NX and XX, GT or LT options at the same time are not compatible", &output)
            return nil
        }
        if flags.contains([.ifGreater, .ifLess]) {
            fail("ERR GT and LT options at the same time are not compatible", &output)
            return nil
        }
        return flags
    }

    private func condition(_ flags: ExpireFlags) -> ExpireCondition {
        // No expiry counts as never, so whatever is greater than that has an expiry: XX GT is GT.
        if flags.contains(.ifGreater) { return .ifGreater }
        if flags.contains(.ifLess) { return .ifLess }
        if flags.contains(.ifNone) { return .ifNone }
        return flags.contains(.ifSome) ? .ifSome : .always
    }

    /// XX LT: two questions, asked at one moment.
    private func expireIfLessThanSome(_ request: Request, _ at: Milliseconds) -> ExpireOutcome {
        var shards = ShardSet()
        engine.insert(request.hash, into: &shards)
        let database = database
        return engine.section(shards) { engine in
            var hasExpiry = false
            let isFound = engine.look(request.key(in: database)) { item in hasExpiry = item.expiry.rawValue != 0 }
            guard isFound else { return .notFound }
            return hasExpiry ? engine.expire(request.key(in: database), at: at, .ifLess) : .unchanged
        }
    }

    /// TTL, PTTL, EXPIRETIME, PEXPIRETIME.
    func tellExpiry(_ request: Request, _ unit: TimeUnit, isAbsolute: Bool, _ output: inout OutputBuffer) {
        var expiry: Int64 = 0
        let isFound = engine.look(request.key(in: database)) { item in expiry = item.expiry.rawValue }
        guard isFound else { return output.appendInteger(-2) }
        guard expiry != 0 else { return output.appendInteger(-1) }
        let milliseconds = isAbsolute ? expiry : max(0, expiry &- engine.now.rawValue)
        switch unit {
        case .milliseconds: output.appendInteger(milliseconds)
        // Rounded, so that a fresh EXPIRE 10 reads as 10.
        case .seconds: output.appendInteger(milliseconds / 1000 + (milliseconds % 1000 >= 500 ? 1 : 0))
        }
    }

    func persist(_ request: Request, _ output: inout OutputBuffer) {
        switch engine.expire(request.key(in: database), at: Milliseconds(0)) {
        case .changed: output.appendInteger(1)
        case .unchanged, .notFound, .deleted: output.appendInteger(0)
        }
    }
}
