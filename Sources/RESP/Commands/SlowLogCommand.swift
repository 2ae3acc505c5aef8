// SLOWLOG: the last commands that took long. Source: Redis 7 command reference, SLOWLOG GET, LEN, RESET.

import Base
import Engine

extension RESPSession {
    func slowlog(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: SlowLogSubcommand = subcommand(.slowlog, request, &output) else { return }
        let log = frontEnd.metering.slowLog
        switch subcommand {
        case .get: slowlogGet(request, &output)
        case .len: output.appendInteger(log.count)
        case .reset:
            log.reset()
            output.appendOK()
        case .help: help(.slowlog, request, &output)
        }
    }

    private func slowlogGet(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 3 else { return failSubcommand(.slowlog, request, &output) }
        var count = 10
        if request.count == 3 {
            guard let wanted = request[2].integer, wanted >= -1 else {
                return fail("ERR count should be greater than or equal to -1", &output)
            }
            count = wanted < 0 ? Int.max : Int(wanted)
        }
        let entries = frontEnd.metering.slowLog.latest(count)
        output.appendArray(entries.count)
        for entry in entries {
            output.appendArray(6)
            output.appendInteger(entry.id)
            output.appendInteger(entry.time)
            output.appendInteger(entry.microseconds)
            output.appendArray(entry.arguments.count)
            for argument in entry.arguments { output.appendBulk(argument.span.rawBytes) }
            output.appendBulk(entry.address)
            output.appendBulk(entry.name)
        }
    }

    /// A subcommand that is there, but not with so many arguments.
    func failSubcommand(_ container: Command, _ request: Request, _ output: inout OutputBuffer) {
        countError()
        output.append("-ERR unknown subcommand or wrong number of arguments for '")
        appendErrorText(request[1], RESPLimits.errorTextSizeMax, &output)
        output.append("'. Try ")
        appendCapitals(request[0], &output)
        output.append(" HELP.\r\n")
    }
}
