// Random requests on places.
//
// Each member has a place of its own: which of several at one distance come first when not all are wanted is the
// machine's sorting. The scores of stored distances are left out: Redis 7.0 prints them with 17 digits.

extension RESPDrawer {
    private mutating func geoKey() -> String {
        drawer.oneIn(12) ? drawer.word("k0", "s0", "nokey") : drawer.word("geo0", "geo1")
    }

    private mutating func geoMember() -> String { "p\(drawer.below(300))" }

    /// Dense around one place, thin elsewhere.
    private func place(_ member: String) -> [String] {
        let number = Double(member.dropFirst())!
        let spread = number < 100 ? 0.003 : number < 200 ? 0.3 : 0.6
        return ["\(15 + (number - 150) * spread)", "\((number * 37).truncatingRemainder(dividingBy: 101) * spread - 2)"]
    }

    private mutating func anyPlace() -> [String] {
        if drawer.oneIn(8) {
            return drawer.pick([
                ["181", "0"], ["0", "86"], ["x", "1"], ["1", "nan"], ["180", "85.05112878"], ["inf", "0"],
            ])
        }
        return ["\(drawer.below(360) - 180).5", "\(drawer.below(160) - 80).25"]
    }

    private mutating func unit() -> String { drawer.word("m", "km", "mi", "ft", "KM", "km", "km", "foo") }

    private mutating func reach() -> String {
        drawer.oneIn(8)
            ? drawer.word("0", "-1", "x", "inf", "nan", "1e9") : "\(drawer.below(drawer.pick([10, 1000, 9000])))"
    }

    private mutating func geoOptions() -> [String] {
        (0..<drawer.below(4)).flatMap { _ in
            drawer.pick([
                ["WITHDIST"], ["WITHCOORD"], ["WITHHASH"], ["ASC"], ["DESC"], ["COUNT", "3"], ["COUNT", "40"],
                ["COUNT", "5", "ANY"], ["COUNT", "0"], ["ANY"], ["withdist"],
            ])
        }
    }

    private mutating func middle() -> [String] {
        drawer.oneIn(2) ? ["FROMMEMBER", geoMember()] : ["FROMLONLAT"] + anyPlace()
    }

    private mutating func outline() -> [String] {
        drawer.oneIn(2) ? ["BYRADIUS", reach(), unit()] : ["BYBOX", reach(), reach(), unit()]
    }

    mutating func places() -> [String] {
        switch drawer.below(12) {
        case 0...2:
            ["GEOADD", drawer.word("geo0", "geo1")]
                + drawer.pick([[], [], [], ["NX"], ["XX", "CH"], ["NX", "XX"], ["CH"]])
                + (0..<drawer.pick([1, 2, 30])).flatMap { _ in
                    let member = geoMember()
                    return place(member) + [member]
                }
        case 3: ["GEOADD", geoKey()] + anyPlace() + [drawer.word("edge", "p1000")]
        case 4: ["GEODIST", geoKey(), geoMember(), geoMember()] + drawer.pick([[], [unit()], ["m", "x"]])
        case 5: [drawer.word("GEOPOS", "GEOHASH"), geoKey(), geoMember(), geoMember()]
        case 6: ["GEORADIUS", geoKey()] + anyPlace() + [reach(), unit()] + geoOptions()
        case 7:
            [drawer.word("GEORADIUSBYMEMBER", "georadiusbymember_ro"), geoKey(), geoMember(), reach(), unit()]
                + geoOptions()
        case 8:
            ["GEORADIUSBYMEMBER", geoKey(), geoMember(), reach(), unit()]
                + drawer.pick([["STORE", "geot"], ["STOREDIST", "geot"], ["STORE"], ["STORE", "geot", "WITHDIST"]])
        case 9:
            ["GEOSEARCHSTORE", "geot", geoKey()] + middle() + outline()
                + drawer.pick([[], ["STOREDIST"], ["COUNT", "3"], ["DESC", "COUNT", "2"], ["WITHCOORD"]])
        case 10: drawer.oneIn(2) ? ["ZRANGE", "geot", "0", "-1"] : ["ZREM", geoKey(), geoMember()]
        default:
            ["GEOSEARCH", geoKey()] + (drawer.oneIn(2) ? middle() + outline() : outline() + middle()) + geoOptions()
        }
    }
}
