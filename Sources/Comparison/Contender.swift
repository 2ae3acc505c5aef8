// Who is compared: programs that are started for it, and servers that run already.

internal import Base
internal import Transport
public import Workload

public struct Contender: Sendable, Equatable {
    /// What is started: memcached, redis-server, or one of a Duet's doors.
    public enum Program: String, Sendable, CaseIterable {
        case memcached, redis
        case duetText = "duet-text"
        case duetRESP = "duet-resp"

        var name: String {
            switch self {
            case .memcached: "memcached"
            case .redis: "redis-server"
            case .duetText: "duet text"
            case .duetRESP: "duet RESP"
            }
        }
    }

    enum Source: Sendable, Equatable {
        /// The executable's path.
        case started(Program, executable: String)
        /// As `WorkloadOptions.server` takes it.
        case running(server: String, password: String?)
    }

    public internal(set) var name: String
    public let wireProtocol: WireProtocol
    let source: Source

    /// nil for a running server, of which that is not known.
    var program: Program? {
        if case .started(let program, _) = source { return program }
        return nil
    }

    /// Whether it is started for the comparison, and may be filled and measured from outside.
    public var isStarted: Bool { program != nil }

    // MARK: From words

    /// What `word` stands for: a program (`memcached`, `redis`, `duet` for both doors, `duet-text`,
    /// `duet-resp`), one in
    /// a place of its own (`memcached=/opt/memcached/bin/memcached`), or a URL of a running server.
    /// - Parameter duet: this executable.
    public static func parse(_ word: String, duet: String?) -> Result<[Contender], ComparisonFault> {
        if word.contains("://") { return running(word).map { [$0] } }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let programs: [Program]
        let usualFile: String?
        switch parts[0] {
        case "memcached": (programs, usualFile) = ([.memcached], "memcached")
        case "redis", "redis-server": (programs, usualFile) = ([.redis], "redis-server")
        case "duet": (programs, usualFile) = ([.duetText, .duetRESP], duet)
        case "duet-text": (programs, usualFile) = ([.duetText], duet)
        case "duet-resp": (programs, usualFile) = ([.duetRESP], duet)
        default:
            return .failure(
                ComparisonFault(
                    "'\(word)' is nothing to compare: memcached, redis, duet, duet-text or duet-resp, each with "
                        + "=FILE "
                        + "for one in a place of its own, or a URL as in memcached://HOST:PORT and redis://HOST:PORT"
                ))
        }
        guard let file = parts.count > 1 ? parts[1] : usualFile,
            let path = ChildProcess.executable(named: file)
        else {
            let name = parts.count > 1 ? parts[1] : usualFile ?? "duet"
            return .failure(ComparisonFault("\(name): no such program, or it may not be run"))
        }
        return .success(
            programs.map { program in
                let name = parts.count > 1 ? "\(program.name) of \(parts[1])" : program.name
                return Contender(
                    name: name,
                    wireProtocol: program == .memcached || program == .duetText ? .memcached : .resp,
                    source: .started(program, executable: Files.absolutePath(path)))
            })
    }

    /// Whoever of memcached, redis-server and this Duet is there.
    public static func installed(duet: String?) -> [Contender] {
        ["memcached", "redis", "duet"].flatMap { word -> [Contender] in
            switch parse(word, duet: duet) {
            case .success(let found): found
            case .failure: []
            }
        }
    }

    /// `memcached://[USER:PASSWORD@]HOST[:PORT]`, `redis://[:PASSWORD@]HOST[:PORT]`, either with a socket's path:
    /// `memcached:///run/memcached.sock`.
    private static func running(_ url: String) -> Result<Contender, ComparisonFault> {
        func fault(_ reason: String) -> Result<Contender, ComparisonFault> {
            .failure(ComparisonFault("'\(withoutPassword(url))': \(reason)"))
        }
        let wireProtocol: WireProtocol
        let rest: Substring
        if url.hasPrefix("memcached://") {
            (wireProtocol, rest) = (.memcached, url.dropFirst(12))
        } else if url.hasPrefix("redis://") {
            (wireProtocol, rest) = (.resp, url.dropFirst(8))
        } else if url.hasPrefix("rediss://") {
            return fault("servers that want TLS cannot be compared yet")
        } else {
            return fault("a URL begins with memcached:// or redis://")
        }
        if rest.hasPrefix("/") {
            return .success(
                Contender(
                    name: url, wireProtocol: wireProtocol,
                    source: .running(server: String(rest), password: nil)))
        }
        let authority = rest.prefix { $0 != "/" }
        if rest.dropFirst(authority.count).count > 1 { return fault("nothing stands behind the port") }
        var host = authority
        var password: String?
        if let at = authority.lastIndex(of: "@") {
            host = authority[authority.index(after: at)...]
            let login = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard login.count == 2 else { return fault("a login is USER:PASSWORD@") }
            switch wireProtocol {
            case .memcached, .meta: password = "\(login[0]) \(login[1])"
            case .resp:
                guard login[0].isEmpty else {
                    return fault("users are not supported: redis://:PASSWORD@HOST:PORT")
                }
                password = String(login[1])
            }
        }
        guard let first = host.first, first != ":" else { return fault("it names no host") }
        let bracketEnd = host.lastIndex(of: "]")
        if let colon = host.lastIndex(of: ":"), bracketEnd.map({ colon > $0 }) ?? true {
            guard let port = UInt16(host[host.index(after: colon)...]), port > 0 else {
                return fault("the port is no port")
            }
        } else {
            return .success(
                Contender(
                    name: withoutPassword(url), wireProtocol: wireProtocol,
                    source: .running(server: "\(host):\(wireProtocol.defaultPort)", password: password)))
        }
        return .success(
            Contender(
                name: withoutPassword(url), wireProtocol: wireProtocol,
                source: .running(server: String(host), password: password)))
    }

    private static func withoutPassword(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@"), let slashes = url.firstRange(of: "//") else { return url }
        return String(url[..<slashes.upperBound] + url[url.index(after: at)...])
    }

    /// Names that two have get numbers.
    public static func numbered(_ contenders: [Contender]) -> [Contender] {
        var seen: [String: Int] = [:]
        return contenders.map { contender in
            var named = contender
            let count = seen[contender.name, default: 0] + 1
            seen[contender.name] = count
            if count > 1 { named.name += " #\(count)" }
            return named
        }
    }
}

/// Why there is no comparison, in words for a person.
public struct ComparisonFault: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
