// The old server as people write it.

import Migration
public import Transport

/// Where the old server is, and what it speaks.
public struct OriginAddress: Sendable, Equatable, CustomStringConvertible {
    public enum Language: String, Sendable {
        case memcached, redis
    }

    public let language: Language
    public let address: ListenAddress
    let username: String?
    let password: String?
    let usesTLS: Bool

    /// A URL, as `ServerAddress` reads it: `memcached://[USER:PASSWORD@]HOST[:PORT]`, `redis://…`, `memcacheds://…`
    /// and `rediss://…` (TLS), `memcached+unix:///PATH`, `unix:///PATH`. nil for anything else. A database behind the
    /// host is passed over: all are taken over.
    public init?(_ text: String) {
        guard text.contains("://"), let server = ServerAddress(text) else { return nil }
        self.init(server, server.door == .memcached ? .memcached : .redis)
    }

    private init(_ server: ServerAddress, _ language: Language) {
        self.language = language
        address = server.address
        username = server.username
        password = server.password
        usesTLS = server.usesTLS
    }

    /// Without the login.
    public var description: String {
        if case .unix(let path, _) = address {
            return language == .memcached ? "memcached+unix://\(path)" : "unix://\(path)"
        }
        return "\(language.rawValue)\(usesTLS ? "s" : "")://\(address)"
    }
}
