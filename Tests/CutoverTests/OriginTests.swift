// How the old server is named, asked and understood.

import Base
import Engine
import Migration
import Testing
import Transport

@testable import Cutover

struct OriginTests {
    @Test("addresses are what people write, and show no password")
    func addresses() throws {
        func address(_ text: String) -> String? { OriginAddress(text).map { "\($0) \($0.password ?? "-")" } }
        #expect(address("memcached://old") == "memcached://old:11211 -")
        #expect(address("memcached://old:1234/") == "memcached://old:1234 -")
        #expect(address("memcached://me:pass@old") == "memcached://old:11211 pass")
        #expect(address("memcached://[::1]") == "memcached://[::1]:11211 -")
        #expect(address("memcached://[::1]:7") == "memcached://[::1]:7 -")
        #expect(address("redis://old/3") == "redis://old:6379 -")
        #expect(address("rediss://:secret@old:1") == "rediss://old:1 secret")
        #expect(address("memcached+unix:///run/m") == "memcached+unix:///run/m -")
        #expect(address("unix:///run/r") == "unix:///run/r -")
        for wrong in ["", "old:11211", "memcached://", "http://old", "memcached://old:x", "memcached+unix://run"] {
            #expect(address(wrong) == nil, "\(wrong)")
        }
    }

    private static let key = UndecidedKey(
        Key(Array("key".utf8).span.rawBytes, hash: KeyHash(rawValue: 0), in: .first))

    private func shown(_ answer: OriginAnswer) -> String {
        switch answer {
        case .missing: "missing"
        case .string(let value, let facts):
            "\(value.copiedText()) f\(facts.flags) t\(facts.timeToLive) c\(facts.cas)"
                + (facts.isStale ? " stale" : "")
        case .payload(let value, let timeLeft): "\(value.copiedText()) in \(timeLeft.map { "\($0)" } ?? "-")"
        case .refused(let text): "refused \(text)"
        case .oversized(let size): "oversized \(size)"
        case .broken(let text): "broken \(text)"
        case .incomplete: "incomplete"
        }
    }

    @Test(
        "answers are understood whole, and wanted whole",
        arguments: [
            ("VA 3 f7 t-1 c9 kkey\r\nabc\r\n", true, "abc f7 t-1 c9"),
            ("VA 3 f7 t-1 c9 ka2V5 b\r\nabc\r\n", true, "abc f7 t-1 c9"), ("EN\r\n", true, "missing"),
            ("EN kkey\r\n", true, "missing"),
            ("VA 0 f0 t60 c1 W X\r\n\r\n", true, " f0 t60 c1 stale"),
            ("SERVER_ERROR busy\r\n", true, "refused \"SERVER_ERROR busy\""),
            (":-1\r\n$3\r\nabc\r\n", false, "abc in -"), (":1500\r\n$0\r\n\r\n", false, " in 1500"),
            (":-2\r\n$-1\r\n", false, "missing"), (":-2\r\n$3\r\nabc\r\n", false, "missing"),
            ("-LOADING x\r\n-LOADING x\r\n", false, "refused \"-LOADING x\""),
        ])
    func answers(text: String, isMemcached: Bool, expected: String) {
        let wire = OriginWire(language: isMemcached ? .memcached : .redis)
        let bytes = Array(text.utf8)
        for count in 0...bytes.count {
            let part = Array(bytes.prefix(count))
            var offset = 0
            let found = shown(wire.read(part.span.rawBytes, at: &offset, of: Self.key))
            #expect(found == (count == bytes.count ? expected : "incomplete"))
            #expect(offset == (count == bytes.count ? count : 0))
        }
    }

    @Test(
        "what is no answer ends the connection",
        arguments: [
            ("ERROR\r\n", true), ("VA x\r\n", true),
            ("EN kother\r\n", true), ("VA 99999999999999999999\r\n", true), ("VA 1\r\nabc", true),
            ("HTTP/1.1 400\r\n", true), (String(repeating: "x", count: 2000), true), ("\r\n", true),
            ("-NOAUTH no\r\n-NOAUTH no\r\n", false), ("+OK\r\n+OK\r\n", false), (":1\r\n$x\r\n", false),
            ("\r\n\r\n", false), (":1\r\n$9999999999999\r\n", false),
        ])
    func nonsense(text: String, isMemcached: Bool) {
        let wire = OriginWire(language: isMemcached ? .memcached : .redis)
        let bytes = Array(text.utf8)
        var offset = 0
        #expect(shown(wire.read(bytes.span.rawBytes, at: &offset, of: Self.key)).hasPrefix("broken "))
    }

    @Test("keys that are no text go in base64, and names of a list are unescaped")
    func keys() {
        func asked(_ bytes: [UInt8], _ language: OriginAddress.Language, database: Int = 0) -> String {
            var output = OutputBuffer(capacity: 64)
            var present = DatabaseIndex.first
            let key = UndecidedKey(Key(bytes.span.rawBytes, hash: KeyHash(rawValue: 0), in: DatabaseIndex(database)))
            _ = OriginWire(language: language).append(key, at: &present, to: &output)
            return output.span.copiedText()
        }
        #expect(asked(Array("abc".utf8), .memcached) == "mg abc v f t c k\r\n")
        #expect(asked(Array("a c".utf8), .memcached) == "mg YSBj v f t c k b\r\n")
        #expect(asked(Array("a".utf8), .redis) == "*2\r\n$4\r\nPTTL\r\n$1\r\na\r\n*2\r\n$4\r\nDUMP\r\n$1\r\na\r\n")
        #expect(asked(Array("a".utf8), .redis, database: 3).hasPrefix("*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*2"))
        #expect(Sweep.unescaped(Array("b%25q%20%zz%".utf8)[...]) == Array("b%q %zz%".utf8))
    }
}
