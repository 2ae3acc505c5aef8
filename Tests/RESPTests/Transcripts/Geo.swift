// Commands on places.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let geo: [Transcript] = [
        Transcript(
            "GEOADD, GEODIST, GEOHASH and GEOPOS",
            #"""
            > GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
            < :2
            > GEOADD Sicily NX 1 1 Palermo 13.5765 37.3111 Agrigento
            < :1
            > GEOADD Sicily XX CH 13.583333 37.316667 Agrigento 2 2 none
            < :1
            > GEOADD Sicily CH 13.583333 37.316667 Agrigento
            < :0
            > TYPE Sicily
            < +zset
            > ZSCORE Sicily Palermo
            < $16
            < 3479099956230698
            > GEODIST Sicily Palermo Catania
            < $11
            < 166274.1516
            > GEODIST Sicily Palermo Catania km
            < $8
            < 166.2742
            > GEODIST Sicily Palermo Catania MI
            < $8
            < 103.3182
            > GEODIST Sicily Palermo Catania ft
            < $11
            < 545518.8700
            > GEODIST Sicily Palermo Palermo
            < $6
            < 0.0000
            > GEODIST Sicily Palermo none
            < $-1
            > GEODIST nokey a b
            < $-1
            > GEODIST Sicily Palermo Catania foo
            < -ERR unsupported unit provided. please use M, KM, FT, MI
            > GEODIST Sicily Palermo Catania km x
            < -ERR syntax error
            > GEOHASH Sicily Palermo none Catania
            < *3
            < $11
            < sqc8b49rny0
            < $-1
            < $11
            < sqdtr74hyu0
            > GEOHASH nokey a b
            < *2
            < $-1
            < $-1
            > GEOHASH Sicily
            < *0
            > GEOPOS Sicily Palermo none
            < *2
            < *2
            < $20
            < 13.36138933897018433
            < $20
            < 38.11555639549629859
            < *-1
            > GEOPOS nokey a
            < *1
            < *-1
            > GEOPOS Sicily
            < *0
            """#),
        Transcript(
            "places at the edge, wrong ones, and other kinds",
            #"""
            > GEOADD k 181 0 m
            < -ERR invalid longitude,latitude pair 181.000000,0.000000
            > GEOADD k 0 -86.5 m
            < -ERR invalid longitude,latitude pair 0.000000,-86.500000
            > GEOADD k x 0 m
            < -ERR value is not a valid float
            > GEOADD k 0 1 a 0
            < -ERR syntax error
            > GEOADD k NX XX 0 0 m
            < -ERR syntax error
            > GEOADD k NX CH nx ch
            < -ERR syntax error
            > GEOADD k GT 0 0 m
            < -ERR syntax error
            > GEOADD k 0 0
            < -ERR wrong number of arguments for 'geoadd' command
            > GEOADD k 180 85.05112878 ne -180 -85.05112878 sw 0 0 zero
            < :3
            > ZRANGE k 0 -1 WITHSCORES
            < *6
            < $2
            < sw
            < $1
            < 0
            < $4
            < zero
            < $16
            < 3377699720527872
            < $2
            < ne
            < $17
            < 13510798882111488
            > GEOPOS k ne sw zero
            < *3
            < *2
            < $3
            < 180
            < $19
            < 85.0511287799999991
            < *2
            < $22
            < -179.99999731779098511
            < $21
            < -85.05112751263942528
            < *2
            < $19
            < 0.00000268220901489
            < $19
            < 0.00000126736058093
            > GEOHASH k ne sw zero
            < *3
            < $11
            < bp05b5048p0
            < $11
            < 00bh0hbj200
            < $11
            < s0000000000
            > GEODIST k ne sw
            < $13
            < 18919844.5891
            > ZADD k -1 minus 1e300 huge
            < :2
            > GEOPOS k minus huge
            < *2
            < *2
            < $3
            < 180
            < $19
            < 85.0511287799999991
            < *2
            < $22
            < -179.99999731779098511
            < $21
            < -85.05112751263942528
            > SET s v
            < +OK
            > GEOADD s 0 0 m
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > GEODIST s a b
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > GEOHASH s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > GEOPOS s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > GEOSEARCH s FROMLONLAT 0 x BYRADIUS 1 m
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > GEORADIUS s x 0 1 m
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
        Transcript(
            "GEOSEARCH and GEOSEARCHSTORE",
            #"""
            > GEOADD S 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
            < :2
            > GEOADD S 12.758489 38.788135 edge1 17.241510 38.788135 edge2
            < :2
            > GEOSEARCH S FROMLONLAT 15 37 BYRADIUS 200 km ASC
            < *2
            < $7
            < Catania
            < $7
            < Palermo
            > GEOSEARCH S FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHCOORD WITHDIST
            < *4
            < *3
            < $7
            < Catania
            < $7
            < 56.4413
            < *2
            < $20
            < 15.08726745843887329
            < $20
            < 37.50266842333162032
            < *3
            < $7
            < Palermo
            < $8
            < 190.4424
            < *2
            < $20
            < 13.36138933897018433
            < $20
            < 38.11555639549629859
            < *3
            < $5
            < edge2
            < $8
            < 279.7403
            < *2
            < $20
            < 17.24151045083999634
            < $20
            < 38.78813451624225195
            < *3
            < $5
            < edge1
            < $8
            < 279.7405
            < *2
            < $19
            < 12.7584877610206604
            < $20
            < 38.78813451624225195
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 200 mi DESC WITHHASH
            < *3
            < *2
            < $7
            < Catania
            < :3479447370796909
            < *2
            < $5
            < edge1
            < :3479273021651468
            < *2
            < $7
            < Palermo
            < :3479099956230698
            > GEOSEARCH S byradius 1000 km fromlonlat 15 37 count 2
            < *2
            < $7
            < Catania
            < $7
            < Palermo
            > GEOSEARCH S FROMLONLAT 15 37 BYRADIUS 1000 km COUNT 1 DESC WITHDIST
            < *1
            < *2
            < $5
            < edge1
            < $8
            < 279.7405
            > GEOSEARCH S FROMLONLAT 15 37 BYRADIUS 1000 km COUNT 1 ANY
            < *1
            < $7
            < Palermo
            > GEOSEARCH S FROMLONLAT 15 37 BYRADIUS 1 km
            < *0
            > GEOSEARCH nokey FROMMEMBER a BYRADIUS 1 km
            < *0
            > GEOSEARCHSTORE t S FROMLONLAT 15 37 BYRADIUS 200 km
            < :2
            > ZRANGE t 0 -1 WITHSCORES
            < *4
            < $7
            < Palermo
            < $16
            < 3479099956230698
            < $7
            < Catania
            < $16
            < 3479447370796909
            > GEOSEARCHSTORE t S FROMLONLAT 15 37 BYBOX 1 1 km STOREDIST
            < :0
            > EXISTS t
            < :0
            > GEOSEARCHSTORE S S FROMMEMBER Palermo BYRADIUS 1 ft STOREDIST
            < :1
            > ZRANGE S 0 -1 WITHSCORES
            < *2
            < $7
            < Palermo
            < $1
            < 0
            > GEOSEARCHSTORE S nokey FROMMEMBER a BYRADIUS 1 ft
            < :0
            > EXISTS S
            < :0
            """#),
        Transcript(
            "GEOSEARCH with wrong arguments",
            #"""
            > GEOADD S 13.361389 38.115556 Palermo
            < :1
            > GEOSEARCH S FROMMEMBER none BYRADIUS 1 km foo
            < -ERR could not decode requested zset member
            > GEOSEARCH S FROMMEMBER Palermo FROMLONLAT 1 1 BYRADIUS 1 km
            < -ERR syntax error
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 1 km BYBOX 1 1 km
            < -ERR syntax error
            > GEOSEARCH S FROMMEMBER Palermo ASC DESC ASC
            < -ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH
            > geosearch S BYRADIUS 1 km ASC DESC
            < -ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for geosearch
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS x km
            < -ERR need numeric radius
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS -1 km
            < -ERR radius cannot be negative
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 1 yd
            < -ERR unsupported unit provided. please use M, KM, FT, MI
            > GEOSEARCH S FROMMEMBER Palermo BYBOX x 1 km
            < -ERR need numeric width
            > GEOSEARCH S FROMMEMBER Palermo BYBOX 1 x km
            < -ERR need numeric height
            > GEOSEARCH S FROMMEMBER Palermo BYBOX 1 -1 km
            < -ERR height or width cannot be negative
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 1 km ANY
            < -ERR the ANY argument requires COUNT argument
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 1 km COUNT 0
            < -ERR COUNT must be > 0
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 1 km COUNT x
            < -ERR value is not an integer or out of range
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 1 km STOREDIST
            < -ERR syntax error
            > GEOSEARCH S FROMLONLAT 200 0 BYRADIUS 1 km
            < -ERR invalid longitude,latitude pair 200.000000,0.000000
            > GEOSEARCHSTORE t S FROMMEMBER Palermo BYRADIUS 1 km WITHDIST
            < -ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options
            > GeoSearchStore t S FROMMEMBER Palermo ASC DESC ASC
            < -ERR exactly one of BYRADIUS and BYBOX can be specified for GeoSearchStore
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 1
            < -ERR wrong number of arguments for 'geosearch' command
            """#),
        Transcript(
            "the older searches",
            #"""
            > GEOADD S 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
            < :2
            > GEORADIUS S 15 37 200 km WITHDIST WITHCOORD WITHHASH ASC
            < *2
            < *4
            < $7
            < Catania
            < $7
            < 56.4413
            < :3479447370796909
            < *2
            < $20
            < 15.08726745843887329
            < $20
            < 37.50266842333162032
            < *4
            < $7
            < Palermo
            < $8
            < 190.4424
            < :3479099956230698
            < *2
            < $20
            < 13.36138933897018433
            < $20
            < 38.11555639549629859
            > GEORADIUS_RO S 15 37 100 km
            < *1
            < $7
            < Catania
            > GEORADIUSBYMEMBER S Palermo 200 km DESC
            < *2
            < $7
            < Catania
            < $7
            < Palermo
            > georadiusbymember_RO S Palermo 200 km COUNT 1
            < *1
            < $7
            < Palermo
            > GEORADIUS S 15 37 200 km STORE t
            < :2
            > ZRANGE t 0 -1
            < *2
            < $7
            < Palermo
            < $7
            < Catania
            > GEORADIUSBYMEMBER S Palermo 200 km STOREDIST t
            < :2
            > ZSCORE t Palermo
            < $1
            < 0
            > GEORADIUS S 15 37 1 km STORE t STOREDIST t
            < :0
            > EXISTS t
            < :0
            > GEORADIUS S 15 37 200 km STORE t WITHDIST
            < -ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options
            > GEORADIUS_RO S 15 37 200 km STORE t
            < -ERR syntax error
            > GEORADIUSBYMEMBER_RO S Palermo 200 km STOREDIST t
            < -ERR syntax error
            > GEORADIUSBYMEMBER S none 200 km
            < -ERR could not decode requested zset member
            > GEORADIUSBYMEMBER nokey none x foo
            < *0
            > GEORADIUSBYMEMBER nokey none x foo bar
            < -ERR syntax error
            > GEORADIUS nokey 15 37 200 km STORE S
            < :0
            > EXISTS S
            < :0
            > GEORADIUS nokey 15 37 x km
            < -ERR need numeric radius
            > GEORADIUS nokey 15 87 1 km
            < -ERR invalid longitude,latitude pair 15.000000,87.000000
            > GEORADIUS nokey 15 37 1
            < -ERR wrong number of arguments for 'georadius' command
            > COMMAND GETKEYS GEORADIUS S 15 37 200 km STORE t
            < *2
            < $1
            < S
            < $1
            < t
            > COMMAND GETKEYS GEORADIUSBYMEMBER S m 200 km WITHDIST STOREDIST t
            < *2
            < $1
            < S
            < $1
            < t
            > COMMAND GETKEYS GEORADIUSBYMEMBER_RO S m 200 km
            < *1
            < $1
            < S
            """#),
        Transcript(
            "places in version 3",
            #"""
            > HELLO 3
            < %7
            < $6
            < server
            < $5
            < redis
            < $7
            < version
            < $5
            < 7.2.0
            < $5
            < proto
            < :3
            < $2
            < id
            < :7
            < $4
            < mode
            < $10
            < standalone
            < $4
            < role
            < $6
            < master
            < $7
            < modules
            < *0
            > GEOADD S 13.361389 38.115556 Palermo 0 0 zero
            < :2
            > GEOPOS S Palermo zero none
            < *3
            < *2
            < ,13.36138933897018433
            < ,38.11555639549629859
            < *2
            < ,0.00000268220901489
            < ,0.00000126736058093
            < _
            > GEODIST S Palermo zero km
            < $9
            < 4454.7330
            > GEODIST S Palermo none
            < _
            > GEOHASH S Palermo none
            < *2
            < $11
            < sqc8b49rny0
            < _
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 5 km WITHCOORD WITHDIST WITHHASH
            < *1
            < *4
            < $7
            < Palermo
            < $6
            < 0.0000
            < :3479099956230698
            < *2
            < ,13.36138933897018433
            < ,38.11555639549629859
            > GEOSEARCH S FROMMEMBER Palermo BYRADIUS 5 km
            < *1
            < $7
            < Palermo
            """#),
    ]
}
