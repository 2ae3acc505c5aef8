// The parsers by themselves: no engine, no session.

import Base
import Testing

@testable import Memcached

@Suite struct TokenTests {
    private func tokens(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        let span = unsafe bytes.span.bytes
        var cursor = TokenCursor(from: 0, to: bytes.count)
        var found: [String] = []
        while let token = cursor.next(span) { found.append(span.slice(token).copiedText()) }
        return found
    }

    @Test("only blanks separate tokens, and runs of them are one")
    func splitting() {
        #expect(tokens("") == [])
        #expect(tokens("   ") == [])
        #expect(tokens("a") == ["a"])
        #expect(tokens("  a   bcdefghijk \t l ") == ["a", "bcdefghijk", "\t", "l"])
        for size in 0..<40 {
            let word = String(repeating: "x", count: size)
            #expect(tokens("k \(word) z").joined(separator: " ") == (size == 0 ? "k z" : "k \(word) z"))
        }
    }

    private func unsigned(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        return unsafe bytes.span.bytes.unsigned(Token(0, bytes.count))
    }

    private func signed(_ text: String) -> Int32? {
        let bytes = Array(text.utf8)
        return unsafe bytes.span.bytes.signed32(Token(0, bytes.count))
    }

    @Test("numbers are read as strtoull and strtol would, but whole")
    func numbers() {
        #expect(unsigned("0") == 0)
        #expect(unsigned("+7") == 7)
        #expect(unsigned("007") == 7)
        #expect(unsigned("18446744073709551615") == .max)
        #expect(unsigned("18446744073709551616") == nil)
        #expect(unsigned("99999999999999999999999") == nil)
        #expect(unsigned("") == nil)
        #expect(unsigned("+") == nil)
        #expect(unsigned("-1") == nil)
        #expect(unsigned("1x") == nil)
        #expect(signed("-1") == -1)
        #expect(signed("-0") == 0)
        #expect(signed("2147483647") == .max)
        #expect(signed("2147483648") == nil)
        #expect(signed("-2147483648") == .min)
        #expect(signed("-2147483649") == nil)
        #expect(signed("-") == nil)
        #expect(signed("-+1") == nil)
    }

    @Test("every verb is recognised in its own spelling only")
    func verbs() {
        func verb(_ name: String) -> Verb {
            let bytes = Array(name.utf8)
            return unsafe Verb(bytes.span.bytes)
        }
        let names: [(String, Verb)] = [
            ("get", .get), ("gets", .gets), ("gat", .gat), ("gats", .gats), ("set", .set), ("add", .add),
            ("replace", .replace), ("append", .append), ("prepend", .prepend), ("cas", .cas),
            ("mg", .metaGet),
            ("ms", .metaSet), ("md", .metaDelete), ("ma", .metaArithmetic), ("mn", .metaNoop),
            ("me", .metaDebug),
            ("delete", .delete), ("incr", .incr), ("decr", .decr), ("touch", .touch),
            ("flush_all", .flushAll),
            ("version", .version), ("verbosity", .verbosity), ("quit", .quit), ("stats", .stats),
            ("cache_memlimit", .cacheMemoryLimit),
        ]
        for (name, expected) in names {
            #expect(verb(name) == expected)
            #expect(verb(name.uppercased()) == .unknown)
            #expect(verb(name + "x") == .unknown)
            #expect(verb(String(name.dropLast())) == .unknown || name == "gets" || name == "gats")
        }
        #expect(verb("") == .unknown)
    }

    private func flags(_ text: String) -> MetaFlags {
        let bytes = Array(text.utf8)
        return unsafe MetaFlags(bytes.span.bytes, TokenCursor(from: 0, to: bytes.count), tokensBefore: 2)
    }

    @Test("meta flags carry their tokens")
    func metaFlags() {
        let flags = flags("v T30 C18446744073709551615 N-1 Oxyz D7 J9 F5 ME P/a Lb q")
        #expect(flags.fault == .none)
        #expect(flags.has("v") && flags.has("q") && flags.has("P") && !flags.has("t"))
        #expect(flags.timeToLive == 30 && flags.vivifyTime == -1 && flags.expectedCAS == .max)
        #expect(flags.delta == 7 && flags.initial == 9 && flags.clientFlags == 5)
        #expect(flags.mode == UInt8(ascii: "E"))
        #expect(flags.identifies && flags.returnsSomething)
        #expect(!self.flags("v q T5").returnsSomething)
    }

    @Test("a flag that is wrong is told by what is wrong with it")
    func metaFaults() {
        #expect(flags("v v").fault == .duplicate)
        #expect(flags("S").fault == .invalid)
        #expect(flags("v 1").fault == .invalid)
        #expect(flags("v !").fault == .badLine)
        #expect(flags("v v !").fault == .badLine)
        #expect(flags("T").fault == .badToken)
        #expect(flags("Tx").fault == .badToken)
        #expect(flags("C-1").fault == .badToken)
        #expect(flags("M").fault == .modeSize && flags("MSET").fault == .modeSize)
        #expect(flags("! v v").fault == .badLine && flags("! Tx").fault == .badLine)
        #expect(flags("O" + String(repeating: "x", count: 31)).fault == .none)
        #expect(flags("O" + String(repeating: "x", count: 32)).fault == .opaqueTooLong)
        #expect(flags("b c f h k l s t u v q x I P L O T0 N0").fault == .none)
        #expect(flags("b c f h k l s t u v q x I P L O T0 N0 R0").fault == .tooMany)
        #expect(flags("{").fault == .badLine)
        #expect(flags("[").fault == .invalid)
    }

    @Test("expiry follows memcached's three readings of exptime")
    func expiry() {
        let now = Milliseconds(1_800_000_000_500)
        #expect(MemcachedSession.expiry(0, now: now).rawValue == 0)
        #expect(MemcachedSession.expiry(-1, now: now) < now)
        #expect(MemcachedSession.expiry(.min, now: now) < now)
        #expect(MemcachedSession.expiry(1, now: now).rawValue == 1_800_000_001_500)
        #expect(MemcachedSession.expiry(2_592_000, now: now).rawValue == now.rawValue + 2_592_000_000)
        #expect(MemcachedSession.expiry(2_592_001, now: now).rawValue == 2_592_001_000)
        #expect(MemcachedSession.secondsLeft(until: Milliseconds(now.rawValue + 30_000), now: now) == 30)
        #expect(MemcachedSession.secondsLeft(until: Milliseconds(now.rawValue + 29_001), now: now) == 30)
    }
}
