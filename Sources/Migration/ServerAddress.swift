// Where a server is and who asks, as people write it.

public import Transport

/// A server and a login.
public struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
    /// What it speaks.
    public enum Door: Sendable { case redis, memcached }

    public var address: ListenAddress
    /// nil: whoever connects finds out.
    public var door: Door?
    /// nil: the server's default user.
    public var username: String?
    /// nil: there is no login.
    public var password: String?
    public var usesTLS = false

    private static func defaultPort(_ door: Door?) -> UInt16 { door == .memcached ? 11211 : 6379 }

    /// `HOST:PORT`, `HOST`, `PORT`, `[IPv6]:PORT`, a unix socket's path with a slash in it, or a URL:
    /// `redis://[[USER]:PASSWORD@]HOST[:PORT]`, `memcached://…`, `rediss://…` and `memcacheds://…` for TLS,
    /// `unix:///PATH`, `redis+unix://[[USER]:PASSWORD@]/PATH`, `memcached+unix://…`. nil for anything else.
    /// - Parameter door: what a server speaks whose scheme does not say so; nil if that is to be found out.
    public init?(_ text: String, door: Door? = .redis) {
        guard let server = Self.parse(text, door) else { return nil }
        self = server
    }

    private init(_ address: ListenAddress, _ door: Door?) {
        self.address = address
        self.door = door
    }

    private static func parse(_ text: String, _ door: Door?) -> ServerAddress? {
        guard let mark = text.firstRange(of: "://") else {
            if text.isEmpty { return nil }
            if text.contains("/") { return ServerAddress(.unix(path: text, mode: 0o700), door) }
            return address(text[...], door).map { ServerAddress($0, door) }
        }
        let rest = text[mark.upperBound...]
        switch text[..<mark.lowerBound] {
        case "unix": return unix(rest, door)
        case "redis+unix": return unix(rest, .redis)
        case "memcached+unix": return unix(rest, .memcached)
        case "redis": return parse(authority: rest, .redis)
        case "memcached": return parse(authority: rest, .memcached)
        case "rediss": return parse(authority: rest, .redis, usesTLS: true)
        case "memcacheds": return parse(authority: rest, .memcached, usesTLS: true)
        default: return nil
        }
    }

    private static func unix(_ text: Substring, _ door: Door?) -> ServerAddress? {
        var path = text
        var login: Login?
        if !text.hasPrefix("/"), let mark = text.firstRange(of: "@/") {
            path = text[text.index(after: mark.lowerBound)...]
            guard let found = Login(text[..<mark.lowerBound]) else { return nil }
            login = found
        }
        guard path.hasPrefix("/") else { return nil }
        var server = ServerAddress(.unix(path: String(path), mode: 0o700), door)
        server.username = login?.username
        server.password = login?.password
        return server
    }

    /// `USER:PASSWORD`, `:PASSWORD` or `PASSWORD`.
    private struct Login {
        var username: String?
        let password: String

        init?(_ text: Substring) {
            let colon = text.firstIndex(of: ":")
            guard let user = unescaped(text[..<(colon ?? text.startIndex)]),
                let secret = unescaped(colon.map { text[text.index(after: $0)...] } ?? text)
            else { return nil }
            username = user.isEmpty ? nil : user
            password = secret
        }
    }

    /// What stands between `//` and the next slash. Behind that stands a database, which concerns nobody here: what is
    /// moved is all of them.
    private static func parse(authority text: Substring, _ door: Door, usesTLS: Bool = false) -> ServerAddress? {
        let authority = text.prefix { $0 != "/" && $0 != "?" }
        var host = authority
        var login: Login?
        if let at = authority.lastIndex(of: "@") {
            host = authority[authority.index(after: at)...]
            guard let found = Login(authority[..<at]) else { return nil }
            login = found
        }
        guard let address = address(host, door) else { return nil }
        var server = ServerAddress(address, door)
        server.usesTLS = usesTLS
        server.username = login?.username
        server.password = login?.password
        return server
    }

    private static func address(_ text: Substring, _ door: Door?) -> ListenAddress? {
        if let port = UInt16(text) { return .tcp(host: "127.0.0.1", port: port) }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = text[text.index(after: text.startIndex)..<end]
            return address(host, port: text[text.index(after: end)...], door)
        }
        // More than one colon is an IPv6 address without a port.
        guard text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") else {
            return address(text, port: "", door)
        }
        return address(text[..<colon], port: text[colon...], door)
    }

    /// - Parameter port: with its colon, or nothing.
    private static func address(_ host: Substring, port: Substring, _ door: Door?) -> ListenAddress? {
        if host.isEmpty { return nil }
        if port.isEmpty { return .tcp(host: String(host), port: defaultPort(door)) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else { return nil }
        return .tcp(host: String(host), port: number)
    }

    /// Without the password.
    public var description: String { address.description }
}

/// With `%41` in the place of `A`, as URLs spell what means something to them. nil if that is cut short.
private func unescaped(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
            return nil
        }
        bytes.append(value)
        rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
}
