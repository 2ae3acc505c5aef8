// Item by item: is there what should be?

import Base
import Engine
import RDB

/// Compares what it is given with what a server has.
struct ComparingSink: CopySink, ~Copyable {
    /// `stored` are the same; `refused` differ, with how.
    var outcome = CopyOutcome()
    private var link: ServerLink
    private let isDuet: Bool
    private var digests = ValueDigest(seed: System.randomNumber())
    private var value = OutputBuffer(capacity: 4096)
    private var database: Int? = 0

    private struct Expected {
        let key: [UInt8]
        let item: CopyFacts
        let digest: UInt64
    }
    private var asked: [Expected] = []
    /// The target's libraries by their names, once they were asked for.
    private var libraries: [[UInt8]: [UInt8]]?
    /// Keys that the target cannot have were told when they were copied.
    private let obstacle: (RawSpan, CopyFacts) -> String?

    private static let doing = "comparing"

    init(
        _ link: consuming ServerLink, _ obstacle: @escaping (RawSpan, CopyFacts) -> String?
    ) throws(MigrationFault) {
        var link = link
        let isDuet = link.server.door == .redis ? try link.askForOwnFields() : false
        self.link = link
        self.obstacle = obstacle
        self.isDuet = isDuet
    }

    private var isMemcached: Bool { link.server.door == .memcached }

    // MARK: Asking

    mutating func put(library code: RawSpan) throws(MigrationFault) {
        if isMemcached { return }
        let theirs: [[UInt8]: [UInt8]]
        if let libraries {
            theirs = libraries
        } else {
            let found = try link.libraries()
            if let refusal = found.refusal { throw MigrationFault(refusal: refusal, link.server) }
            theirs = Dictionary(found.code.map { (LibraryCode.name($0.span.rawBytes), $0) }) { first, _ in first }
            libraries = theirs
        }
        let name = LibraryCode.name(code)
        guard let there = theirs[name] else { return outcome.libraries.refused.note(name, 0, Self.missing) }
        if code.equals(there.span.rawBytes) {
            outcome.libraries.stored += 1
        } else {
            outcome.libraries.refused.note(name, 0, "has other code")
        }
    }

    mutating func put(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) throws(MigrationFault) {
        if obstacle(key, item) != nil { return }
        if !isMemcached && item.database != database {
            try receiveAll()
            guard try link.demand(["SELECT", "\(item.database)"]) == .simple("OK") else { return }
            database = item.database
        }
        asked.append(Expected(key: key.copiedBytes(), item: item, digest: try digest(value, item.type)))
        if isMemcached {
            MetaItem.appendGet(key, isBinary: item.facts.hasBinaryKey, to: &link.requests)
        } else {
            RedisSource.appendFetch(key, to: &link)
        }
        if asked.count >= MigrationLimits.batchCountMax { try receiveAll() }
    }

    mutating func finish() throws(MigrationFault) { try receiveAll() }

    private mutating func digest(_ value: RawSpan, _ type: UInt8?) throws(MigrationFault) -> UInt64 {
        guard let type else { return digests.digest(string: value) }
        do throws(RDBFault) {
            return try digests.digest(type: type, value)
        } catch {
            throw MigrationFault("a value cannot be read: \(error)")
        }
    }

    // MARK: Comparing

    private mutating func receiveAll() throws(MigrationFault) {
        try link.flush(while: Self.doing)
        for expected in asked {
            if let difference = try isMemcached ? compareMeta(expected) : compareDump(expected) {
                // What has run out meanwhile may be gone.
                let expiry = expected.item.facts.expiry
                let hasRunOut = expiry.rawValue != 0 && expiry.rawValue <= Milliseconds.readClock().rawValue + 1000
                if hasRunOut && difference == Self.missing { continue }
                outcome.refused.note(expected.key, expected.item.database, difference)
            } else {
                outcome.stored += 1
            }
        }
        asked.removeAll(keepingCapacity: true)
    }

    private static let missing = "is not there"

    private mutating func compareMeta(_ expected: Expected) throws(MigrationFault) -> String? {
        let key = expected.key.span.rawBytes
        let found = try MetaItem.receive(key, from: link, into: &value, while: Self.doing)
        guard let found else { return Self.missing }
        let item = found.copyFacts(now: Milliseconds.readClock())
        return Self.difference(expected, item, digests.digest(string: value.span), hasOwnFields: true)
    }

    private mutating func compareDump(_ expected: Expected) throws(MigrationFault) -> String? {
        guard let dumped = try RedisSource.receive(from: link, into: &value) else { return Self.missing }
        var found = CopyFacts()
        var digest: UInt64 = 0
        var payload = OutputBuffer(capacity: 64)
        swap(&payload, &value)
        defer { swap(&payload, &value) }
        try dumped.show(payload.span, of: link.server) { item, value throws(MigrationFault) in
            found = item
            digest = try self.digest(value, item.type)
        }
        return Self.difference(expected, found, digest, hasOwnFields: isDuet)
    }

    private static func difference(
        _ expected: Expected, _ found: CopyFacts, _ digest: UInt64, hasOwnFields: Bool
    ) -> String? {
        func kind(_ item: CopyFacts) -> String {
            item.type.flatMap { DumpPayload.kind(ofType: $0) }?.name ?? "string"
        }
        if kind(expected.item) != kind(found) { return "is a \(kind(found)), not a \(kind(expected.item))" }
        if expected.digest != digest { return "has another value" }
        let (ours, theirs) = (found.facts, expected.item.facts)
        if hasOwnFields && ours.flags != theirs.flags { return "has flags \(ours.flags), not \(theirs.flags)" }
        if (ours.expiry.rawValue == 0) != (theirs.expiry.rawValue == 0) {
            return ours.expiry.rawValue == 0 ? "does not expire, but should" : "expires, but should not"
        }
        // A second for each side's rounding where seconds are all that is told.
        let apart = abs(ours.expiry.rawValue - theirs.expiry.rawValue)
        return apart > 2000 ? "expires \(Double(apart) / 1000) s off" : nil
    }
}
