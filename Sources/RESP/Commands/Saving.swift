// Commands that bring the keyspace to the disk and back. Source: Redis 7 command reference, group "server".

import Base

extension RESPSession {
    /// The client waits, its worker does not: clients are served as before, and what they change is not in the file.
    func save(_ request: Request, _ output: inout OutputBuffer) {
        waitForDisk(request, .save, &output) { control, completion in
            control.startSaving(completion: completion)
        }
    }

    func bgsave(_ request: Request, _ output: inout OutputBuffer) {
        // SCHEDULE is for a rewrite of the log that is under way; beside another snapshot it makes no difference.
        if request.count > 2 || (request.count == 2 && !request[1].equalsIgnoringCase("schedule")) {
            return failSyntax(&output)
        }
        switch frontEnd.control.startSaving(completion: { _ in }) {
        case .started: output.appendSimple("Background saving started")
        case .busy: failBusy(&output)
        case .failed(let reason): fail(made: "ERR \(reason)", &output)
        }
    }

    func bgrewriteaof(_ output: inout OutputBuffer) {
        switch frontEnd.control.startRewriting() {
        case .started: output.appendSimple("Background append only file rewriting started")
        case .scheduled: output.appendSimple("Background append only file rewriting scheduled")
        case .busy: fail("ERR Background append only file rewriting already in progress", &output)
        case .failed(let reason): fail(made: "ERR \(reason)", &output)
        }
    }

    /// DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE], the only one of its subcommands that is here.
    func debug(_ request: Request, _ output: inout OutputBuffer) {
        guard frontEnd.control.allowsDebug(record.peer.connection) else {
            return fail(
                """
                ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it \
                from a local connection, otherwise you need to set this option in the configuration file, and then \
                restart the server.
                """, &output)
        }
        guard request[1].equalsIgnoringCase("reload") else {
            if request[1].equalsIgnoringCase("help") && request.count == 2 { return helpWithDebugging(&output) }
            counters.add(.errors)
            output.append("-ERR unknown subcommand or wrong number of arguments for '")
            appendErrorText(request[1], RESPLimits.errorTextSizeMax, &output)
            return output.append("'. Try DEBUG HELP.\r\n")
        }
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

    private func helpWithDebugging(_ output: inout OutputBuffer) {
        let lines = [
            "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "RELOAD [option ...]",
            "    Saves all databases, empties them and loads the file. Options: NOFLUSH does not",
            "    empty, NOSAVE loads the file that is there; MERGE makes no difference.",
            "HELP",
            "    Prints this help.",
        ]
        output.appendArray(lines.count)
        for line in lines { output.appendSimple(line) }
    }

    /// Parks until the disk's work is done, and answers OK or its failure.
    private func waitForDisk(
        _ request: Request, _ command: Command, _ output: inout OutputBuffer,
        _ start: (any ServerControl, @escaping @Sendable (String?) -> Void) -> SavingStart
    ) {
        let record = record
        let ticket = park(request, command, until: nil)
        let started = start(frontEnd.control) { failure in
            guard record.parking.claim(ticket) else { return }
            var reply = OutputBuffer(capacity: 256)
            if let failure { reply.append("-ERR \(failure)\r\n") } else { reply.append("+OK\r\n") }
            record.deliver(reply.span, ticket)
        }
        if started == .started { return }
        unpark()
        ending = .none
        if case .failed(let reason) = started { return fail(made: "ERR \(reason)", &output) }
        failBusy(&output)
    }

    private func failBusy(_ output: inout OutputBuffer) { fail("ERR Background save already in progress", &output) }
}
