// How clients ask to be told of changes to keys that they have copies of, and what is refused. Recorded from
// redis-server 7.0.15.

extension Transcript {
    static let trackingCommands: [Transcript] = [
        Transcript(
            "CLIENT TRACKING: what it refuses",
            #"""
            > CLIENT TRACKING
            < -ERR wrong number of arguments for 'client|tracking' command
            > CLIENT TRACKING foo
            < -ERR syntax error
            > CLIENT TRACKING on xyz
            < -ERR syntax error
            > CLIENT TRACKING on REDIRECT
            < -ERR syntax error
            > CLIENT TRACKING on REDIRECT x
            < -ERR value is not an integer or out of range
            > CLIENT TRACKING on REDIRECT 99999
            < -ERR The client ID you want redirect to does not exist
            > CLIENT TRACKING on REDIRECT -1
            < -ERR The client ID you want redirect to does not exist
            > CLIENT TRACKING on REDIRECT 0 REDIRECT 0
            < -ERR The client ID you want redirect to does not exist
            > CLIENT TRACKING on PREFIX a
            < -ERR PREFIX option requires BCAST mode to be enabled
            > CLIENT TRACKING on PREFIX
            < -ERR syntax error
            > CLIENT TRACKING on BCAST OPTIN
            < -ERR OPTIN and OPTOUT are not compatible with BCAST
            > CLIENT TRACKING on OPTOUT BCAST
            < -ERR OPTIN and OPTOUT are not compatible with BCAST
            > CLIENT TRACKING on OPTIN OPTOUT
            < -ERR You can't specify both OPTIN mode and OPTOUT mode
            > CLIENT TRACKING off PREFIX a OPTIN OPTOUT
            < +OK
            > CLIENT CACHING
            < -ERR wrong number of arguments for 'client|caching' command
            > CLIENT CACHING yes
            < -ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled
            > CLIENT TRACKING on
            < +OK
            > CLIENT CACHING yes
            < -ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.
            > CLIENT CACHING no
            < -ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.
            > CLIENT CACHING zz
            < -ERR syntax error
            > CLIENT TRACKING on BCAST
            < -ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.
            > CLIENT TRACKING on OPTIN
            < +OK
            > CLIENT TRACKING on OPTOUT
            < -ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.
            > CLIENT TRACKING on BCAST
            < -ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.
            > CLIENT TRACKING off
            < +OK
            > CLIENT TRACKING off
            < +OK
            """#),
        Transcript(
            "CLIENT TRACKINGINFO and GETREDIR",
            #"""
            > CLIENT TRACKING on
            < +OK
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *1
            < $2
            < on
            < $8
            < redirect
            < :0
            < $8
            < prefixes
            < *0
            > CLIENT GETREDIR
            < :0
            > CLIENT TRACKING on OPTIN
            < +OK
            > CLIENT CACHING YES
            < +OK
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *3
            < $2
            < on
            < $5
            < optin
            < $11
            < caching-yes
            < $8
            < redirect
            < :0
            < $8
            < prefixes
            < *0
            > CLIENT CACHING zz
            < -ERR syntax error
            > CLIENT ID x
            < -ERR wrong number of arguments for 'client|id' command
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *3
            < $2
            < on
            < $5
            < optin
            < $11
            < caching-yes
            < $8
            < redirect
            < :0
            < $8
            < prefixes
            < *0
            > CLIENT TRACKING on
            < +OK
            > CLIENT TRACKING on OPTOUT NOLOOP
            < +OK
            > CLIENT CACHING no
            < +OK
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *4
            < $2
            < on
            < $6
            < optout
            < $10
            < caching-no
            < $6
            < noloop
            < $8
            < redirect
            < :0
            < $8
            < prefixes
            < *0
            > CLIENT TRACKING off
            < +OK
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *1
            < $3
            < off
            < $8
            < redirect
            < :-1
            < $8
            < prefixes
            < *0
            > CLIENT TRACKING on BCAST PREFIX foo PREFIX bar NOLOOP
            < +OK
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *3
            < $2
            < on
            < $5
            < bcast
            < $6
            < noloop
            < $8
            < redirect
            < :0
            < $8
            < prefixes
            < *2
            < $3
            < bar
            < $3
            < foo
            > CLIENT TRACKING on BCAST
            < +OK
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *2
            < $2
            < on
            < $5
            < bcast
            < $8
            < redirect
            < :0
            < $8
            < prefixes
            < *3
            < $0
            <
            < $3
            < bar
            < $3
            < foo
            > RESET
            < +RESET
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *1
            < $3
            < off
            < $8
            < redirect
            < :-1
            < $8
            < prefixes
            < *0
            > CLIENT GETREDIR
            < :-1
            """#),
        Transcript(
            "prefixes of a client do not overlap",
            #"""
            > CLIENT TRACKING on BCAST PREFIX foo PREFIX bar
            < +OK
            > CLIENT TRACKING on BCAST PREFIX foob
            < -ERR Prefix 'foob' overlaps with an existing prefix 'foo'. Prefixes for a single client must not overlap.
            > CLIENT TRACKING on BCAST PREFIX f
            < -ERR Prefix 'f' overlaps with an existing prefix 'foo'. Prefixes for a single client must not overlap.
            > CLIENT TRACKING on BCAST PREFIX foo
            < -ERR Prefix 'foo' overlaps with an existing prefix 'foo'. Prefixes for a single client must not overlap.
            > CLIENT TRACKING on BCAST PREFIX x PREFIX xy
            < -ERR Prefix 'x' overlaps with another provided prefix 'xy'. Prefixes for a single client must not overlap.
            > CLIENT TRACKING on BCAST PREFIX xy PREFIX x
            < -ERR Prefix 'xy' overlaps with another provided prefix 'x'. Prefixes for a single client must not overlap.
            > CLIENT TRACKING on BCAST PREFIX zed
            < +OK
            > CLIENT TRACKING on BCAST
            < +OK
            > CLIENT TRACKING on BCAST PREFIX zzz
            < -ERR Prefix 'zzz' overlaps with an existing prefix ''. Prefixes for a single client must not overlap.
            """#),
    ]
}
