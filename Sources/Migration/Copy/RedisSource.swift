// Items out of a server of the RESP protocol: FUNCTION DUMP and SCAN, then DUMP and PTTL of each key, many at a time.

import Base
import RDB

struct RedisSource: CopySource, ~Copyable {
    private var link: ServerLink
    private var pace: CopyPace
    private let probe: PresenceProbe?
    private var value = OutputBuffer(capacity: 4096)
    /// With keys in it, and how many, as INFO told.
    private let databases: [(index: Int, keys: Int)]

    private static let doing = "fetching keys"

    /// - Parameter probe: keys that it finds are not fetched.
    init(_ link: consuming ServerLink, rate: Int, probe: PresenceProbe? = nil) throws(MigrationFault) {
        var link = link
        _ = try link.askForOwnFields()
        let databases = try Self.databases(&link)
        self.link = link
        self.databases = databases
        pace = CopyPace(rate)
        self.probe = probe
    }

    private static func databases(_ link: inout ServerLink) throws(MigrationFault) -> [(index: Int, keys: Int)] {
        guard case .bulk(let text?) = try link.demand(["INFO", "keyspace"]) else { throw link.strange("no INFO") }
        return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
            // db0:keys=5,expires=0,avg_ttl=0
            guard line.hasPrefix("db"), let colon = line.firstIndex(of: ":"),
                let index = Int(line[..<colon].dropFirst(2)), let equals = line.firstIndex(of: "=")
            else { return nil }
            return (index, Int(line[line.index(after: equals)...].prefix(while: \.isNumber)) ?? 0)
        }
    }

    mutating func count() -> Int? { databases.reduce(0) { $0 + $1.keys } }

    mutating func run(
        into sink: inout some CopySink & ~Copyable, _ notes: inout SourceNotes, _ meter: inout CopyMeter
    ) throws(MigrationFault) {
        let libraries = try link.libraries()
        if let refusal = libraries.refusal {
            notes.warnings.append("libraries of functions stayed behind, \(link.server) does not show them: \(refusal)")
        }
        for code in libraries.code { try sink.put(library: code.span.rawBytes) }
        for (database, _) in databases {
            _ = try link.demand(["SELECT", "\(database)"])
            var batch = KeyBatch()
            link.append(scan("0"))
            try link.flush(while: Self.doing)
            while true {
                batch.removeAll()
                let cursor = try receiveScan(&batch)
                try probe?.sift(&batch, database, &sink.outcome, &meter)
                pace.wait(for: batch.count)
                for index in 0..<batch.count { Self.appendFetch(batch[index], to: &link) }
                // The next listing comes with the values.
                if cursor != "0" { link.append(scan(cursor)) }
                try link.flush(while: Self.doing)
                for index in 0..<batch.count {
                    guard var item = try Self.receive(from: link, into: &value) else {
                        notes.gone += 1
                        continue
                    }
                    item.facts.database = database
                    try item.show(value.span, of: link.server) { facts, value throws(MigrationFault) in
                        try sink.put(batch[index], value, facts)
                    }
                    try meter.count(value.count)
                }
                if pace.isBounded { try sink.flush() }
                if cursor == "0" { break }
            }
        }
    }

    // MARK: Keys

    private func scan(_ cursor: String) -> [String] { ["SCAN", cursor, "COUNT", "\(pace.batchCount)"] }

    /// An array of the cursor and an array of keys.
    /// - Returns: the cursor.
    private mutating func receiveScan(_ batch: inout KeyBatch) throws(MigrationFault) -> String {
        guard try receiveHeader("*") == 2 else { throw link.strange("no SCAN") }
        let cursorSize = try receiveHeader("$")
        try link.receiveValue(cursorSize, into: &value, while: Self.doing)
        let cursor = value.span.copiedText()
        let count = try receiveHeader("*")
        for _ in 0..<count {
            try link.receiveValue(try receiveHeader("$"), into: &value, while: Self.doing)
            batch.append(value.span, isEscaped: false)
        }
        return cursor
    }

    private mutating func receiveHeader(_ mark: Character) throws(MigrationFault) -> Int {
        let line = try link.receiveLine(while: Self.doing) { $0.copiedText() }
        if line.first == "-" { throw MigrationFault(refusal: String(line.dropFirst()), link.server) }
        guard line.first == mark, let number = Int(line.dropFirst()), number >= 0 else { throw link.strange(line) }
        return number
    }

    // MARK: Values

    /// What DUMP and PTTL told of a key.
    struct Dumped {
        var facts = CopyFacts()

        /// Shows the value in a payload.
        func show(
            _ payload: RawSpan, of server: ServerAddress, _ body: (CopyFacts, RawSpan) throws(MigrationFault) -> Void
        ) throws(MigrationFault) {
            var item = facts
            let value: RawSpan
            do throws(RDBFault) {
                let opened = try DumpPayload.open(payload)
                var reader = RDBReader(opened, sizeMax: .max)
                let expiry = item.facts.expiry
                item.facts = try reader.facts()
                item.facts.expiry = expiry
                guard reader.place < opened.byteCount else { throw .truncated }
                item.type = opened[reader.place]
                value = opened.slice(reader.place + 1, opened.byteCount)
            } catch {
                throw MigrationFault("\(server) sends a value that cannot be read: \(error)")
            }
            item.version = DumpPayload.version(payload)
            try body(item, value)
        }
    }

    static func appendFetch(_ key: RawSpan, to link: inout ServerLink) {
        link.beginRequest(2)
        link.append(word: "DUMP")
        link.append(word: key)
        link.beginRequest(2)
        link.append(word: "PTTL")
        link.append(word: key)
    }

    /// Takes the answers to DUMP and PTTL.
    /// - Parameter payload: gets the value as it came.
    /// - Returns: nil if there is no such key.
    static func receive(
        from link: borrowing ServerLink, into payload: inout OutputBuffer
    ) throws(MigrationFault) -> Dumped? {
        let line = try link.receiveLine(while: doing) { $0.copiedText() }
        if line.first == "-" { throw MigrationFault(refusal: String(line.dropFirst()), link.server) }
        guard line.first == "$", let size = Int(line.dropFirst()) else { throw link.strange(line) }
        if size >= 0 { try link.receiveValue(size, into: &payload, while: doing) }
        let time = try link.receiveLine(while: doing) { $0.copiedText() }
        guard time.first == ":", let left = Int64(time.dropFirst()) else { throw link.strange(time) }
        guard size >= 0 && left != -2 else { return nil }
        var item = Dumped()
        if left >= 0 { item.facts.facts.expiry = Milliseconds(Milliseconds.readClock().rawValue + max(1, left)) }
        return item
    }
}
