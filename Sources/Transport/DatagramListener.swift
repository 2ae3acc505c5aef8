// Bound datagram sockets. Each worker reads a duplicate of each: whoever is free takes the next request.

public import Base
import Glibc
import Synchronization

/// The datagram sockets of one address, open as long as the reactor lives.
public final class DatagramListener: Sendable {
    /// As it was asked for.
    public let host: String

    /// The UDP port, chosen by the system if 0 was asked for.
    public let port: UInt16

    /// One for each worker and socket, in the order of the workers.
    public let ports: [DatagramPort]

    init(host: String, port: UInt16, ports: [DatagramPort]) {
        self.host = host
        self.port = port
        self.ports = ports
    }
}

/// One worker's descriptor of a bound datagram socket. Any thread.
public final class DatagramPort: Sendable {
    public let fd: Int32
    public let workerIndex: Int
    private let local: SocketAddress
    let lastActive: Atomic<Int64>

    /// - Parameter fd: becomes this object's.
    init(fd: Int32, workerIndex: Int) {
        self.fd = fd
        self.workerIndex = workerIndex
        local = SocketAddress(localOf: fd)
        lastActive = Atomic(Milliseconds.readClock().rawValue)
    }

    deinit { _ = close(fd) }

    /// `127.0.0.1:11211` or `[::1]:11211`.
    public var localAddress: String { local.text }

    /// When the last datagram was served.
    public var lastActiveAt: Milliseconds { Milliseconds(lastActive.load(ordering: .relaxed)) }
}

extension Workers {
    /// Binds at once and serves datagrams from `run()` on.
    ///
    /// - Parameter host: as in `ListenAddress.tcp`.
    /// - Parameter port: 0 lets the system choose.
    /// - Parameter makeSession: called once for each worker and socket, on the worker.
    public func receiveDatagrams(
        host: String, port: UInt16, makeSession: @escaping @Sendable (Worker) -> any DatagramSession
    ) throws(TransportError) -> DatagramListener {
        let text = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let (sockets, port) = try Sockets.bindEach(host: host, port: port) { target throws(TransportError) in
            let socket = try Self.bindDatagram(target, text)
            return (socket, socket.fd)
        }
        var ports: [DatagramPort] = []
        for worker in workers {
            for socket in sockets {
                let fd = fcntl(socket.fd, F_DUPFD_CLOEXEC, 0)
                guard fd >= 0 else { throw .system(call: "dup", address: "\(host):\(port)", errno: errno) }
                let port = DatagramPort(fd: fd, workerIndex: worker.index)
                ports.append(port)
                worker.post { [unowned worker] in worker.adopt(port, makeSession(worker)) }
            }
        }
        return DatagramListener(host: host, port: port, ports: ports)
    }

    private static func bindDatagram(
        _ target: Sockets.Resolved, _ text: String
    ) throws(TransportError) -> DatagramPort {
        let fd = try Sockets.open(family: target.family, SOCK_DGRAM, for: text)
        let socket = DatagramPort(fd: fd, workerIndex: 0)
        // No SO_REUSEADDR: for datagrams it would let a second server take requests from the first.
        if target.family == AF_INET6 { Sockets.set(fd, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        Sockets.set(fd, SOL_SOCKET, SO_SNDBUF, TransportLimits.datagramSendBuffer)
        guard unsafe target.withAddress({ unsafe bind(fd, $0, $1) }) == 0 else {
            throw .system(call: "bind", address: text, errno: errno)
        }
        return socket
    }
}
