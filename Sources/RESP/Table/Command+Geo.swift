// The rows of the commands on places.

extension CommandSpec {
    private static let searchComplexity =
        "O(N+log(M)), N being the members in the cells that cover the shape and M those of the whole sorted set"

    static let geoadd = CommandSpec(
        "geoadd", arity: -5, [.write, .deniedWhenFull], .geo, .geo,
        keys: .one("RW update"), since: "3.2.0",
        complexity: "O(log(N)) for each member, N being the number of members",
        "Gives members of a sorted set a place, adding those that are new.",
        syntax: "key [NX|XX] [CH] (longitude:double latitude:double member)...")

    static let geodist = CommandSpec(
        "geodist", arity: -4, .read, .geo, .geo,
        keys: .one("RO access"), since: "3.2.0",
        complexity: "O(log(N)), N being the number of members",
        "Returns how far two members are from each other.",
        syntax: "key member1 member2 [M|KM|FT|MI]")

    static let geohash = CommandSpec(
        "geohash", arity: -2, .read, .geo, .geo,
        keys: .one("RO access"), since: "3.2.0",
        complexity: "O(log(N)) for each member named, N being the number of members",
        "Returns the places of members as geohash texts.",
        syntax: "key member...")

    static let geopos = CommandSpec(
        "geopos", arity: -2, .read, .geo, .geo,
        keys: .one("RO access"), since: "3.2.0",
        complexity: "O(N), N being the number of members named",
        "Returns longitude and latitude of members.",
        syntax: "key member...")

    static let georadius = CommandSpec(
        "georadius", arity: -6, [.write, .deniedWhenFull, .movableKeys], .geo, .geo,
        keys: .one("RO access", storedBehind: ["STORE", "STOREDIST"], from: 6), since: "3.2.0",
        complexity: searchComplexity,
        "Returns or stores the members within a circle around a place.",
        syntax:
            "key longitude:double latitude:double radius:double (M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] "
            + "[COUNT count:integer [ANY]] [ASC|DESC] [STORE key] [STOREDIST key]")

    static let georadiusRO = CommandSpec(
        "georadius_ro", arity: -6, .read, .geo, .geo,
        keys: .one("RO access"), since: "3.2.10",
        complexity: searchComplexity,
        "Returns the members within a circle around a place.",
        syntax:
            "key longitude:double latitude:double radius:double (M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] "
            + "[COUNT count:integer [ANY]] [ASC|DESC]")

    static let georadiusbymember = CommandSpec(
        "georadiusbymember", arity: -5, [.write, .deniedWhenFull, .movableKeys], .geo, .geo,
        keys: .one("RO access", storedBehind: ["STORE", "STOREDIST"], from: 5), since: "3.2.0",
        complexity: searchComplexity,
        "Returns or stores the members within a circle around one of them.",
        syntax:
            "key member radius:double (M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] "
            + "[COUNT count:integer [ANY]] [ASC|DESC] [STORE key] [STOREDIST key]")

    static let georadiusbymemberRO = CommandSpec(
        "georadiusbymember_ro", arity: -5, .read, .geo, .geo,
        keys: .one("RO access"), since: "3.2.10",
        complexity: searchComplexity,
        "Returns the members within a circle around one of them.",
        syntax:
            "key member radius:double (M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] "
            + "[COUNT count:integer [ANY]] [ASC|DESC]")

    static let geosearch = CommandSpec(
        "geosearch", arity: -7, .read, .geo, .geo,
        keys: .one("RO access"), since: "6.2.0",
        complexity: searchComplexity,
        "Returns the members within a circle or a rectangle.",
        syntax:
            "key (FROMMEMBER member|FROMLONLAT longitude:double latitude:double) "
            + "(BYRADIUS radius:double (M|KM|FT|MI)|BYBOX width:double height:double (M|KM|FT|MI)) [ASC|DESC] "
            + "[COUNT count:integer [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]")

    static let geosearchstore = CommandSpec(
        "geosearchstore", arity: -8, [.write, .deniedWhenFull], .geo, .geo,
        keys: .two("OW update", "RO access"), since: "6.2.0",
        complexity: searchComplexity,
        "Stores the members within a circle or a rectangle.",
        syntax:
            "destination:key source:key (FROMMEMBER member|FROMLONLAT longitude:double latitude:double) "
            + "(BYRADIUS radius:double (M|KM|FT|MI)|BYBOX width:double height:double (M|KM|FT|MI)) [ASC|DESC] "
            + "[COUNT count:integer [ANY]] [STOREDIST]")
}
