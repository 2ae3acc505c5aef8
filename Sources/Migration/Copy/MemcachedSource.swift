// Items out of a memcached: listed by one connection, fetched by another, many at a time.

import Base
import RDB

/// Fetches what a memcached has. Reading counts there as use, as any client's does.
struct MemcachedSource: CopySource, ~Copyable {
    private let server: ServerAddress
    private let options: LinkOptions
    private var link: ServerLink
    private var pace: CopyPace
    private let knowsMeta: Bool
    private let probe: PresenceProbe?
    /// What our clock is ahead of the server's.
    private let clockLead: Int64
    private var value = OutputBuffer(capacity: 4096)

    private static let doing = "fetching items"

    /// - Parameter probe: keys that it finds are not fetched.
    init(
        _ link: consuming ServerLink, _ options: LinkOptions, rate: Int, probe: PresenceProbe? = nil
    ) throws(MigrationFault) {
        var link = link
        let knowsMeta = try link.askLine("mn") == "MN"
        let now = Milliseconds.readClock().rawValue
        let lead = try link.statistics()["time"].flatMap { Int64($0) }.map { now - $0 * 1000 }
        server = link.server
        self.options = options
        self.link = link
        self.knowsMeta = knowsMeta
        self.probe = probe
        pace = CopyPace(rate)
        clockLead = lead ?? 0
    }

    mutating func count() throws(MigrationFault) -> Int? {
        try link.statistics()["curr_items"].flatMap { Int($0) }
    }

    mutating func run(
        into sink: inout some CopySink & ~Copyable, _ notes: inout SourceNotes, _ meter: inout CopyMeter
    ) throws(MigrationFault) {
        let listing = try MemcachedListing(try ServerLink.open(server, options), batchCount: pace.batchCount)
        defer { listing.cancel() }
        if let warning = listing.warning { notes.warnings.append(warning) }
        do throws(SystemError) {
            try Thread.start(name: "listing") { listing.run() }
        } catch {
            throw MigrationFault("no thread to list keys: \(error.reason)")
        }
        var asked = KeyBatch()
        var next = KeyBatch()
        while true {
            let hasMore = try listing.next(&next)
            if hasMore {
                try probe?.sift(&next, 0, &sink.outcome, &meter)
                pace.wait(for: next.count)
                try ask(next)
            }
            // While the server is at the next ones.
            try receive(asked, &sink, &notes, &meter)
            if pace.isBounded { try sink.flush() }
            guard hasMore else { break }
            swap(&asked, &next)
        }
        // A server that was started anew behind our back would have listed what it has now.
        guard try link.askLine("version").hasPrefix("VERSION ") else { throw link.strange("no version any more") }
    }

    // MARK: Asking

    private mutating func ask(_ batch: borrowing KeyBatch) throws(MigrationFault) {
        if batch.count == 0 { return }
        if knowsMeta {
            for index in 0..<batch.count { MetaItem.appendGet(batch[index], to: &link.requests) }
        } else {
            link.requests.append("gets")
            for index in 0..<batch.count {
                link.requests.append(" ")
                link.requests.append(batch[index])
            }
            link.requests.append("\r\n")
        }
        try link.flush(while: Self.doing)
    }

    // MARK: What comes

    private mutating func receive(
        _ batch: borrowing KeyBatch, _ sink: inout some CopySink & ~Copyable, _ notes: inout SourceNotes,
        _ meter: inout CopyMeter
    ) throws(MigrationFault) {
        if batch.count == 0 { return }
        if !knowsMeta { return try receiveClassic(batch, &sink, &notes, &meter) }
        for index in 0..<batch.count {
            let item = try MetaItem.receive(batch[index], from: link, into: &value, while: Self.doing)
            guard let item else {
                notes.gone += 1
                continue
            }
            try sink.put(batch[index], value.span, item.copyFacts(now: Milliseconds.readClock()))
            try meter.count(value.count)
        }
    }

    /// `VALUE key flags size cas`, in the order of the keys, those left out that are gone; then END.
    private mutating func receiveClassic(
        _ batch: borrowing KeyBatch, _ sink: inout some CopySink & ~Copyable, _ notes: inout SourceNotes,
        _ meter: inout CopyMeter
    ) throws(MigrationFault) {
        var index = 0
        while true {
            let line = try link.receiveLine(while: Self.doing) { $0.copiedText() }
            if line == "END" { break }
            let words = line.split(separator: " ")
            guard words.count == 5, words[0] == "VALUE", let flags = UInt32(words[2]), let size = Int(words[3]),
                let cas = UInt64(words[4])
            else { throw link.strange(line) }
            let key = Array(words[1].utf8)
            while index < batch.count && !batch[index].equals(key.span.rawBytes) {
                index += 1
                notes.gone += 1
            }
            guard index < batch.count else { throw link.strange(line) }
            try link.receiveValue(size, into: &value, while: Self.doing)
            var item = CopyFacts()
            item.facts.flags = flags
            item.facts.cas = cas
            let expiry = batch.entries[index].expiry * 1000 + clockLead
            // A size class's listing tells a time in the past for never.
            if expiry > Milliseconds.readClock().rawValue { item.facts.expiry = Milliseconds(expiry) }
            try sink.put(batch[index], value.span, item)
            try meter.count(value.count)
            index += 1
        }
        notes.gone += batch.count - index
    }
}

extension MetaItem {
    /// Takes the answer to a meta get of `key`. Nil if there is no item.
    static func receive(
        _ key: RawSpan, from link: borrowing ServerLink, into value: inout OutputBuffer, while doing: String
    ) throws(MigrationFault) -> MetaItem? {
        let (answer, text) = try link.receiveLine(while: doing) { line in
            let answer = read(line, of: key)
            return (answer, answer == .strange ? line.copiedText() : "")
        }
        switch answer {
        case .missing: return nil
        case .strange: throw link.strange(text)
        case .found(let item, let size):
            try link.receiveValue(size, into: &value, while: doing)
            return item
        }
    }

    func copyFacts(now: Milliseconds) -> CopyFacts {
        var item = CopyFacts()
        item.facts.flags = flags
        item.facts.cas = cas
        item.facts.isStale = isStale
        item.facts.hasBinaryKey = hasBinaryKey
        // An item with less than a second left says 0.
        if timeToLive >= 0 { item.facts.expiry = Milliseconds(now.rawValue + max(1, timeToLive * 1000)) }
        return item
    }
}
