// Random requests on hashes and sets.
//
// Left out: random elements where there is a choice, and the encodings of sets, which Redis named anew in 7.2. So sets
// have keys of their own, that OBJECT ENCODING does not see.

extension RESPDrawer {
    /// Replies of these have no order that counts.
    static let unordered: Set<String> = [
        "HGETALL", "HKEYS", "HVALS", "HSCAN", "HRANDFIELD", "SMEMBERS", "SINTER", "SUNION", "SDIFF", "SSCAN", "SPOP",
        "SRANDMEMBER",
    ]

    /// Whether two replies to these requests say the same: where one of them has no order, the same strings.
    static func agree(_ requests: [[String]], _ a: [UInt8], _ b: [UInt8]) -> Bool {
        if a == b { return true }
        if requests.first?.first == "EXPIRETIME", let mine = number(a), let theirs = number(b) {
            // A time to live counts from the moment it is given: a second may begin between the servers.
            return abs(mine - theirs) <= 1
        }
        if requests.contains(where: { $0[0] == "XINFO" }) && withoutConsumers(a) == withoutConsumers(b) { return true }
        guard a.count == b.count, requests.contains(where: { unordered.contains($0[0]) }) else { return false }
        return RESPSide.bulks(a).sorted() == RESPSide.bulks(b).sorted()
    }

    private static func number(_ reply: [UInt8]) -> Int? {
        Int(String(decoding: reply.dropFirst().dropLast(2), as: UTF8.self))
    }

    private mutating func setKey() -> String { drawer.oneIn(12) ? key() : drawer.word("s0", "s1", "s2", "s3") }

    private mutating func field() -> String {
        drawer.pick([
            "f", "g", "", "\u{0}\u{ff}", "n\(drawer.below(200))", "\(drawer.below(20))",
            String(repeating: "f", count: drawer.pick([63, 64, 65, 254, 255, 256, 2000])),
        ])
    }

    mutating func hashes() -> [String] {
        switch drawer.below(16) {
        case 0...2:
            [drawer.word("HSET", "HSET", "HMSET"), key()]
                + (0..<drawer.pick([1, 1, 2, 3, 20])).flatMap { _ in [field(), value()] }
                + drawer.pick([[], [], [], ["odd"]])
        case 3: ["HSETNX", key(), field(), value()]
        case 4: [drawer.word("HGET", "HSTRLEN", "HEXISTS"), key(), field()]
        case 5: ["HMGET", key(), field(), field(), field()]
        case 6: [drawer.word("HGETALL", "HKEYS", "HVALS", "HLEN"), key()]
        case 7, 8: ["HDEL", key(), field(), field(), field()]
        case 9: ["HINCRBY", key(), field(), number()]
        case 10:
            ["HINCRBYFLOAT", key(), field()]
                + [drawer.word("0.1", "1e2", "-2.5", "abc", "nan", "3.0", "-0", "0", "", " 1")]
        case 11:
            ["HSCAN", key(), drawer.word("0", "0", "x", "")] + drawer.pick([["COUNT", "1000000"], ["COUNT", "0"]])
        case 12: ["HSCAN", key(), "0", "MATCH", drawer.word("n*", "*", "f", "[fg]"), "COUNT", "1000000"]
        case 13: ["HRANDFIELD", key(), drawer.word("1000000", "0", "x", "-9223372036854775808")]
        case 14: ["HRANDFIELD", key(), "1000000", drawer.word("WITHVALUES", "withvalues", "foo")]
        default: ["OBJECT", "ENCODING", key()]
        }
    }

    private mutating func member() -> String {
        drawer.pick([
            "a", "b", "", "\u{0}\u{ff}", "\(drawer.below(700))", "m\(drawer.below(200))", "007", "-1",
            String(repeating: "m", count: drawer.pick([64, 65, 252, 253, 2000])),
        ])
    }

    private mutating func members() -> [String] { (0..<drawer.pick([1, 1, 2, 3, 30])).map { _ in member() } }

    mutating func sets() -> [String] {
        switch drawer.below(16) {
        case 0...2: ["SADD", drawer.word("s0", "s1", "s2", "s3")] + members()
        case 3, 4: ["SREM", setKey()] + members()
        case 5: ["SISMEMBER", setKey(), member()]
        case 6: ["SMISMEMBER", setKey()] + members()
        case 7: [drawer.word("SCARD", "SMEMBERS", "TYPE", "GET", "HGETALL", "DEL", "EXISTS"), setKey()]
        case 8, 9: [drawer.word("SINTER", "SUNION", "SDIFF"), setKey()] + (0..<drawer.below(3)).map { _ in setKey() }
        case 10, 11:
            [drawer.word("SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"), drawer.word("s0", "s1", "s2", "s3"), setKey()]
                + (0..<drawer.below(3)).map { _ in setKey() }
        case 12:
            ["SINTERCARD", drawer.word("2", "2", "1", "3", "0", "x"), setKey(), setKey()]
                + drawer.pick([[], ["LIMIT", "2"], ["LIMIT", "0"], ["LIMIT", "-1"], ["LIMIT"], ["foo"]])
        case 13: ["SMOVE", setKey(), drawer.word("s0", "s1", "s2", "s3"), member()]
        case 14: ["SSCAN", setKey(), drawer.word("0", "0", "x")] + drawer.pick([["COUNT", "1000000"], ["COUNT", "x"]])
        default:
            drawer.pick([
                ["SPOP", setKey(), "1000000"], ["SPOP", setKey(), drawer.word("0", "-1", "x")],
                ["SRANDMEMBER", setKey(), drawer.word("1000000", "0", "x")],
                ["SRANDMEMBER", setKey(), "1", "2"], ["RENAME", setKey(), drawer.word("s0", "s1")],
                ["COPY", setKey(), drawer.word("s2", "s3"), "REPLACE"], ["EXPIRE", setKey(), "1000"],
                ["PERSIST", setKey()],
            ])
        }
    }
}
