// The socket calls of listening and connecting, with their errors named.

import CLibevent
import Glibc

enum Sockets {
    /// An address as bind and connect take it.
    struct Resolved {
        let family: Int32
        let storage: sockaddr_storage
        let size: socklen_t

        /// Calls `body` with the address as a plain sockaddr.
        func withAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
            // SAFETY: a sockaddr_storage may be viewed as any sockaddr; `size` bytes of it are filled.
            unsafe withUnsafePointer(to: storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
            }
        }
    }

    /// The addresses that `host` stands for; `*` is every address of the machine, IPv4 first.
    static func resolve(
        host: String, port: UInt16, toListen: Bool
    ) throws(TransportError) -> [Resolved] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV | (toListen ? AI_PASSIVE : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let any = host == "*"
        let code = unsafe any
            ? getaddrinfo(nil, String(port), &hints, &list)
            : getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            // SAFETY: gai_strerror answers a constant text for every number.
            throw .unknownHost(host, reason: unsafe String(cString: gai_strerror(code)))
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [Resolved] = []
        var next = unsafe list
        while let entry = unsafe next {
            var storage = sockaddr_storage()
            let size = unsafe entry.pointee.ai_addrlen
            // SAFETY: the resolver filled ai_addrlen bytes, never more than a sockaddr_storage.
            unsafe withUnsafeMutableBytes(of: &storage) { bytes in
                unsafe _ = memcpy(bytes.baseAddress!, entry.pointee.ai_addr, Int(size))
            }
            found.append(
                Resolved(family: unsafe entry.pointee.ai_family, storage: storage, size: size))
            unsafe next = entry.pointee.ai_next
        }
        return found
    }

    /// Binds a socket to each address that `host` stands for, all on one port; for 0 the one that the system gives the
    /// first. One bound is enough: a machine without IPv6 still resolves names to its addresses.
    static func bindEach<Bound>(
        host: String, port: UInt16, _ bind: (Resolved) throws(TransportError) -> (socket: Bound, fd: Int32)
    ) throws(TransportError) -> (sockets: [Bound], port: UInt16) {
        var sockets: [Bound] = []
        var port = port
        var lacking: TransportError?
        let families = try resolve(host: host, port: port, toListen: true)
        for index in families.indices {
            // Again, since the port may have been chosen by now.
            let target = try resolve(host: host, port: port, toListen: true)[index]
            do throws(TransportError) {
                let bound = try bind(target)
                sockets.append(bound.socket)
                if port == 0 { port = SocketAddress(localOf: bound.fd).portNumber }
            } catch .system(let call, let address, let code)
                where code == EAFNOSUPPORT || code == EADDRNOTAVAIL
            {
                lacking = .system(call: call, address: address, errno: code)
            }
        }
        if let lacking, sockets.isEmpty { throw lacking }
        return (sockets, port)
    }

    /// The address of a unix socket.
    static func resolve(path: String) throws(TransportError) -> Resolved {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let sizeMax = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty && bytes.count < sizeMax else {
            throw .pathTooLong(path: path)
        }
        var storage = sockaddr_storage()
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        // SAFETY: a sockaddr_un fits into a sockaddr_storage.
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe withUnsafeBytes(of: &address) { unsafe target.copyMemory(from: $0) }
        }
        return Resolved(
            family: AF_UNIX, storage: storage, size: socklen_t(MemoryLayout<sockaddr_un>.size))
    }

    /// A non-blocking socket.
    static func open(
        family: Int32, _ type: __socket_type = SOCK_STREAM, for address: String
    ) throws(TransportError) -> Int32 {
        let kind = type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let fd = socket(family, Int32(kind), 0)
        guard fd >= 0 else { throw .system(call: "socket", address: address, errno: errno) }
        return fd
    }

    static func set(_ fd: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        // Every option we set is a wish: a kernel without it serves all the same.
        // SAFETY: the value is an Int32, as these options take.
        unsafe _ = setsockopt(fd, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    static func setTCPOptions(_ fd: Int32, keepAliveSeconds: Int) {
        set(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        guard keepAliveSeconds > 0 else { return }
        set(fd, SOL_SOCKET, SO_KEEPALIVE, 1)
        let seconds = Int32(clamping: keepAliveSeconds)
        set(fd, Int32(IPPROTO_TCP), TCP_KEEPIDLE, seconds)
        // Three probes a third of the time apart: a dead peer is known after twice the time.
        set(fd, Int32(IPPROTO_TCP), TCP_KEEPINTVL, max(1, seconds / 3))
        set(fd, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    }

    /// Connects to the first of the addresses behind `address` that answers.
    static func connect(
        to address: ListenAddress, timeoutMilliseconds: Int32 = TransportLimits.connectTimeoutMilliseconds
    ) throws(TransportError) -> Int32 {
        switch address {
        case .unix(let path, _):
            return try connect(try resolve(path: path), for: path, timeoutMilliseconds: timeoutMilliseconds)
        case .tcp(let host, let port):
            var last = TransportError.unknownHost(address.description, reason: "no address")
            for target in try resolve(host: host, port: port, toListen: false) {
                do throws(TransportError) {
                    return try connect(target, for: address.description, timeoutMilliseconds: timeoutMilliseconds)
                } catch { last = error }
            }
            throw last
        }
    }

    /// Connects, waiting for the outcome. The socket stays non-blocking.
    static func connect(
        _ target: Resolved, for address: String,
        timeoutMilliseconds: Int32 = TransportLimits.connectTimeoutMilliseconds
    ) throws(TransportError) -> Int32 {
        let fd = try open(family: target.family, for: address)
        let code = establish(fd, target, timeoutMilliseconds)
        if code != 0 {
            _ = close(fd)
            throw .system(call: "connect", address: address, errno: code)
        }
        return fd
    }

    /// Returns 0 or an errno.
    private static func establish(_ fd: Int32, _ target: Resolved, _ timeoutMilliseconds: Int32) -> Int32 {
        while true {
            let result = unsafe target.withAddress { unsafe Glibc.connect(fd, $0, $1) }
            if result == 0 { return 0 }
            if errno == EINPROGRESS { break }
            // A unix socket with a full queue says EAGAIN and leaves nothing behind to wait for.
            guard errno == EAGAIN || errno == EINTR else { return errno }
            _ = poll(nil, 0, 1)
        }
        var waiting = pollfd(fd: fd, events: Int16(POLLOUT), revents: 0)
        var ready: Int32
        repeat {
            ready = unsafe poll(&waiting, 1, timeoutMilliseconds)
        } while ready < 0 && errno == EINTR
        if ready == 0 { return ETIMEDOUT }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: SO_ERROR is an Int32.
        unsafe _ = getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size)
        return code
    }
}
