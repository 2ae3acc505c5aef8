// Items into a memcached: each a meta set, many of them under way at a time.

import Base
import Engine
import RDB

struct MemcachedSink: CopySink, ~Copyable {
    var outcome = CopyOutcome()
    private(set) var link: ServerLink
    private let replaces: Bool
    /// Meta set with E: the item keeps its CAS number.
    private let takesCAS: Bool
    private let evictedBefore: Int
    /// Keys whose answers are owed, the oldest first.
    private var asked: [[UInt8]] = []

    private static let doing = "sending items"
    static let libraryObstacle = "memcached has no place for functions"
    /// Source: memcached's protocol.txt.
    private static let keySizeMax = 250
    private static let relativeSecondsMax: Int64 = 60 * 60 * 24 * 30

    /// - Parameter link: of a server that knows meta commands; older ones are refused.
    init(_ link: consuming ServerLink, replaces: Bool) throws(MigrationFault) {
        var link = link
        guard try link.askLine("mn") == "MN" else {
            throw MigrationFault(
                "\(link.server) knows no meta commands", advice: "memcached has them from version 1.6 on.")
        }
        let takesCAS = try Self.takesCAS(&link)
        evictedBefore = try Self.evicted(&link)
        self.link = link
        self.replaces = replaces
        self.takesCAS = takesCAS
    }

    /// Asks by storing nothing: a set in append mode of a key that nobody has.
    private static func takesCAS(_ link: inout ServerLink) throws(MigrationFault) -> Bool {
        let key = "duet-migrate-\(System.randomNumber())"
        let reply = try link.askLine("ms \(key) 0 MA E1\r\n")
        return reply == "NS"
    }

    private static func evicted(_ link: inout ServerLink) throws(MigrationFault) -> Int {
        try link.statistics()["evictions"].flatMap { Int($0) } ?? 0
    }

    // MARK: Sending

    mutating func put(library code: RawSpan) {
        outcome.libraries.refused.note(LibraryCode.name(code), 0, Self.libraryObstacle)
    }

    mutating func put(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) throws(MigrationFault) {
        if let reason = Self.obstacle(key, item) {
            return outcome.refused.note(key.copiedBytes(), item.database, reason)
        }
        guard let type = item.type, type == DumpPayload.stringType else { return try append(key, value, item) }
        var text = OutputBuffer(capacity: 256)
        var reader = RDBReader(value, sizeMax: .max)
        do throws(RDBFault) {
            try reader.showString { text.append($0) }
        } catch {
            return outcome.refused.note(key.copiedBytes(), item.database, "its value cannot be read: \(error)")
        }
        try append(key, text.span, item)
    }

    /// Why memcached cannot have an item; nil if it can.
    static func obstacle(_ key: RawSpan, _ item: CopyFacts) -> String? {
        if let type = item.type, type != DumpPayload.stringType {
            let kind = DumpPayload.kind(ofType: type).map { "a \($0.name)" } ?? "of a module"
            return "it is \(kind), and memcached has strings only"
        }
        if item.database != 0 { return "memcached has one database" }
        let size = key.byteCount
        if size == 0 { return "memcached has no empty keys" }
        let isText = MetaItem.isText(key) && !item.facts.hasBinaryKey
        if (isText ? size : (size + 2) / 3 * 4) <= keySizeMax { return nil }
        return "its key has \(size) bytes, and memcached takes \(isText ? 250 : 186)\(isText ? "" : " of such")"
    }

    /// ms KEY SIZE [b] F T M [E]
    private mutating func append(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) throws(MigrationFault) {
        let facts = item.facts
        link.requests.append("ms ")
        if MetaItem.isText(key) && !facts.hasBinaryKey {
            link.requests.append(key)
            link.requests.append(" ")
            link.requests.append(decimal: value.byteCount)
        } else {
            link.requests.append(base64: key)
            link.requests.append(" ")
            link.requests.append(decimal: value.byteCount)
            link.requests.append(" b")
        }
        if facts.flags != 0 {
            link.requests.append(" F")
            link.requests.append(decimal: UInt64(facts.flags))
        }
        if facts.expiry.rawValue != 0 {
            link.requests.append(" T")
            link.requests.append(decimal: Self.time(facts.expiry, now: Milliseconds.readClock()))
        }
        if !replaces { link.requests.append(" ME") }
        if takesCAS && facts.cas != 0 {
            link.requests.append(" E")
            link.requests.append(decimal: facts.cas)
        }
        link.requests.append("\r\n")
        if value.byteCount < MigrationLimits.directSizeMin {
            link.requests.append(value)
        } else {
            try link.flush(while: Self.doing)
            try link.send(value, while: Self.doing)
        }
        link.requests.append("\r\n")
        if facts.isStale { outcome.flagsLost += 1 }
        asked.append(key.copiedBytes())
        if try link.sendIfFull(owed: asked.count, while: Self.doing) {
            try receive(leaving: MigrationLimits.unansweredMax / 2)
        }
    }

    /// Seconds from now, rounded, or since 1970 if they are too many for that.
    private static func time(_ expiry: Milliseconds, now: Milliseconds) -> Int64 {
        let left = max(1, (expiry.rawValue - now.rawValue + 500) / 1000)
        return left <= relativeSecondsMax ? left : (expiry.rawValue + 500) / 1000
    }

    mutating func flush() throws(MigrationFault) { try link.flush(while: Self.doing) }

    mutating func finish() throws(MigrationFault) {
        try flush()
        try receive(leaving: 0)
        outcome.evicted = max(0, try Self.evicted(&link) - evictedBefore)
    }

    // MARK: Replies

    private mutating func receive(leaving count: Int) throws(MigrationFault) {
        var answered = 0
        defer { asked.removeFirst(answered) }
        while asked.count - answered > count {
            let text = try link.receiveLine(while: Self.doing) { line -> String? in
                line.equals("HD") || line.starts(with: "HD ") ? nil : line.copiedText()
            }
            let key = asked[answered]
            answered += 1
            guard let text else {
                outcome.stored += 1
                continue
            }
            if text.hasPrefix("NS") {
                outcome.present.note(key, 0, "")
            } else if text.hasPrefix("SERVER_ERROR") || text.hasPrefix("CLIENT_ERROR") {
                outcome.refused.note(key, 0, text)
            } else {
                throw link.strange(text)
            }
        }
    }
}

/// Takes nothing: what would go where is all that is asked.
struct TrialSink: CopySink, ~Copyable {
    var outcome = CopyOutcome()
    /// What the target has no place for.
    let obstacle: (RawSpan, CopyFacts) -> String?
    private(set) var expiring = 0
    private(set) var flagged = 0
    private(set) var largest = 0

    /// Why there is no place for functions; nil if there is.
    let libraryObstacle: String?

    init(_ obstacle: @escaping (RawSpan, CopyFacts) -> String?, libraryObstacle: String?) {
        self.obstacle = obstacle
        self.libraryObstacle = libraryObstacle
    }

    mutating func put(library code: RawSpan) {
        guard let reason = libraryObstacle else { return outcome.libraries.stored += 1 }
        outcome.libraries.refused.note(LibraryCode.name(code), 0, reason)
    }

    mutating func put(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) {
        if let reason = obstacle(key, item) { return outcome.refused.note(key.copiedBytes(), item.database, reason) }
        outcome.stored += 1
        if item.facts.expiry.rawValue != 0 { expiring += 1 }
        if item.facts.flags != 0 { flagged += 1 }
        largest = max(largest, value.byteCount)
    }

    mutating func finish() {}
}
