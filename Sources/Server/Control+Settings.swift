// CONFIG GET, SET and REWRITE: settings read, changed while serving, written back.

import Base
import Engine
import Persistence
import RESP
import Synchronization
import Transport

extension Control {
    func configuration() -> [ConfigurationEntry] {
        let settings = self.settings
        let own = DirectiveTable.all.map { ConfigurationEntry(name: $0.name, value: $0.read(settings)) }
        let foreign = ForeignDirectives.all.compactMap { directive in
            directive.valueHere.map { ConfigurationEntry(name: directive.name, value: $0) }
        }
        return (own + foreign).sorted { $0.name < $1.name }
    }

    func setConfiguration(
        _ entries: [ConfigurationEntry], completion: (@Sendable (ConfigurationRefusal?) -> Void)?
    ) -> ConfigurationOutcome {
        if let entry = entries.first(where: { $0.name == "migrate-from" }) {
            return setMigration(entry, among: entries, completion: completion)
        }
        return outcome(setSettings(entries))
    }

    func outcome(_ refusal: ConfigurationRefusal?) -> ConfigurationOutcome { refusal.map { .refused($0) } ?? .done }

    func setSettings(_ entries: [ConfigurationEntry]) -> ConfigurationRefusal? {
        state.withLock { state in
            var settings = state.settings
            var changed = state.changed
            for entry in entries {
                if let refusal = Self.write(entry, into: &settings) { return refusal }
                if !changed.contains(entry.name) { changed.append(entry.name) }
            }
            if let refusal = apply(settings, over: &state) { return refusal }
            state.settings = settings
            state.changed = changed
            return nil
        }
    }

    static func write(
        _ entry: ConfigurationEntry, into settings: inout Configuration
    ) -> ConfigurationRefusal? {
        func refuse(_ reason: ConfigurationRefusal.Reason) -> ConfigurationRefusal {
            ConfigurationRefusal(name: entry.name, reason: reason)
        }
        guard let directive = DirectiveTable.find(entry.name) else {
            guard let foreign = ForeignDirectives.find(entry.name) else { return refuse(.unknown) }
            return foreign.valueHere == entry.value
                ? nil : refuse(.invalid("not supported by this server yet"))
        }
        guard directive.isLive else { return refuse(.immutable) }
        do throws(WrongValue) {
            try directive.write(&settings, [entry.value])
            return nil
        } catch {
            return refuse(.invalid(error.reason))
        }
    }

    /// Brings what changed into effect. All that can fail comes first.
    private func apply(_ new: Configuration, over state: inout State) -> ConfigurationRefusal? {
        let old = state.settings
        if new.connectionCountMax > old.connectionCountMax {
            let wanted = new.connectionCountMax + ProcessLimits.descriptorsBesideConnections
            let allowed = System.raiseOpenFileLimit(to: wanted)
            if allowed < wanted {
                let possible = allowed - ProcessLimits.descriptorsBesideConnections
                let reason = "the system allows this process no more than \(possible) connections"
                return ConfigurationRefusal(name: "maxclients", reason: .invalid(reason))
            }
        }
        if let refusal = applyTLS(new, over: &state) { return refusal }
        if let refusal = applyLog(new, over: old) { return refusal }
        if new.connectionCountMax != old.connectionCountMax {
            workers.connectionCountMax = new.connectionCountMax
        }
        if new.idleTimeoutSeconds != old.idleTimeoutSeconds {
            workers.idleTimeoutSeconds = new.idleTimeoutSeconds
        }
        if new.memoryLimit != old.memoryLimit { engine.memoryLimit = new.memoryLimit }
        if new.evictionPolicy != old.evictionPolicy { engine.evictionPolicy = new.evictionPolicy }
        if new.collectionLimits != old.collectionLimits { engine.limits = new.collectionLimits }
        if new.frequencyTuning != old.frequencyTuning { engine.frequencyTuning = new.frequencyTuning }
        if new.evictionSamples != old.evictionSamples { engine.evictionSamples = new.evictionSamples }
        log.level = new.logLevel
        tuneMigration(new)
        snapshots.change { $0.take(from: new) }
        state.respFrontEnd?.change { $0.take(from: new) }
        return nil
    }

    func rewriteConfiguration() -> String? {
        let (settings, changed, door) = state.withLock { ($0.settings, $0.changed, $0.respFrontEnd) }
        guard !settings.configurationFile.isEmpty else {
            return "The server is running without a config file"
        }
        do throws(SystemError) {
            let text = String(decoding: try Files.read(settings.configurationFile), as: UTF8.self)
            let lines = changed.compactMap { name in
                DirectiveTable.find(name).map { (name, "\(name) \(quotedWord($0.rewritten(settings)))") }
            }
            // Users live in their own file, or here.
            let users = settings.accessFile.isEmpty ? door?.userLines ?? [] : []
            try Files.replace(
                settings.configurationFile, with: rewritten(rewritten(text, with: lines), withUsers: users))
            return nil
        } catch {
            return "Rewriting config file: \(error.reason)"
        }
    }
}

extension RESPSettings {
    /// Takes over what the RESP door has to know of `settings`.
    mutating func take(from settings: Configuration) {
        password = settings.password.isEmpty ? nil : Array(settings.password.utf8)
        newUsersHaveAllChannels = settings.newUsersHaveAllChannels
        accessLogCountMax = settings.accessLogCountMax
        accessFile = settings.accessFile
        commandNames = settings.commandNames
        bulkSizeMax = settings.bulkSizeMax
        requestSizeMax = settings.requestSizeMax
        hyperLogLogSparseSizeMax = settings.hyperLogLogSparseSizeMax
        trackedKeysMax = settings.trackedKeysMax
        outputLimits = settings.outputLimits
        scriptMilliseconds = Int64(settings.scriptMilliseconds)
        metering = settings.metering
        keyEvents = settings.keyEvents
        switch settings.clientMemoryLimit {
        case .bytes(let size): clientMemoryMax = size
        case .percentage(let share): clientMemoryMax = settings.memoryLimit / 100 * share
        }
    }
}

/// `text` with each of `lines` in the place of its directive's last line, or at the end. All else stays as it
/// was.
func rewritten(_ text: String, with lines: [(name: String, line: String)]) -> String {
    let mark = "# Generated by CONFIG REWRITE"
    var kept = linesOfText(text)
    var added: [String] = []
    for (name, line) in lines {
        let places = kept.indices.filter { index in
            words(ofLine: kept[index].utf8)?.first.map { String(decoding: $0, as: UTF8.self).lowercased() }
                == name
        }
        if let last = places.last { kept[last] = line } else { added.append(line) }
    }
    if !added.isEmpty && !kept.contains(mark) { kept.append(mark) }
    return (kept + added).map { $0 + "\n" }.joined()
}

/// `text` with `users`, whole lines, in the place of all lines of its own about users: the first of them have their
/// places.
/// Source: Redis rewriteConfigUserOption.
func rewritten(_ text: String, withUsers users: [String]) -> String {
    var rest = users[...]
    var kept: [String] = []
    for line in linesOfText(text) {
        let isUser =
            words(ofLine: line.utf8)?.first.map { String(decoding: $0, as: UTF8.self).lowercased() } == "user"
        if !isUser { kept.append(line) } else if let user = rest.popFirst() { kept.append(user) }
    }
    return (kept + rest).map { $0 + "\n" }.joined()
}

private func linesOfText(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
}
