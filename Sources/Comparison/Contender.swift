// Who is compared: programs that are started for it, and servers that run already.

internal import Base
internal import Migration
internal import Transport
public import Workload

/// Where a server is, and who asks it how.
struct Endpoint: Sendable, Equatable {
    var address: ListenAddress
    var username: String?
    var password: String?
    var usesTLS = false
}

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
        case running(Endpoint)
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

    var usesTLS: Bool {
        if case .running(let endpoint) = source { return endpoint.usesTLS }
        return false
    }

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

    /// `memcached://[USER:PASSWORD@]HOST[:PORT]`, `redis://[[USER]:PASSWORD@]HOST[:PORT]`, with TLS `memcacheds://` and
    /// `rediss://`; without it either with a socket's path: `memcached:///run/memcached.sock`.
    private static func running(_ url: String) -> Result<Contender, ComparisonFault> {
        func fault(_ reason: String) -> Result<Contender, ComparisonFault> {
            .failure(ComparisonFault("'\(withoutPassword(url))': \(reason)"))
        }
        let scheme = url.firstRange(of: "://").map { url[..<$0.lowerBound] } ?? ""
        guard ["memcached", "memcacheds", "redis", "rediss"].contains(scheme) else {
            return fault("a URL begins with memcached:// or redis://, for TLS with memcacheds:// or rediss://")
        }
        let rest = url.dropFirst(scheme.count + 3)
        let isSocket = rest.hasPrefix("/")
        if isSocket && ["memcacheds", "rediss"].contains(scheme) { return fault("a unix socket is asked without TLS") }
        if !isSocket, let slash = rest.firstIndex(where: { $0 == "/" || $0 == "?" }), rest[slash...].count > 1 {
            return fault("nothing stands behind the port")
        }
        guard let found = ServerAddress(isSocket ? "\(scheme)+unix://\(rest)" : url) else {
            return fault("after \(scheme):// stands [USER:PASSWORD@]HOST[:PORT]")
        }
        if scheme.hasPrefix("memcached") && found.password != nil && found.username == nil {
            return fault("a login is USER:PASSWORD@")
        }
        let endpoint = Endpoint(
            address: found.address, username: found.username, password: found.password, usesTLS: found.usesTLS)
        return .success(
            Contender(
                name: withoutPassword(url), wireProtocol: scheme.hasPrefix("redis") ? .resp : .memcached,
                source: .running(endpoint)))
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
