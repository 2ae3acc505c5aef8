// DEBUG: for tests and for finding faults. Source: Redis 7 debugCommand.

import Base
import Engine
import RDB

/// What DEBUG can do here; Commands.md says why the rest of Redis' words are not. Source: Redis 7.0 debugCommand.
private enum DebugWord: CaseIterable {
    case changeReplicationID, digest, digestValue, error, help, listpack, loadLog, log, object, populate
    case protocolExample, quicklist, quicklistThreshold, reload, setActiveExpire, sleep, stringMatchTest

    var name: StaticString {
        switch self {
        case .changeReplicationID: "change-repl-id"
        case .digest: "digest"
        case .digestValue: "digest-value"
        case .error: "error"
        case .help: "help"
        case .listpack: "listpack"
        case .loadLog: "loadaof"
        case .log: "log"
        case .object: "object"
        case .populate: "populate"
        case .protocolExample: "protocol"
        case .quicklist: "quicklist"
        case .quicklistThreshold: "quicklist-packed-threshold"
        case .reload: "reload"
        case .setActiveExpire: "set-active-expire"
        case .sleep: "sleep"
        case .stringMatchTest: "stringmatch-test"
        }
    }

    /// How many arguments it may have, DEBUG and the word included.
    var counts: ClosedRange<Int> {
        switch self {
        case .changeReplicationID, .digest, .help, .stringMatchTest: 2...2
        case .error, .listpack, .log, .object, .protocolExample, .quicklistThreshold, .setActiveExpire, .sleep: 3...3
        case .quicklist: 3...4
        case .populate: 3...5
        case .digestValue, .loadLog, .reload: 2...Int.max
        }
    }

    static let helpLines = [
        "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "CHANGE-REPL-ID",
        "    Gives the server another replication ID.",
        "DIGEST",
        "    Tells a sum over all keys and values, as 40 hexadecimal digits: servers with the",
        "    same data, redis-server too, tell the same. Nobody else is served meanwhile.",
        "DIGEST-VALUE [<key> ...]",
        "    Tells a sum over the value of each key, likewise.",
        "ERROR <string>",
        "    Replies an error with this text.",
        "LISTPACK <key>",
        "    Writes what a packed list, hash, set or sorted set has to the server's log.",
        "LOADAOF",
        "    Has the append only file on the disk, empties all databases and loads it again.",
        "LOG <message>",
        "    Writes a line to the server's log.",
        "OBJECT <key>",
        "    Tells how the value of a key is kept.",
        "POPULATE <count> [<prefix>] [<size>]",
        "    Makes <count> strings named <prefix>:<number>, key:<number> if there is no prefix,",
        "    of <size> bytes. Keys that are there stay as they are.",
        "PROTOCOL <type>",
        "    Replies an example of a type: string, integer, double, bignum, null, array, set, map, attrib, push,",
        "    verbatim, true, false.",
        "QUICKLIST <key> [<0|1>]",
        "    Writes what a list that is not packed has to the server's log; its elements with 1.",
        "QUICKLIST-PACKED-THRESHOLD <size>",
        "    An element of a list from this size on has a node of its own where lists are written:",
        "    DUMP, snapshots. 1gb unless set, and with 0; up to 4gb - 1mb.",
        "RELOAD [option ...]",
        "    Saves all databases, empties them and loads the file. Options: NOFLUSH does not",
        "    empty, NOSAVE takes the file that is there; MERGE is how it always is.",
        "SET-ACTIVE-EXPIRE <0|1>",
        "    Says whether items whose time is up are dropped without being asked for.",
        "SLEEP <seconds>",
        "    Has the worker of this connection, and so all its clients, wait.",
        "STRINGMATCH-TEST",
        "    Tries the matching of patterns with many at random.",
        "HELP",
        "    Prints this help.",
    ]

    init?(_ request: Request) {
        let word = request[1]
        guard let known = Self.allCases.first(where: { word.equalsIgnoringCase($0.name) }),
            known.counts.contains(request.count)
        else { return nil }
        self = known
    }
}

extension RESPSession {
    func debug(_ request: Request, _ output: inout OutputBuffer) {
        guard frontEnd.control.allowsDebug(record.peer.connection) else {
            return fail(
                """
                ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it \
                from a local connection, otherwise you need to set this option in the configuration file, and then \
                restart the server.
                """, &output)
        }
        guard let word = DebugWord(request) else { return failSubcommand(.debug, request, &output) }
        switch word {
        case .changeReplicationID:
            frontEnd.changeReplicationID()
            output.appendOK()
        case .digest: debugDigest(&output)
        case .digestValue: debugDigestValues(request, &output)
        case .error: fail(made: request[2].copiedText(), &output)
        case .help:
            output.appendArray(DebugWord.helpLines.count)
            for line in DebugWord.helpLines { output.appendSimple(line) }
        case .listpack: debugListpack(request[2], &output)
        case .loadLog: debugLoadLog(request, &output)
        case .log:
            frontEnd.control.log(level: 3, "DEBUG LOG: \(request[2].copiedText())")
            output.appendOK()
        case .object: debugObject(request[2], &output)
        case .populate: debugPopulate(request, &output)
        case .protocolExample: debugProtocol(request[2], &output)
        case .quicklist: debugQuicklist(request, &output)
        case .quicklistThreshold: debugThreshold(request[2], &output)
        case .reload: debugReload(request, &output)
        case .setActiveExpire:
            frontEnd.engine.isExpiryWalkEnabled = (request[2].integer ?? 0) != 0
            output.appendOK()
        case .sleep: debugSleep(request[2], &output)
        case .stringMatchTest: debugMatching(&output)
        }
    }

    private func debugReload(_ request: Request, _ output: inout OutputBuffer) {
        var order = ReloadOrder()
        for index in 2..<max(2, request.count) {
            let word = request[index]
            if word.equalsIgnoringCase("merge") {
                // What the file has replaces what is there, in any case.
                continue
            } else if word.equalsIgnoringCase("noflush") {
                order.flushes = false
            } else if word.equalsIgnoringCase("nosave") {
                order.saves = false
            } else {
                return fail("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.", &output)
            }
        }
        guard mayPark else { return fail("ERR DEBUG RELOAD is not possible inside a transaction", &output) }
        startReload(order, request, &output)
    }

    /// Redis takes more arguments for no difference.
    private func debugLoadLog(_ request: Request, _ output: inout OutputBuffer) {
        guard mayPark else { return fail("ERR DEBUG LOADAOF is not possible inside a transaction", &output) }
        // The log does not have what is not here yet, and to empty the databases would end that.
        guard frontEnd.keyOrigin == nil else {
            return fail("ERR DEBUG LOADAOF is not possible while another server's keys are taken over", &output)
        }
        var order = ReloadOrder()
        order.isOfLog = true
        startReload(order, request, &output)
    }

    private func startReload(_ order: ReloadOrder, _ request: Request, _ output: inout OutputBuffer) {
        if frontEnd.gateState == .loading { return fail("LOADING Redis is loading the dataset in memory", &output) }
        waitForDisk(request, .debug, &output) { control, completion in
            control.startReload(order, completion: completion)
        }
    }

    /// What is no number is 0, as in Redis.
    private func debugSleep(_ text: RawSpan, _ output: inout OutputBuffer) {
        let seconds = text.lenientDouble() ?? 0
        // A transaction holds shards, for which others burn their time.
        guard !isExecuting else { return fail("ERR DEBUG SLEEP is not possible inside a transaction", &output) }
        var milliseconds = Int(min(max(0, seconds), RESPLimits.debugSleepSecondsMax) * 1000)
        while milliseconds > 0 {
            System.sleep(milliseconds: min(milliseconds, 500))
            milliseconds -= 500
        }
        output.appendOK()
    }

    /// Patterns and texts of few letters, so that much of what a pattern can say is said. Source: Redis
    /// stringmatchlen_fuzz_test, which minds crashes alone.
    private func debugMatching(_ output: inout OutputBuffer) {
        guard !isExecuting else {
            return fail("ERR DEBUG STRINGMATCH-TEST is not possible inside a transaction", &output)
        }
        var random = SplitMix64(seed: System.randomNumber())
        let letters = Array("ab*?[]^-\\".utf8)
        var failure: String?
        for _ in 0..<RESPLimits.debugMatchesTried where failure == nil {
            let pattern = (0..<random.next(below: 32)).map { _ in letters[random.next(below: letters.count)] }
            let text = (0..<random.next(below: 32)).map { _ in letters[random.next(below: letters.count)] }
            let glob = Glob(pattern.span.rawBytes)
            let matches = glob.matches(text.span.rawBytes)
            // What holds whatever the pattern is: a star more in front loses nothing, and each text has a pattern.
            let wider = [UInt8(ascii: "*")] + pattern
            let own = text.flatMap { [UInt8(ascii: "\\"), $0] }
            let isRight = (!matches || Glob(wider.span.rawBytes).matches(text.span.rawBytes))
                && Glob(own.span.rawBytes).matches(text.span.rawBytes)
            if !isRight { failure = "\(pattern.span.rawBytes.copiedText()) \(text.span.rawBytes.copiedText())" }
        }
        guard let failure else { return output.appendSimple("Apparently Redis did not crash: test passed") }
        fail(made: "ERR pattern and text: \(failure)", &output)
    }
}
