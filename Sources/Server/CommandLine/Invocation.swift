// Who was called: one executable answers to three names.

import Engine
import Transport

/// What the words of a command line ask for.
public enum Invocation: Equatable, Sendable {
    /// A server of this kind; its arguments, the program's name first.
    case server(Personality, arguments: [String])
    /// A subcommand that is no server, such as `bench`; its arguments without the program's name.
    case tool(arguments: [String])

    /// - Parameter tools: the first words that are no server.
    public init(_ arguments: [String], tools: Set<String>) {
        let program = arguments.first ?? "duet"
        let name = String(program.split(separator: "/").last ?? "duet")
        let rest = Array(arguments.dropFirst())
        if name.hasPrefix("memcached") {
            self = .server(.memcached, arguments: arguments)
        } else if name.hasPrefix("redis-server") {
            self = .server(.redis, arguments: arguments)
        } else if let word = rest.first, let personality = Personality.named(word) {
            self = .server(personality, arguments: [personality.program] + rest.dropFirst())
        } else if let word = rest.first, tools.contains(word) {
            self = .tool(arguments: rest)
        } else {
            self = .server(.duet, arguments: ["duet"] + rest)
        }
    }
}

/// Which server's habits a start follows: its command line, its defaults, its words.
public enum Personality: Sendable, Equatable {
    case duet, memcached, redis

    static func named(_ word: String) -> Personality? {
        switch word {
        case "memcached": .memcached
        case "redis", "redis-server": .redis
        default: nil
        }
    }

    var program: String {
        switch self {
        case .duet: "duet"
        case .memcached: "memcached"
        case .redis: "redis-server"
        }
    }

    /// What holds before any file or argument is read.
    var defaults: Configuration {
        var settings = Configuration()
        switch self {
        case .duet:
            break
        case .memcached:
            settings.respPort = 0
            settings.memcachedBind = ["*"]
            settings.memoryLimit = 64 << 20
            settings.evictionPolicy = .allKeysLRU
            settings.connectionCountMax = 1024
            settings.backlog = 1024
            settings.followsMemcachedHabits = true
            settings.logLevel = .warning
            // memcached does not announce itself; whoever sets NOTIFY_SOCKET waits for it.
            settings.supervision = .auto
            settings.tls.clients = .none
            settings.tls.sessionCountMax = nil
            settings.tls.sessionSeconds = 7200  // OpenSSL's own, which memcached leaves as it is.
        case .redis:
            settings.memcachedPort = 0
            settings.respBind = ["*", "-::*"]
        }
        return settings
    }
}

/// What a server's command line comes to.
public enum CommandLineResult: Sendable, Equatable {
    /// Start, and say these lines first.
    case start(Configuration, warnings: [String])
    /// Print and leave: help, version.
    case answer(String)
    /// Complain and leave with this code.
    case refuse(String, code: Int32)
}
