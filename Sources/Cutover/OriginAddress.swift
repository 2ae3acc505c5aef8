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

    /// `memcached://[USER:PASSWORD@]HOST[:PORT]`, `redis://…`, `rediss://…` (TLS), or `memcached+unix:///PATH` and
    /// `unix:///PATH`. nil for anything else. A database behind the host is passed over: all are taken over.
    public init?(_ text: String) {
        let scheme = "memcached://"
        if text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            guard let host = rest.split(separator: "@", omittingEmptySubsequences: false).last, !host.isEmpty,
                let server = ServerAddress("redis://" + (Self.namesPort(host) ? rest : "\(Self.bare(rest)):11211"))
            else { return nil }
            self.init(server, .memcached)
        } else if text.hasPrefix("memcached+unix://") {
            guard let server = ServerAddress(String(text.dropFirst("memcached+".count))) else { return nil }
            self.init(server, .memcached)
        } else if text.contains("://") {
            guard let server = ServerAddress(text) else { return nil }
            self.init(server, .redis)
        } else {
            return nil
        }
    }

    private init(_ server: ServerAddress, _ language: Language) {
        self.language = language
        address = server.address
        username = server.username
        password = server.password
        usesTLS = server.usesTLS
    }

    /// Up to a slash, which means nothing here.
    private static func bare(_ text: Substring) -> Substring { text.prefix { $0 != "/" } }

    private static func namesPort(_ text: Substring) -> Bool {
        let host = bare(text)
        // The colons of an IPv6 address stand in brackets.
        let behind = host.lastIndex(of: "]").map { host[$0...] } ?? host
        return behind.contains(":")
    }

    /// Without the login.
    public var description: String {
        if case .unix(let path, _) = address {
            return language == .memcached ? "memcached+unix://\(path)" : "unix://\(path)"
        }
        return "\(language == .memcached ? "memcached" : usesTLS ? "rediss" : "redis")://\(address)"
    }
}
