// Why a door does not open, in the words of the server that was asked for.

import Base
import Glibc
import Transport

/// A door that does not open.
public struct StartError: Error, CustomStringConvertible {
    public let description: String
    /// nil is the personality's usual one.
    var exitCode: Int32?

    init(description: String, exitCode: Int32? = nil) {
        self.description = description
        self.exitCode = exitCode
    }

    /// A listener could not be opened.
    init(listening planned: PlannedListener, _ error: TransportError, _ settings: Configuration) {
        guard settings.followsMemcachedHabits && planned.door == .memcached else {
            description = "failed to listen for \(planned.door.rawValue): \(error)"
            return
        }
        let place =
            switch planned.address {
            case .unix(let path, _): "UNIX socket: \(path)"
            case .tcp: Self.place("TCP", settings.memcachedPort, settings)
            }
        description = Self.memcachedText(place, error)
    }

    /// A UDP port could not be bound.
    init(datagrams planned: PlannedListener, _ error: TransportError, _ settings: Configuration) {
        if settings.followsMemcachedHabits {
            description = Self.memcachedText(Self.place("UDP", settings.memcachedUDPPort, settings), error)
        } else {
            description = "failed to listen for \(planned.door.rawValue) over UDP: \(error)"
        }
    }

    private static func place(_ transport: String, _ port: Int, _ settings: Configuration) -> String {
        if let list = settings.reportedRows["inter"] { return "one of interface(s) \(list)" }
        return "\(transport) port \(port)"
    }

    /// Source: memcached, main: the call that failed, unless the address is in use, then what it was for.
    private static func memcachedText(_ place: String, _ error: TransportError) -> String {
        let (call, reason): (String?, String) =
            switch error {
            case .unknownHost(_, let reason): ("getaddrinfo", reason)
            case .system(_, _, EADDRINUSE), .socketInUse: (nil, String(errno: EADDRINUSE))
            case .system(let call, _, let code): (call, String(errno: code))
            case .pathTooLong: ("bind", String(errno: ENAMETOOLONG))
            case .handshake: preconditionFailure("nobody shakes hands to listen")
            }
        let first = call.map { "\($0)(): \(reason)\n" } ?? ""
        return first + "failed to listen on \(place): \(reason)"
    }
}
