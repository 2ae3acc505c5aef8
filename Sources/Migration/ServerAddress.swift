// Where a server is and who asks, as people write it.

public import Transport

/// A server of the RESP protocol and a login.
public struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
    public var address: ListenAddress
    /// nil: the server's default user.
    public var username: String?
    /// nil: there is no login.
    public var password: String?
    public var usesTLS = false

    private static let defaultPort: UInt16 = 6379

    /// `HOST:PORT`, `HOST`, `PORT`, `[IPv6]:PORT`, a unix socket's path with a slash in it, or a URL:
    /// `redis://[[USER]:PASSWORD@]HOST[:PORT]`, `rediss://…` for TLS, `unix:///PATH`. nil for anything else.
    public init?(_ text: String) {
        guard let server = Self.parse(text) else { return nil }
        self = server
    }

    private init(_ address: ListenAddress) { self.address = address }

    private static func parse(_ text: String) -> ServerAddress? {
        if let rest = text.dropping("unix://") ?? text.dropping("redis+unix://") {
            guard rest.hasPrefix("/") else { return nil }
            return ServerAddress(.unix(path: String(rest), mode: 0o700))
        }
        if let rest = text.dropping("redis://") { return parse(authority: rest) }
        if let rest = text.dropping("rediss://") {
            var server = parse(authority: rest)
            server?.usesTLS = true
            return server
        }
        if text.contains("://") || text.isEmpty { return nil }
        if text.contains("/") { return ServerAddress(.unix(path: text, mode: 0o700)) }
        return address(text[...]).map { ServerAddress($0) }
    }

    /// What stands between `//` and the next slash. Behind that stands a database, which concerns nobody here: what is
    /// moved is all of them.
    private static func parse(authority text: Substring) -> ServerAddress? {
        let authority = text.prefix { $0 != "/" && $0 != "?" }
        var host = authority
        var username: String?
        var password: String?
        if let at = authority.lastIndex(of: "@") {
            host = authority[authority.index(after: at)...]
            let login = authority[..<at]
            let colon = login.firstIndex(of: ":")
            guard let user = unescaped(login[..<(colon ?? login.startIndex)]),
                let secret = unescaped(colon.map { login[login.index(after: $0)...] } ?? login)
            else { return nil }
            username = user.isEmpty ? nil : user
            password = secret
        }
        guard let address = address(host) else { return nil }
        var server = ServerAddress(address)
        server.username = username
        server.password = password
        return server
    }

    private static func address(_ text: Substring) -> ListenAddress? {
        if let port = UInt16(text) { return .tcp(host: "127.0.0.1", port: port) }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = text[text.index(after: text.startIndex)..<end]
            return address(host, port: text[text.index(after: end)...])
        }
        // More than one colon is an IPv6 address without a port.
        guard text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") else {
            return address(text, port: "")
        }
        return address(text[..<colon], port: text[colon...])
    }

    /// - Parameter port: with its colon, or nothing.
    private static func address(_ host: Substring, port: Substring) -> ListenAddress? {
        if host.isEmpty { return nil }
        if port.isEmpty { return .tcp(host: String(host), port: defaultPort) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else { return nil }
        return .tcp(host: String(host), port: number)
    }

    /// With `%41` in the place of `A`, as URLs spell what means something to them. nil if that is cut short.
    private static func unescaped(_ text: Substring) -> String? {
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

    /// Without the password.
    public var description: String { address.description }
}

extension String {
    fileprivate func dropping(_ prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
