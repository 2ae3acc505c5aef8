// DEBUG: for tests and for finding faults. Source: Redis 7 debugCommand.

import Base
import Engine
import RDB

extension RESPSession {
    /// What is here; the other words of Redis' DEBUG are about the inside of that server.
    private static let debugHelp = [
        "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ERROR <string>",
        "    Replies an error with this text.",
        "LOG <message>",
        "    Writes a line to the server's log.",
        "OBJECT <key>",
        "    Tells how the value of a key is kept.",
        "PROTOCOL <type>",
        "    Replies an example of a type: string, integer, double, bignum, null, array, set, map, attrib, push,",
        "    verbatim, true, false.",
        "RELOAD [option ...]",
        "    Saves all databases, empties them and loads the file. Options: NOFLUSH does not",
        "    empty, NOSAVE takes the file that is there; MERGE is how it always is.",
        "SET-ACTIVE-EXPIRE <0|1>",
        "    Says whether items whose time is up are dropped without being asked for.",
        "SLEEP <seconds>",
        "    Has the worker of this connection, and so all its clients, wait.",
        "HELP",
        "    Prints this help.",
    ]

    func debug(_ request: Request, _ output: inout OutputBuffer) {
        guard frontEnd.control.allowsDebug(record.peer.connection) else {
            return fail(
                """
                ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it \
                from a local connection, otherwise you need to set this option in the configuration file, and then \
                restart the server.
                """, &output)
        }
        let word = request[1]
        let count = request.count
        if word.equalsIgnoringCase("reload") {
            debugReload(request, &output)
        } else if word.equalsIgnoringCase("sleep") && count == 3 {
            debugSleep(request[2], &output)
        } else if word.equalsIgnoringCase("set-active-expire") && count == 3 {
            frontEnd.engine.isExpiryWalkEnabled = (request[2].integer ?? 0) != 0
            output.appendOK()
        } else if word.equalsIgnoringCase("object") && count == 3 {
            debugObject(request[2], &output)
        } else if word.equalsIgnoringCase("protocol") && count == 3 {
            debugProtocol(request[2], &output)
        } else if word.equalsIgnoringCase("error") && count == 3 {
            fail(made: request[2].copiedText(), &output)
        } else if word.equalsIgnoringCase("log") && count == 3 {
            frontEnd.control.log(level: 3, "DEBUG LOG: \(request[2].copiedText())")
            output.appendOK()
        } else if word.equalsIgnoringCase("help") && count == 2 {
            output.appendArray(Self.debugHelp.count)
            for line in Self.debugHelp { output.appendSimple(line) }
        } else {
            failSubcommand(.debug, request, &output)
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

    private func debugObject(_ name: RawSpan, _ output: inout OutputBuffer) {
        var line: String?
        var encoder = ValueEncoder(compresses: true)
        var payload = OutputBuffer(capacity: 1024)
        let now = engine.now
        _ = engine.look(engine.key(name, in: database)) { item in
            encoder.append(item, to: &payload)
            let idle = item.idleMilliseconds
            let clock = ((now.rawValue - idle) / 1000) & 0xFF_FFFF
            // Items move; where one is at the moment tells nobody anything.
            line = "Value at:0x0 refcount:1 encoding:\(Self.encoding(item)) serializedlength:\(payload.count - 1) "
                + "lru:\(clock) lru_seconds_idle:\(idle / 1000)"
        }
        guard let line else { return fail("ERR no such key", &output) }
        output.appendSimple(line)
    }
}
