// From files, includes and command-line directives to one Configuration, or to the place and reason of the
// first mistake.

import Base
import Memcached
import RESP

/// A mistake in a configuration: where, the line itself, and what is wrong with it.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    public let place: String
    public let line: String
    public let reason: String

    /// Source: the wording of Redis' loadServerConfigFromString.
    public var description: String {
        """

        *** FATAL CONFIG FILE ERROR (Duet \(Version.number)) ***
        Reading \(place)
        >>> '\(line)'
        \(reason)
        """
    }
}

struct ConfigurationLoader {
    private(set) var settings: Configuration
    /// One line for each directive that is known to Redis and does nothing here.
    private(set) var warnings: [String] = []
    /// Names set so far, by file or command line.
    private(set) var given: Set<String> = []
    private var warned: Set<String> = []
    /// What is read now does not stand in the settings' file.
    private var isBesideFile = false

    /// An include that includes itself must end somewhere; nobody nests deeper.
    private static let includeDepthMax = 16

    init(_ defaults: Configuration) { settings = defaults }

    /// Reads `path` (`-` is standard input) and what it includes.
    mutating func load(file path: String, depth: Int = 0) throws(ConfigurationError) {
        let name = path == "-" ? "standard input" : path
        let content: [UInt8]
        do {
            content = try Files.read(path)
        } catch {
            throw ConfigurationError(
                place: "the configuration file \(name)", line: path,
                reason: "can't open config file: \(error.reason)")
        }
        try load(text: content, name: name, depth: depth)
    }

    mutating func load(text: [UInt8], name: String, depth: Int = 0) throws(ConfigurationError) {
        var number = 0
        for line in text.split(separator: 10, omittingEmptySubsequences: false) {
            number += 1
            let shown = String(decoding: line, as: UTF8.self).trimmingBlanks()
            guard !shown.isEmpty && !shown.hasPrefix("#") else { continue }
            let place = "the configuration file \(name), at line \(number)"
            guard let words = words(ofLine: line) else {
                let reason = "Unbalanced quotes in configuration line"
                throw ConfigurationError(place: place, line: shown, reason: reason)
            }
            let texts = words.map { String(decoding: $0, as: UTF8.self) }
            guard let directive = texts.first else { continue }
            let values = Array(texts.dropFirst())
            if directive.lowercased() == "include" {
                try include(values, place: place, line: shown, depth: depth)
            } else {
                try set(directive, values, place: place, line: shown)
            }
        }
    }

    private mutating func include(
        _ patterns: [String], place: String, line: String, depth: Int
    ) throws(ConfigurationError) {
        guard patterns.count == 1, depth < Self.includeDepthMax else {
            let reason = patterns.count == 1 ? "includes are nested too deeply" : "wrong number of arguments"
            throw ConfigurationError(place: place, line: line, reason: reason)
        }
        for path in Files.matching(patterns[0]) { try load(file: path, depth: depth + 1) }
    }

    /// Sets one directive. `place` and `line` are for the error.
    mutating func set(
        _ directive: String, _ values: [String], place: String, line: String
    ) throws(ConfigurationError) {
        let name = directive.lowercased()
        if name == "user" {
            try addUser(values, place: place, line: line)
        } else if name == "rename-command" {
            try renameCommand(values, place: place, line: line)
        } else if let known = DirectiveTable.find(name) {
            do throws(WrongValue) {
                try known.write(&settings, values)
            } catch {
                throw ConfigurationError(place: place, line: line, reason: error.reason)
            }
            given.insert(name)
            if isBesideFile, !settings.givenBesideFile.contains(name) { settings.givenBesideFile.append(name) }
        } else if let foreign = ForeignDirectives.find(name) {
            guard !values.isEmpty || foreign.valueHere == "" else {
                throw ConfigurationError(place: place, line: line, reason: "wrong number of arguments")
            }
            // Of a switch, at least the spelling is checked; these two know more words than yes and no.
            let isSwitch =
                ["yes", "no"].contains(foreign.valueHere)
                && !["enable-module-command", "oom-score-adj"].contains(name)
            if isSwitch, !["yes", "no"].contains(values[0].lowercased()) {
                throw ConfigurationError(place: place, line: line, reason: "argument must be 'yes' or 'no'")
            }
            warn(foreign, values)
        } else {
            let reason = "Bad directive or wrong number of arguments"
            throw ConfigurationError(place: place, line: line, reason: reason)
        }
    }

    /// Whether the rules are right is looked at together with all others, by the room that knows them.
    private mutating func addUser(_ words: [String], place: String, line: String) throws(ConfigurationError) {
        guard let name = words.first else {
            let reason = "Bad directive or wrong number of arguments"
            throw ConfigurationError(place: place, line: line, reason: reason)
        }
        if settings.accessUsers.contains(where: { $0[0] == name }) {
            let reason =
                "Error in user declaration '\(name)': Duplicate user found. A user can only be defined once in config "
                + "files"
            throw ConfigurationError(place: place, line: line, reason: reason)
        }
        if let reason = RESPFrontEnd.fault(ofUser: words) {
            throw ConfigurationError(place: place, line: line, reason: reason)
        }
        settings.accessUsers.append(words)
        given.insert("user")
    }

    private mutating func renameCommand(
        _ words: [String], place: String, line: String
    ) throws(ConfigurationError) {
        func refuse(_ reason: String) -> ConfigurationError {
            ConfigurationError(place: place, line: line, reason: reason)
        }
        guard words.count == 2 else { throw refuse("Bad directive or wrong number of arguments") }
        do throws(CommandNames.Refusal) {
            try settings.commandNames.rename(words[0], to: words[1])
        } catch {
            throw refuse(error.reason)
        }
    }

    mutating func settingsFile(_ path: String) { settings.configurationFile = path }

    /// What no single directive can check.
    mutating func finish(for personality: Personality) throws(ConfigurationError) -> Configuration {
        func refuse(_ line: String, _ reason: String) -> ConfigurationError {
            ConfigurationError(place: "the settings together", line: line, reason: reason)
        }
        if settings.memcachedDatabase >= settings.databaseCount {
            throw refuse(
                "memcached-db \(settings.memcachedDatabase)",
                "there are only \(settings.databaseCount) databases")
        }
        if !settings.memcachedAuthFile.isEmpty {
            let line = "memcached-auth-file \(quotedWord(settings.memcachedAuthFile))"
            if settings.memcachedProtocol == .binary {
                throw refuse(line, "logging in by text needs a door that speaks it")
            }
            if !settings.memcachedPasswordDatabase.isEmpty {
                throw refuse(line, "logging in is by text or by SASL (memcached-sasl-pwdb), not by both")
            }
        }
        if !settings.memcachedPasswordDatabase.isEmpty, settings.memcachedProtocol == .ascii {
            throw refuse(
                "memcached-sasl-pwdb \(quotedWord(settings.memcachedPasswordDatabase))",
                "SASL belongs to the binary protocol")
        }
        if settings.memcachedHasUsers,
            !settings.memcachedAuthFile.isEmpty || !settings.memcachedPasswordDatabase.isEmpty
        {
            throw refuse("memcached-auth yes", "who may come in is told by users or by a file, not by both")
        }
        if !settings.accessFile.isEmpty, let user = settings.accessUsers.first {
            let reason =
                "Configuring users in the configuration file and at the same time an ACL file is invalid. This is very "
                + "likely to lead to configuration errors and security holes, please define either an ACL file or "
                + "declare users directly in the configuration file, but not both."
            throw refuse("user \(user[0])", reason)
        }
        // Redis without bind and password is closed to other machines; ours then does not even listen there.
        if personality == .redis, settings.isProtected, settings.password.isEmpty, !given.contains("bind"),
            settings.accessFile.isEmpty, settings.accessUsers.isEmpty {
            settings.respBind = ["127.0.0.1", "-::1"]
        }
        settings.loadsSnapshot = personality != .memcached
        let asksNobody =
            !settings.memcachedHasUsers && settings.memcachedAuthFile.isEmpty
            && settings.memcachedPasswordDatabase.isEmpty
        let isOpen =
            settings.memcachedPort != 0 || settings.memcachedTLSPort != 0
            || !settings.memcachedUnixSocket.isEmpty
        if !settings.password.isEmpty, isOpen, asksNobody {
            warnings.append(
                "requirepass guards the RESP door only: the memcached door (memcached-port) has no password.")
        }
        return settings
    }

    private mutating func warn(_ foreign: ForeignDirective, _ values: [String]) {
        guard foreign.valueHere != values.joined(separator: " "), warned.insert(foreign.name).inserted else {
            return
        }
        warnings.append("Directive '\(foreign.name)' is not supported yet and has no effect.")
    }

    /// Arguments as redis-server takes them: `--name value …` repeated, `-` for standard input at the end.
    mutating func load(arguments: [String]) throws(ConfigurationError) {
        isBesideFile = true
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            let place = "the command line"
            if argument == "-" {
                try load(file: "-")
                index += 1
                continue
            }
            guard argument.hasPrefix("--"), argument.count > 2 else {
                let reason = "a directive such as --port was expected here"
                throw ConfigurationError(place: place, line: argument, reason: reason)
            }
            var values: [String] = []
            index += 1
            while index < arguments.count, !arguments[index].hasPrefix("--"), arguments[index] != "-" {
                values.append(arguments[index])
                index += 1
            }
            let line = ([argument] + values.map(quotedWord)).joined(separator: " ")
            // `--save` alone is Redis' old way to say `save ""`.
            if argument == "--save" && values.isEmpty { values = [""] }
            try set(String(argument.dropFirst(2)), values, place: place, line: line)
        }
    }
}

extension String {
    func trimmingBlanks() -> String {
        var text = self[...]
        while let first = text.utf8.first, first <= 32 { text = text.dropFirst() }
        while let last = text.utf8.last, last <= 32 { text = text.dropLast() }
        return String(text)
    }
}
