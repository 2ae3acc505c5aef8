// Bound sockets, and what becomes of the connections that arrive there. Who accepts is in Acceptor.

import Glibc

/// Bound and listening sockets of one `ListenAddress`.
public final class Listener: Sendable {
    /// As it was asked for; with port 0 still 0.
    public let address: ListenAddress

    /// The TCP port, chosen by the system if 0 was asked for; 0 for a unix socket.
    public let port: UInt16

    /// Its sockets.
    public let endpoints: [ListeningEndpoint]

    /// Nil if its connections are plain.
    public let tls: ListenerTLS?

    /// Sent, and the connection closed, when the connection limit is reached. Not under TLS: a handshake is what the
    /// limit has no room for.
    let refusal: StaticString
    let makeSession: @Sendable (Connection) -> any Session
    private let acceptor: Acceptor

    init(
        address: ListenAddress, port: UInt16, endpoints: [ListeningEndpoint], tls: ListenerTLS?,
        refusal: StaticString, acceptor: Acceptor, makeSession: @escaping @Sendable (Connection) -> any Session
    ) {
        self.address = address
        self.port = port
        self.endpoints = endpoints
        self.tls = tls
        self.refusal = refusal
        self.acceptor = acceptor
        self.makeSession = makeSession
    }

    /// Lets in who waits at a listener that was opened with `isHeld`. Any thread.
    public func release() {
        let acceptor = acceptor
        acceptor.post { acceptor.release(self) }
    }

    /// Stops accepting here, soon; its connections go on. Any thread.
    public func close() {
        let acceptor = acceptor
        acceptor.post { acceptor.remove(self) }
    }
}

/// One listening socket, as it may be shown.
public struct ListeningEndpoint: Sendable {
    public let fd: Int32
    /// `0.0.0.0:11211`, `[::]:11211`, or the path of a unix socket.
    public let address: String
    public let isUnix: Bool
}

/// One listening socket; closed, and its file removed, when the last reference goes.
final class ListeningSocket: Sendable {
    let fd: Int32
    private let file: File?

    /// A unix socket's file, known by its inode: a successor's file under the same name is not ours to
    /// remove.
    private struct File: Sendable {
        let path: String
        let device: dev_t
        let inode: ino_t

        init?(path: String) {
            var status = stat()
            guard unsafe lstat(path, &status) == 0 else { return nil }
            self.path = path
            device = status.st_dev
            inode = status.st_ino
        }

        func remove() {
            guard let now = File(path: path), now.device == device, now.inode == inode else { return }
            _ = unsafe unlink(path)
        }
    }

    var endpoint: ListeningEndpoint {
        let local = SocketAddress(localOf: fd)
        return ListeningEndpoint(fd: fd, address: file?.path ?? local.text, isUnix: local.isUnix)
    }

    private init(fd: Int32, file: File?) {
        self.fd = fd
        self.file = file
    }

    deinit {
        file?.remove()
        _ = Glibc.close(fd)
    }

    // MARK: Opening

    /// Every socket that `address` asks for, bound and listening, and the port.
    static func open(
        _ address: ListenAddress, _ options: TransportOptions
    ) throws(TransportError) -> (sockets: [ListeningSocket], port: UInt16) {
        switch address {
        case .tcp(let host, let port):
            let text = address.description
            return try Sockets.bindEach(host: host, port: port) { target throws(TransportError) in
                let socket = try bindTCP(target, options, text)
                return (socket, socket.fd)
            }
        case .unix(let path, let mode):
            return ([try openUnix(path, mode, options)], 0)
        }
    }

    private static func bindTCP(
        _ target: Sockets.Resolved, _ options: TransportOptions, _ text: String
    ) throws(TransportError) -> ListeningSocket {
        let socket = ListeningSocket(fd: try Sockets.open(family: target.family, for: text), file: nil)
        Sockets.set(socket.fd, SOL_SOCKET, SO_REUSEADDR, 1)
        if target.family == AF_INET6 { Sockets.set(socket.fd, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        // Linux gives accepted sockets their listener's options: no setsockopt for each connection.
        Sockets.setTCPOptions(socket.fd, keepAliveSeconds: options.keepAliveSeconds)
        guard unsafe target.withAddress({ unsafe bind(socket.fd, $0, $1) }) == 0 else {
            throw .system(call: "bind", address: text, errno: errno)
        }
        guard Glibc.listen(socket.fd, Int32(clamping: options.backlog)) == 0 else {
            throw .system(call: "listen", address: text, errno: errno)
        }
        return socket
    }

    private static func openUnix(
        _ path: String, _ mode: mode_t, _ options: TransportOptions
    ) throws(TransportError) -> ListeningSocket {
        let target = try Sockets.resolve(path: path)
        try removeStaleFile(path, target)
        let fd = try Sockets.open(family: AF_UNIX, for: path)
        guard unsafe target.withAddress({ unsafe bind(fd, $0, $1) }) == 0 else {
            let code = errno
            _ = Glibc.close(fd)
            throw .system(call: "bind", address: path, errno: code)
        }
        let socket = ListeningSocket(fd: fd, file: File(path: path))
        // Before listen() nobody can connect, so there is no moment with the wrong permissions.
        guard unsafe chmod(path, mode) == 0 else {
            throw .system(call: "chmod", address: path, errno: errno)
        }
        guard Glibc.listen(fd, Int32(clamping: options.backlog)) == 0 else {
            throw .system(call: "listen", address: path, errno: errno)
        }
        return socket
    }

    /// Removes what a killed server left behind: a socket file where nobody answers.
    private static func removeStaleFile(
        _ path: String, _ target: Sockets.Resolved
    ) throws(TransportError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        do throws(TransportError) {
            _ = Glibc.close(try Sockets.connect(target, for: path))
        } catch .system(_, _, let code) where code == ECONNREFUSED {
            _ = unsafe unlink(path)
            return
        }
        throw .socketInUse(path: path)
    }
}
