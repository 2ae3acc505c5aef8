// What was refused lately, for ACL LOG. Source: Redis 7 addACLLogEntry.

import Base

struct AccessLog: Sendable {
    enum Context: String, Sendable { case toplevel, multi, lua }
    enum Reason: String, Sendable { case command, key, channel, auth }

    struct Entry: Sendable {
        var reason: Reason
        var context: Context
        /// The command, key or channel, of a login the command's name as it was given.
        var object: [UInt8]
        var user: [UInt8]
        var client: String
        var count = 1
        var id: UInt64 = 0
        var madeAt = Milliseconds(0)
        var changedAt = Milliseconds(0)
    }

    /// What comes again within this time is counted, not told twice; only the latest few are looked at.
    private static let groupingMilliseconds: Int64 = 60_000
    private static let groupingCount = 10

    /// The latest first.
    private(set) var entries: [Entry] = []
    private var nextID: UInt64 = 0
    /// Source: redis.conf `acllog-max-len`.
    var countMax = 128 {
        didSet { shorten() }
    }

    mutating func add(_ entry: Entry, now: Milliseconds) {
        let known = entries.prefix(Self.groupingCount).firstIndex {
            $0.reason == entry.reason && $0.context == entry.context && $0.object == entry.object
                && $0.user == entry.user
                && now.rawValue - $0.changedAt.rawValue <= Self.groupingMilliseconds
        }
        var entry = entry
        entry.changedAt = now
        if let known {
            let old = entries.remove(at: known)
            entry.count = old.count + 1
            entry.id = old.id
            entry.madeAt = old.madeAt
        } else {
            entry.id = nextID
            entry.madeAt = now
            nextID += 1
        }
        entries.insert(entry, at: 0)
        shorten()
    }

    mutating func removeAll() { entries = [] }

    private mutating func shorten() {
        if entries.count > countMax { entries.removeLast(entries.count - max(0, countMax)) }
    }
}
