// Where to listen or connect to, and what can go wrong there.

public import Glibc

/// An address that a listener binds or that `Workers.connect` reaches.
public enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// - host: a name, an IPv4 or IPv6 address, or `*` for every address of the machine. A name that stands
    ///   for several addresses binds them all; a connection takes the first that answers.
    /// - port: 0 lets the system choose; `Listener.port` tells.
    case tcp(host: String, port: UInt16)

    /// - path: at most 107 bytes.
    /// - mode: permission bits of the socket file, such as 0o700.
    case unix(path: String, mode: mode_t)

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path, _): path
        }
    }
}

/// The system refused something that the transport cannot do without.
public enum TransportError: Error, CustomStringConvertible, Equatable {
    /// The host name means nothing; `reason` is the resolver's text.
    case unknownHost(String, reason: String)
    /// A system call failed: what was attempted, on what, and errno.
    case system(call: String, address: String, errno: Int32)
    /// Another process accepts connections on this unix socket.
    case socketInUse(path: String)
    case pathTooLong(path: String)
    /// There is no TLS with that server; `reason` is OpenSSL's text.
    case handshake(address: String, reason: String)

    public var description: String {
        switch self {
        case .unknownHost(let host, let reason): "\(host): \(reason)"
        case .system(let call, let address, let code):
            // SAFETY: strerror answers a terminated text for every number; copied at once.
            "\(address): \(call): \(unsafe String(cString: strerror(code)))"
        case .socketInUse(let path): "\(path): another process is listening there"
        case .handshake(let address, let reason): "\(address): TLS: \(reason)"
        case .pathTooLong(let path): "\(path): longer than a unix socket's path may be"
        }
    }
}
