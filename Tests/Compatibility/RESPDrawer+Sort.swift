// Random requests to sort.
//
// The keys are these requests' own: a sorted set has another encoding after SORT in Redis. Left out is what Redis
// leaves to the order of its hash tables or to its partial quicksort: sets that are not sorted, and text to sort by
// that may be the same for two elements.

extension RESPDrawer {
    private mutating func sorted() -> String {
        drawer.oneIn(15) ? drawer.word("k0", "nokey") : drawer.word("sl0", "sl1", "ss0", "sz0")
    }

    private mutating func weight() -> String {
        drawer.oneIn(8) ? drawer.word("1.5", "-3", "1e3", "-0", "inf", "0x10", " 7", "") : "\(drawer.below(50))"
    }

    private mutating func pattern() -> String {
        drawer.word("w_*", "w_*", "wh_*->f", "wh_*->f", "w_*->f", "wh_*", "#", "nostar", "wh_*->", "*")
    }

    private mutating func options() -> [String] {
        (0..<drawer.below(4)).flatMap { _ in
            drawer.pick([
                ["ASC"], ["DESC"], ["LIMIT", "\(drawer.below(9) - 2)", "\(drawer.below(9) - 1)"], ["LIMIT", "x", "1"],
                ["LIMIT", "1"], ["GET", pattern()], ["GET", "#"], ["STORE", "sdst"], ["desc"], ["foo"],
            ])
        }
    }

    mutating func sorting() -> [String] {
        switch drawer.below(12) {
        case 0, 1: ["RPUSH", drawer.word("sl0", "sl1")] + (0..<drawer.pick([1, 5, 30])).map { _ in weight() }
        case 2: ["SADD", "ss0", weight(), weight(), weight()]
        case 3: ["ZADD", "sz0", "\(drawer.below(9))", weight(), "\(drawer.below(9))", weight()]
        case 4: ["SET", "w_\(weight())", drawer.oneIn(20) ? "x" : weight()]
        case 5: ["HSET", "wh_\(weight())", "f", weight()]
        case 6: drawer.oneIn(2) ? ["LRANGE", "sdst", "0", "-1"] : ["DEL", drawer.word("sl0", "w_1", "wh_1", "sdst")]
        case 7: [drawer.word("SORT", "SORT_RO"), sorted(), "ALPHA"] + options()
        case 8: ["SORT", drawer.word("sl0", "sl1", "sz0"), "BY", "nosort"] + options()
        case 9: ["SORT", sorted(), "BY", drawer.word("w_*", "wh_*->f")] + options()
        case 10: ["SORT", "ss0", "BY", "nosort", "STORE", "sdst"]
        default: [drawer.word("SORT", "sort_ro"), sorted()] + options()
        }
    }
}
