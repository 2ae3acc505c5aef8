// The command lines of `duet` and `redis-server`: a file, then directives.

import Base

/// Parses `[CONFIG-FILE] [--directive value …] [-]`.
/// - Parameter arguments: the program's name first.
/// Source: redis-server's usage text.
public func parseDirectives(_ arguments: [String], for personality: Personality) -> CommandLineResult {
    var rest = arguments.dropFirst()
    switch rest.first {
    case "-h", "--help", "help": return .answer(personality == .redis ? Help.redis : Help.duet)
    case "-v", "--version": return .answer(Version.line(for: personality))
    case "--test-memory", "--check-system", "--sentinel":
        return .refuse("\(rest.first!) is not supported yet.", code: 1)
    default: break
    }
    var loader = ConfigurationLoader(personality.defaults)
    do throws(ConfigurationError) {
        if let path = rest.first, !path.hasPrefix("-") {
            try loader.load(file: path)
            loader.settingsFile(Files.absolutePath(path))
            rest = rest.dropFirst()
        }
        try loader.load(arguments: Array(rest))
        return .start(try loader.finish(for: personality), warnings: loader.warnings)
    } catch {
        return .refuse(error.description, code: 1)
    }
}

extension Version {
    static func line(for personality: Personality) -> String {
        switch personality {
        case .duet: "duet \(number) (memcached \(memcached), Redis \(redis))"
        case .memcached: "memcached \(memcached)"
        case .redis: "Redis server v=\(redis) sha=00000000:0 malloc=libc bits=64 build=duet-\(number)"
        }
    }
}
