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
        case .help: help(.config, &output)
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
        if isExecuting, entries.contains(where: { $0.name == "migrate-from" }) {
            return refuse("migrate-from", "it takes all shards, so not inside a transaction", &output)
        }
        guard let refusal = frontEnd.control.setConfiguration(entries) else { return output.appendOK() }
        switch refusal.reason {
        case .unknown:
            fail(made: "ERR Unknown option or number of arguments for CONFIG SET - '\(refusal.name)'", &output)
        case .immutable: refuse(refusal.name, "can't set immutable config", &output)
        case .invalid(let text): refuse(refusal.name, text, &output)
        }
    }

    private func refuse(_ name: String, _ reason: String, _ output: inout OutputBuffer) {
        fail(made: "ERR CONFIG SET failed (possibly related to argument '\(name)') - \(reason)", &output)
    }
}
