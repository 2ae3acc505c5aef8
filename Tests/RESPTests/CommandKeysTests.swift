// Where keys stand, for each way of saying it. Source: what redis-server 7.0.15 answers to COMMAND GETKEYS.

import Testing

@testable import RESP

@Suite("Places of keys")
struct CommandKeysTests {
    private typealias Keys = CommandSpec.Keys
    private typealias KeyRange = CommandSpec.KeyRange

    private func found(_ keys: Keys, _ request: String) -> [String]? {
        let words = request.split(separator: " ").map(String.init)
        return keys.places(count: words.count, word: { words[$0] })?.map { words[$0.place] }
    }

    @Test("fixed places, with steps and from the end")
    func fixed() {
        #expect(found(.one("RO"), "get a") == ["a"])
        #expect(found(.pair("RO"), "lcs a b len") == ["a", "b"])
        #expect(found(.all("RO"), "del a b c") == ["a", "b", "c"])
        #expect(found(.all("OW", step: 2), "mset a 1 b 2") == ["a", "b"])
        #expect(found(.all("RW", to: -2), "blpop a b 0") == ["a", "b"])
        #expect(found(.target("OW", at: 2, sources: "RO"), "bitop and d a b") == ["d", "a", "b"])
        #expect(found(.target("RW", sources: "RO"), "pfmerge d a") == ["d", "a"])
        #expect(found(.target("RW", sources: "RO"), "pfmerge d") == nil)
    }

    @Test("as many as an argument says")
    func counted() {
        let store = Keys(
            first: 1, last: 1, step: 1,
            ranges: [KeyRange("OW", at: 1), KeyRange("RO", start: .index(2), extent: .counted)])
        let union = Keys(ranges: [KeyRange("RO", start: .index(1), extent: .counted)])
        #expect(found(store, "zunionstore d 2 a b weights 1 2") == ["d", "a", "b"])
        #expect(found(union, "zunion 1 a b") == ["a"])
        for request in ["zunion 2 a", "zunion x a", "zunion 0 a", "zunion -1 a"] {
            #expect(found(union, request) == nil)
        }
    }

    @Test("behind a word")
    func keyword() {
        let keys = Keys(
            ranges: [
                KeyRange("RO", start: .keyword("STREAMS", from: 1), extent: .range(last: -1, step: 1, limit: 2))
            ])
        #expect(found(keys, "xread count 2 streams a b 0 0") == ["a", "b"])
        #expect(found(keys, "xread count 2 a b") == nil)
        #expect(found(keys, "xread count 2 streams") == nil)
    }

    @Test("one that may be empty, or else all behind an option")
    func option() {
        let keys = CommandSpec.migrate.keys
        func found(_ request: String) -> [String]? {
            let words = request.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            return keys.places(count: words.count, word: { words[$0] })?.map { words[$0.place] }
        }
        #expect(found("migrate h 1 k 0 1") == ["k"])
        #expect(found("migrate h 1 k 0 1 copy") == ["k"])
        #expect(found("migrate h 1 k 0 1 auth keys a") == ["k"])
        #expect(found("migrate h 1 k 0 1 keys a b") == nil)
        #expect(found("migrate h 1  0 1 KEYS a b") == ["a", "b"])
        #expect(found("migrate h 1  0 1 copy auth keys keys a keys") == ["a", "keys"])
        #expect(found("migrate h 1  0 1 auth2 keys keys KEYS a") == ["a"])
        #expect(found("migrate h 1  0 1 KEYS") == [""])
        #expect(found("migrate h 1  0 1") == [""])
    }
}
