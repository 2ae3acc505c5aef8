// How the old server tells which keys it has.

import Base
import Engine

extension Sweep {
    // MARK: memcached

    /// `key=NAME exp=… …` for each item, the name as in URLs, in two rounds. `all` walks queues and may be read slowly,
    /// so it goes at the sweep's rate; an item that moves between queues meanwhile may be left out. `hash` walks the
    /// hash table and leaves nobody out, but while its reader is slow memcached holds locks that its clients wait for:
    /// so it is read at once, and what is still undecided is kept and fetched afterwards. Source: memcached
    /// doc/protocol.txt, "LRU_Crawler"; the locks were observed with 1.6.18.
    mutating func listMemcached(
        _ list: inout OriginPeer, _ values: inout OriginPeer
    ) throws(CutoverFault) -> Outcome {
        if case .impossible(let reason) = try dump("all", &list, &values) { return .impossible(reason) }
        while true {
            kept = []
            if case .impossible(let reason) = try dump("hash", &list, &values) {
                // One that knows no such word: what moved is probably found by now.
                return reason.hasPrefix("\"CLIENT_ERROR") ? try dump("all", &list, &values) : .impossible(reason)
            }
            let keptAll = kept.count < CutoverLimits.keptKeyCountMax
            for key in kept { try fetchSoon(key, &values) }
            try fetchBatch(&values)
            if keptAll { return .complete }
        }
    }

    private mutating func dump(
        _ order: String, _ list: inout OriginPeer, _ values: inout OriginPeer
    ) throws(CutoverFault) -> Outcome {
        try list.ask(line: "lru_crawler metadump \(order)")
        while true {
            let line = try list.receiveLine()
            if line.starts(with: "key=".utf8) {
                let name = Self.unescaped(line[4...].prefix { $0 != 32 })
                if order == "hash" {
                    keep(name, cutover.options.database)
                } else {
                    try take(name, cutover.options.database, &values)
                }
                if cutover.isOver { throw CutoverFault("over") }
            } else if line.elementsEqual("END".utf8) {
                try fetchBatch(&values)
                return .complete
            } else {
                let answer = OriginWire.shown(line.span.rawBytes)
                // Somebody else has it listed: again in a while.
                if line.starts(with: "BUSY".utf8) { throw CutoverFault(answer) }
                return .impossible(answer)
            }
        }
    }

    static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.endIndex,
                let byte = UInt8(String(decoding: text[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(text[index])
                index += 1
            }
        }
        return bytes
    }

    // MARK: Redis

    mutating func listRedis(_ list: inout OriginPeer, _ values: inout OriginPeer) throws(CutoverFault) -> Outcome {
        var present = DatabaseIndex.first
        for number in try databases(&list) {
            guard (0..<cutover.engine.databaseCount).contains(number) else {
                tell("there is no database \(number) here: it stays behind.")
                continue
            }
            let database = DatabaseIndex(number)
            guard cutover.covers(database) else { continue }
            if database != present {
                try list.ask(["SELECT", "\(number)"])
                if case .error(let text) = try reply(&list) {
                    tell("database \(number) stays behind: SELECT is answered by \(text.debugDescription).")
                    continue
                }
                present = database
            }
            if let refusal = try scan(database, &list, &values) { return .impossible(refusal) }
        }
        return .complete
    }

    private func tell(_ note: String) { cutover.pendingNotes.look { $0.append("Migration: " + note) } }

    /// Those that have keys. Who may not ask for that sees the first one: SELECT is not for readers either.
    private func databases(_ list: inout OriginPeer) throws(CutoverFault) -> [Int] {
        try list.ask(["INFO", "keyspace"])
        guard case .bytes(let text) = try reply(&list) else {
            tell("INFO is refused by \(cutover.origin): keys are listed of database 0 only.")
            return [0]
        }
        return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { row in
            row.hasPrefix("db") ? Int(row.dropFirst(2).prefix { $0 != ":" }) : nil
        }
    }

    /// Of the database where `list` is. - Returns: why it does not list its keys; nil if all is well.
    private mutating func scan(
        _ database: DatabaseIndex, _ list: inout OriginPeer, _ values: inout OriginPeer
    ) throws(CutoverFault) -> String? {
        var cursor = "0"
        repeat {
            try list.ask(["SCAN", cursor, "COUNT", "\(CutoverLimits.scanCount)"])
            switch try reply(&list) {
            case .error(let text): return text
            case .array(let parts):
                guard parts.count == 2, case .bytes(let next) = parts[0], case .array(let names) = parts[1] else {
                    throw CutoverFault("SCAN answers something strange")
                }
                for name in names {
                    if case .bytes(let name) = name { try take(name, database, &values) }
                }
                cursor = String(decoding: next, as: UTF8.self)
            case .bytes: throw CutoverFault("SCAN answers something strange")
            }
        } while cursor != "0"
        try fetchBatch(&values)
        return nil
    }

    private enum Reply {
        case bytes([UInt8])
        case error(String)
        case array([Reply])
    }

    /// - Parameter depth: how deep arrays may lie in each other.
    private func reply(_ list: inout OriginPeer, depth: Int = 2) throws(CutoverFault) -> Reply {
        let line = try list.receiveLine()
        let text = String(decoding: line.dropFirst(), as: UTF8.self)
        switch line.first {
        case UInt8(ascii: "+"), UInt8(ascii: ":"): return .bytes(Array(line.dropFirst()))
        case UInt8(ascii: "-"): return .error(text)
        case UInt8(ascii: "$"):
            guard let size = Int(text), size <= CutoverLimits.valueSizeMax else { break }
            return .bytes(size < 0 ? [] : try list.receiveBlock(size))
        case UInt8(ascii: "*"):
            guard let count = Int(text), count <= 1 << 20, depth > 0 else { break }
            var parts: [Reply] = []
            for _ in 0..<max(0, count) { parts.append(try reply(&list, depth: depth - 1)) }
            return .array(parts)
        default: break
        }
        throw CutoverFault("not a reply of Redis: \(OriginWire.shown(line.span.rawBytes))")
    }
}
