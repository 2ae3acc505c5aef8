// Commands on keys whatever they hold, and on whole databases. Source: Redis 7 command reference, group "generic".

import Base
import Engine

extension ValueKind {
    /// What TYPE answers.
    var name: StaticString {
        switch self {
        case .string: "string"
        case .list: "list"
        case .set: "set"
        case .sortedSet: "zset"
        case .hash: "hash"
        case .stream: "stream"
        }
    }
}

extension RESPSession {
    func type(_ request: Request, _ output: inout OutputBuffer) {
        output.append("+")
        if !engine.look(request.key(in: database), { item in output.append(item.kind.name) }) {
            output.append("none")
        }
        output.append("\r\n")
    }

    /// RENAME, RENAMENX.
    func rename(_ request: Request, replaces: Bool, _ output: inout OutputBuffer) {
        let outcome: StoreOutcome
        if request[1].equals(request[2]) {
            // To its own name: nothing moves, and the name is taken.
            let isFound = engine.look(request.key(in: database)) { _ in }
            outcome = !isFound ? .notFound : replaces ? .stored : .notStored
        } else {
            outcome = engine.rename(
                request.key(in: database), to: engine.key(request[2], in: database), replaces: replaces)
        }
        switch outcome {
        case .stored: replaces ? output.appendOK() : output.appendInteger(1)
        case .notStored: output.appendInteger(0)
        case .notFound: fail("ERR no such key", &output)
        case .outOfMemory: failMemory(&output)
        case .tooLarge, .exists, .otherKind: preconditionFailure("no condition was given")
        }
    }

    func copy(_ request: Request, _ output: inout OutputBuffer) {
        var replaces = false
        var target = database
        var index = 3
        while index < request.count {
            if request[index].equalsIgnoringCase("replace") {
                replaces = true
            } else if request[index].equalsIgnoringCase("db") && index + 1 < request.count {
                index += 1
                guard let chosen = databaseIndex(request[index], &output) else { return }
                target = chosen
            } else {
                return failSyntax(&output)
            }
            index += 1
        }
        if target == database && request[1].equals(request[2]) { return failSame(&output) }
        let outcome = engine.copy(
            request.key(in: database), to: engine.key(request[2], in: target), replaces: replaces)
        switch outcome {
        case .stored: output.appendInteger(1)
        case .notStored, .notFound: output.appendInteger(0)
        case .outOfMemory: failMemory(&output)
        case .tooLarge, .exists, .otherKind: preconditionFailure("no condition was given")
        }
    }

    private func failSame(_ output: inout OutputBuffer) {
        fail("ERR source and destination objects are the same", &output)
    }

    func move(_ request: Request, _ output: inout OutputBuffer) {
        guard let target = databaseIndex(request[2], &output) else { return }
        if target == database { return failSame(&output) }
        let outcome = engine.rename(request.key(in: database), to: request.key(in: target), replaces: false)
        switch outcome {
        case .stored: output.appendInteger(1)
        case .notStored, .notFound: output.appendInteger(0)
        case .outOfMemory: failMemory(&output)
        case .tooLarge, .exists, .otherKind: preconditionFailure("no condition was given")
        }
    }

    func swapdb(_ request: Request, _ output: inout OutputBuffer) {
        guard let first = request[1].integer, Int32(exactly: first) != nil else {
            return fail("ERR invalid first DB index", &output)
        }
        guard let second = request[2].integer, Int32(exactly: second) != nil else {
            return fail("ERR invalid second DB index", &output)
        }
        let known = 0..<Int64(frontEnd.engine.databaseCount)
        guard known.contains(first) && known.contains(second) else {
            return fail("ERR DB index is out of range", &output)
        }
        if first != second { engine.swap(DatabaseIndex(Int(first)), DatabaseIndex(Int(second))) }
        output.appendOK()
    }

    /// FLUSHDB, FLUSHALL. ASYNC and SYNC mean the same here: the reply comes when everything is gone.
    func flush(_ request: Request, all: Bool, _ output: inout OutputBuffer) {
        if request.count > 1 {
            guard request.count == 2,
                request[1].equalsIgnoringCase("async") || request[1].equalsIgnoringCase("sync")
            else { return failSyntax(&output) }
        }
        if all { engine.flushAll() } else { engine.flush(database) }
        output.appendOK()
    }

    func randomkey(_ output: inout OutputBuffer) {
        if !engine.randomItem(in: database, { item in output.appendBulk(item.key) }) {
            output.appendNull(version)
        }
    }

    func keys(_ request: Request, _ output: inout OutputBuffer) {
        let pattern = Glob(request[1])
        var found = OutputBuffer(capacity: 4096)
        var count = 0
        let database = database
        // All shards are held, so that the answer is one moment's, without doubles.
        engine.section(.all) { engine in
            var cursor: UInt64 = 0
            repeat {
                cursor = engine.scan(database, from: cursor, count: 1024) { item in
                    guard pattern.matches(item.key) else { return }
                    count &+= 1
                    found.appendBulk(item.key)
                }
            } while cursor != 0
        }
        output.appendArray(count)
        output.append(found.span)
    }

    func scan(_ request: Request, _ output: inout OutputBuffer) {
        guard let cursor = Self.cursor(request[1]) else { return fail("ERR invalid cursor", &output) }
        var pattern: Int?
        var type: Int?
        var count: Int64 = 10
        var index = 2
        while index < request.count {
            guard index + 1 < request.count else { return failSyntax(&output) }
            if request[index].equalsIgnoringCase("count") {
                guard let value = request[index + 1].integer else { return failInteger(&output) }
                guard value >= 1 else { return failSyntax(&output) }
                count = value
            } else if request[index].equalsIgnoringCase("match") {
                pattern = index + 1
            } else if request[index].equalsIgnoringCase("type") {
                type = index + 1
            } else {
                return failSyntax(&output)
            }
            index += 2
        }
        scan(request, cursor, pattern, type, Int(count), &output)
    }

    /// A cursor as strtoul reads it: nothing is 0, and a minus sign counts down from 2^64. Source: Redis
    /// parseScanCursorOrReply.
    static func cursor(_ text: RawSpan) -> UInt64? {
        guard text.byteCount > 0 else { return 0 }
        let hasSign = text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+")
        var start = hasSign ? 1 : 0
        while start < text.byteCount - 1 && text[start] == UInt8(ascii: "0") { start += 1 }
        guard let magnitude = text.slice(start, text.byteCount).unsignedDecimal() else { return nil }
        return text[0] == UInt8(ascii: "-") ? 0 &- magnitude : magnitude
    }

    private func scan(
        _ request: Request, _ cursor: UInt64, _ pattern: Int?, _ type: Int?, _ count: Int,
        _ output: inout OutputBuffer
    ) {
        let glob = Glob(request[pattern ?? 0])
        var found = OutputBuffer(capacity: 1024)
        var foundCount = 0
        let next = engine.scan(database, from: cursor, count: count) { item in
            if pattern != nil && !glob.matches(item.key) { return }
            if let type, !request[type].equalsIgnoringCase(item.kind.name) { return }
            foundCount &+= 1
            found.appendBulk(item.key)
        }
        output.appendArray(2)
        output.appendBulk(DecimalText(next).span)
        output.appendArray(foundCount)
        output.append(found.span)
    }
}
