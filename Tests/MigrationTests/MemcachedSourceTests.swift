// What memcacheds of all ages say of their items, and what becomes of it.

import Base
import RDB
import TestPeers
import Testing

@testable import Migration

/// Remembers what it is given.
private struct RecordingSink: CopySink, ~Copyable {
    var outcome = CopyOutcome()
    var items: [String: (value: String, flags: UInt32, cas: UInt64, expires: Bool)] = [:]

    mutating func put(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) {
        let facts = item.facts
        items[key.copiedText()] = (value.copiedText(), facts.flags, facts.cas, facts.expiry.rawValue != 0)
        outcome.stored += 1
    }

    mutating func put(library code: RawSpan) { outcome.libraries.stored += 1 }

    mutating func finish() {}
}

@Suite("Items out of memcached")
struct MemcachedSourceTests {
    private typealias Rules = [(beginning: String, answer: String)]

    private func run(
        _ rules: Rules, _ body: (borrowing RecordingSink, SourceNotes) -> Void
    ) throws -> MigrationFault? {
        let server = try LineServer([("version", "VERSION 1.4.0\r\n")] + rules)
        var address = try #require(ServerAddress("memcached+unix://" + server.path))
        address.password = nil
        var options = LinkOptions()
        options.timeoutSeconds = 5
        var sink = RecordingSink()
        var notes = SourceNotes()
        var meter = CopyMeter { _ in }
        do throws(MigrationFault) {
            var source = try MemcachedSource(try ServerLink.open(address, options), options, rate: 0)
            try source.run(into: &sink, &notes, &meter)
        } catch {
            return error
        }
        body(sink, notes)
        return nil
    }

    private static let now = Milliseconds.readClock().rawValue / 1000
    private static let dump = ("lru_crawler metadump", """
        key=a exp=-1 la=1 cas=5 fetch=no cls=1 size=65\r
        key=b%20%25 exp=\(now + 100) la=1 cas=6 fetch=no cls=1 size=65\r
        key=gone exp=-1 la=1 cas=7 fetch=no cls=1 size=65\r
        END\r

        """)

    @Test("meta gets tell everything; a key with blanks is asked for in base64")
    func meta() throws {
        let fault = try run([
            ("mn", "MN\r\n"), Self.dump, ("mg a ", "VA 2 f7 t-1 c5 ka\r\nhi\r\n"),
            ("mg YiAl v f t c k b", "VA 0 f0 t99 c6 kYiAl b W X Z\r\n\r\n"), ("mg gone", "EN kgone\r\n"),
        ]) { sink, notes in
            #expect(sink.items.count == 2 && notes.gone == 1 && notes.warnings.isEmpty)
            #expect(sink.items["a"]! == ("hi", 7, 5, false))
            #expect(sink.items["b %"]! == ("", 0, 6, true))
        }
        #expect(fault == nil)
    }

    @Test("a server without meta commands is asked by gets, and times to live are those of its listing")
    func classic() throws {
        let lines = "key=a exp=-1 la=1\r\nkey=gone exp=0\r\nkey=c exp=\(Self.now + 100)\r\nEND\r\n"
        let fault = try run([
            ("lru_crawler metadump", lines), ("stats", "STAT time \(Self.now)\r\nEND\r\n"),
            ("gets a gone c", "VALUE a 7 2 5\r\nhi\r\nVALUE c 1 0 9\r\n\r\nEND\r\n"),
        ]) { sink, notes in
            #expect(sink.items.count == 2 && notes.gone == 1)
            #expect(sink.items["a"]! == ("hi", 7, 5, false))
            #expect(sink.items["c"]! == ("", 1, 9, true))
        }
        #expect(fault == nil)
    }

    @Test("without metadump, mgdump lists; without any crawler, size classes do, with a warning")
    func listings() throws {
        let values: Rules = [("mn", "MN\r\n"), ("mg ", "VA 1 f0 t-1 c1\r\nv\r\n")]
        let mgdump = try run(values + [("lru_crawler mgdump", "mg a\r\nmg YiAl b\r\nEN\r\n")]) { sink, notes in
            #expect(Set(sink.items.keys) == ["a", "b %"] && notes.warnings.isEmpty)
        }
        #expect(mgdump == nil)
        let cachedump = try run(
            values + [
                ("stats items", "STAT items:1:number 1\r\nSTAT items:1:age 1\r\nSTAT items:22:number 1\r\nEND\r\n"),
                ("stats cachedump 1 0", "ITEM a [1 b; 0 s]\r\nEND\r\n"),
                ("stats cachedump 22 0", "ITEM c [1 b; 99 s]\r\nITEM d [1 b; 99 s]\r\nEND\r\n"),
            ]
        ) { sink, notes in
            #expect(Set(sink.items.keys) == ["a", "c", "d"])
            #expect(notes.warnings.first?.contains("2 MB") == true)
        }
        #expect(cachedump == nil)
    }

    @Test("a server that goes away, or says what none says, ends the copy with a fault")
    func faults() throws {
        for answers: Rules in [
            [("lru_crawler", "")], [Self.dump, ("mg a", "")], [Self.dump, ("mg a", "VA x\r\n")],
            [Self.dump, ("mg a", "VALUE\r\n")], [("lru_crawler", "key=a\r\n")],
            [("lru_crawler metadump", "key=a exp=-1 la=1\r\nOOPS\r\n"), ("mg a", "VA 0\r\n\r\n")],
        ] {
            let fault = try run([("mn", "MN\r\n")] + answers) { _, _ in Issue.record("it went well") }
            #expect(fault != nil)
        }
    }

    @Test("lines cut anywhere, and bytes changed anywhere, are refused or taken, never more")
    func noise() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("memcached lines seed \(seed)")
        var random = SplitMix64(seed: seed)
        let lines = ["VA 0 f7 t-1 c5 ka b W X Z", "key=b%20%25 exp=100 la=1 cas=6 fetch=no cls=1 size=65", "END", "EN"]
        for _ in 0..<60 {
            var bytes = Array(lines[random.next(below: lines.count)].utf8.prefix(random.next(below: 60)))
            for _ in 0..<random.next(below: 3) where !bytes.isEmpty {
                bytes[random.next(below: bytes.count)] = UInt8(32 + random.next(below: 90))
            }
            let line = String(decoding: bytes, as: UTF8.self) + "\r\n"
            let rules: Rules = [("mn", "MN\r\n"), ("lru_crawler metadump", line + "END\r\n"), ("mg ", line + "\r\n")]
            _ = try run(rules) { sink, _ in #expect(sink.items.count <= 1, "seed \(seed): \(line)") }
        }
    }
}
