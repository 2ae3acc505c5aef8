// What the target has already is not asked of the source: a copy that is gone on with costs that the listing alone.

import Base
import RDB

/// Asks a target which keys it has.
final class PresenceProbe {
    private var link: ServerLink
    private var database = 0
    /// Whoever may not ask is told at the target, key by key.
    private var isOff = false

    private static let doing = "asking for keys"

    /// - Parameter link: in database 0.
    init(_ link: consuming ServerLink) { self.link = link }

    /// Whether the target has any key that could be found.
    func hasKeys() throws(MigrationFault) -> Bool {
        if link.server.door == .memcached { return try link.statistics()["curr_items"] != "0" }
        guard case .bulk(let text?) = try link.ask(["INFO", "keyspace"]) else { return true }
        return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).contains { $0.hasPrefix("db") }
    }

    /// Takes those keys out of `batch` that the target has, and notes them as present.
    func sift(
        _ batch: inout KeyBatch, _ database: Int, _ outcome: inout CopyOutcome, _ meter: inout CopyMeter
    ) throws(MigrationFault) {
        if isOff || batch.count == 0 { return }
        let isThere = try link.server.door == .memcached ? askMemcached(batch, database) : askRedis(batch, database)
        for index in 0..<batch.count where isThere[index] {
            outcome.present.note(batch[index].copiedBytes(), database, "")
            try meter.count(0)
        }
        batch.keep { !isThere[$0] }
    }

    /// By EXISTS: it counts as no use.
    private func askRedis(_ batch: borrowing KeyBatch, _ database: Int) throws(MigrationFault) -> [Bool] {
        if database != self.database {
            // A database that is not there is told when a key is to go there.
            guard try link.ask(["SELECT", "\(database)"]) == .simple("OK") else { return turnOff(batch.count) }
            self.database = database
        }
        for index in 0..<batch.count {
            link.beginRequest(2)
            link.append(word: "EXISTS")
            link.append(word: batch[index])
        }
        try link.flush(while: Self.doing)
        var isThere: [Bool] = []
        for _ in 0..<batch.count {
            switch try link.receiveReply(while: Self.doing) {
            case .integer(let count): isThere.append(count > 0)
            case .simple, .bulk, .error:
                isThere.append(false)
                isOff = true
            }
        }
        return isThere
    }

    /// By meta debug: it counts as no use, and takes nobody the win of a stale item.
    private func askMemcached(_ batch: borrowing KeyBatch, _ database: Int) throws(MigrationFault) -> [Bool] {
        var canBeThere: [Bool] = []
        for index in 0..<batch.count {
            var item = CopyFacts()
            item.database = database
            canBeThere.append(MemcachedSink.obstacle(batch[index], item) == nil)
            guard canBeThere[index] else { continue }
            link.requests.append("me ")
            if MetaItem.isText(batch[index]) {
                link.requests.append(batch[index])
                link.requests.append("\r\n")
            } else {
                link.requests.append(base64: batch[index])
                link.requests.append(" b\r\n")
            }
        }
        try link.flush(while: Self.doing)
        var isThere: [Bool] = []
        for index in 0..<batch.count {
            guard canBeThere[index] else {
                isThere.append(false)
                continue
            }
            let answer = try link.receiveLine(while: Self.doing) { line -> Bool? in
                line.starts(with: "ME ") ? true : line.equals("EN") ? false : nil
            }
            if answer == nil { isOff = true }
            isThere.append(answer ?? false)
        }
        return isThere
    }

    private func turnOff(_ count: Int) -> [Bool] {
        isOff = true
        return Array(repeating: false, count: count)
    }
}
