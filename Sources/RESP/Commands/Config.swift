// CONFIG: settings by name. Source: Redis 7 command reference, CONFIG GET, SET, RESETSTAT, REWRITE.

import Base
import Engine
import Synchronization

extension RESPSession {
    func config(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: ConfigSubcommand = subcommand(.config, request, &output) else { return }
        switch subcommand {
        case .get: configGet(request, &output)
        case .set: configSet(request, &output)
        case .resetstat:
            frontEnd.counters.reset()
            frontEnd.outputLimiter.resetCount()
            frontEnd.metering.reset()
            frontEnd.evictedClientCount.store(0, ordering: .relaxed)
            frontEnd.engine.resetCounters(through: &engine)
            frontEnd.control.resetStatistics()
            output.appendOK()
        case .rewrite:
            if let reason = frontEnd.control.rewriteConfiguration() {
                fail(made: "ERR \(reason)", &output)
            } else {
                output.appendOK()
            }
        case .help: help(.config, request, &output)
        }
    }

    private func configGet(_ request: Request, _ output: inout OutputBuffer) {
        var chosen: [ConfigurationEntry] = []
        for entry in frontEnd.control.configuration() {
            var name = OutputBuffer(capacity: 64)
            name.append(entry.name)
            for index in 2..<request.count where Glob(request[index], ignoresCase: true).matches(name.span) {
                chosen.append(entry)
                break
            }
        }
        output.appendMap(chosen.count, version)
        for entry in chosen {
            output.appendBulk(entry.name)
            output.appendBulk(entry.value)
        }
    }

    private func configSet(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count % 2 == 0 else { return failSyntax(&output) }
        var entries: [ConfigurationEntry] = []
        for index in stride(from: 2, to: request.count, by: 2) {
            let name = request[index].copiedText().lowercased()
            guard let value = String(validating: request[index + 1].copiedBytes(), as: UTF8.self) else {
                return refuse(name, "argument must be UTF-8 text", &output)
            }
            if entries.contains(where: { $0.name == name }) { return refuse(name, "duplicate parameter", &output) }
            entries.append(ConfigurationEntry(name: name, value: value))
        }
        guard mayPark else {
            return reply(to: frontEnd.control.setConfiguration(entries, completion: nil), &output)
        }
        // Whoever is asked meanwhile is asked without this client.
        if wakeReason != nil { return fail("UNBLOCKED client unblocked via CLIENT UNBLOCK", &output) }
        let record = record
        let ticket = park(request, .config, until: nil)
        let outcome = frontEnd.control.setConfiguration(entries) { refusal in
            guard record.parking.claim(ticket) else { return }
            var reply = OutputBuffer(capacity: 256)
            if let refusal { Self.appendError(refusal.text, &reply) } else { reply.appendOK() }
            record.deliver(reply.span, ticket)
        }
        if outcome == .begun { return }
        unpark()
        ending = .none
        reply(to: outcome, &output)
    }

    private func reply(to outcome: ConfigurationOutcome, _ output: inout OutputBuffer) {
        if case .refused(let refusal) = outcome { fail(made: refusal.text, &output) } else { output.appendOK() }
    }

    private func refuse(_ name: String, _ reason: String, _ output: inout OutputBuffer) {
        fail(made: ConfigurationRefusal(name: name, reason: .invalid(reason)).text, &output)
    }
}

extension ConfigurationRefusal {
    /// As CONFIG SET answers it.
    fileprivate var text: String {
        switch reason {
        case .unknown: "ERR Unknown option or number of arguments for CONFIG SET - '\(name)'"
        case .immutable: Self(name: name, reason: .invalid("can't set immutable config")).text
        case .invalid(let text): "ERR CONFIG SET failed (possibly related to argument '\(name)') - \(text)"
        }
    }
}
