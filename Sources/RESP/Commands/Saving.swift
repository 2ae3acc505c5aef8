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

    /// Parks until the disk's work is done, and answers OK or its failure.
    func waitForDisk(
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
