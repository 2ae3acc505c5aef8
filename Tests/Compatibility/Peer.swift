// The real servers, started on unix sockets in a folder of their own and ended by pid.

import Glibc

/// A child process that serves on a unix socket.
final class Peer {
    let socketPath: String
    private let pid: pid_t
    let folder: String

    /// Where Debian puts the programs; nil if it is not installed.
    static func program(_ name: String) -> String? {
        ["/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first { unsafe access($0, X_OK) == 0 }
    }

    static let memcached = program("memcached")
    static let redis = program("redis-server")

    /// - Parameter arguments: gets the socket's path and the folder.
    init(_ program: String, _ arguments: (_ socket: String, _ folder: String) -> [String]) throws {
        var template = Array("/tmp/duet-peer-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template) != nil
        precondition(made, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        socketPath = folder + "/socket"
        let words = [program] + arguments(socketPath, folder)
        // SAFETY: the copies live until the child has been spawned; the row ends with nil.
        let copies = unsafe words.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        var vector = unsafe copies + [nil]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var pid = pid_t()
        let failure = unsafe posix_spawn(&pid, program, &actions, nil, &vector, environ)
        precondition(failure == 0, "\(program) does not start")
        self.pid = pid
    }

    /// Stops it, has it go on, or ends it.
    func signal(_ number: Int32) { _ = kill(pid, number) }

    deinit {
        kill(pid, SIGKILL)
        _ = waitpid(pid, nil, 0)
        unsafe _ = unlink(socketPath)
        unsafe _ = unlink(folder + "/dump.rdb")
        unsafe _ = rmdir(folder)
    }
}

extension Peer {
    /// A memcached without background threads: they hold an item now and then, and an incr then makes a new one without
    /// padding.
    static func quietMemcached(_ more: [String] = []) throws -> Peer {
        try Peer(memcached!) { socket, _ in
            ["-s", socket, "-U", "0", "-t", "1", "-u", "root", "-o", "no_lru_maintainer,no_lru_crawler"] + more
        }
    }

    static func emptyRedis() throws -> Peer {
        try Peer(redis!) { socket, folder in ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder] }
    }
}

/// A blocking connection that sends bytes and reads until a marker has come.
final class Wire {
    private let fd: Int32

    struct Failure: Error {
        let text: String
    }

    /// Waits up to ten seconds for the server to listen.
    init(unix path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            unsafe place.copyBytes(from: Array(path.utf8).prefix(place.count - 1))
        }
        for _ in 0..<200 {
            let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            // SAFETY: a sockaddr_un may be read as the sockaddr that it begins with.
            let result = unsafe withUnsafePointer(to: &address) { place in
                unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if result == 0 {
                self.fd = fd
                var limit = timeval(tv_sec: 10, tv_usec: 0)
                unsafe setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                return
            }
            close(fd)
            usleep(50_000)
        }
        throw Failure(text: "nobody listens on \(path)")
    }

    deinit { close(fd) }

    /// What a fresh connection answers to `pieces`, sent one by one, until the server closes; ours ends with the last.
    static func burst(unix path: String, _ pieces: [[UInt8]]) throws -> [UInt8] {
        let wire = try Wire(unix: path)
        // A server that closes early leaves the rest unread: no failure here.
        for piece in pieces where !wire.send(piece) { break }
        shutdown(wire.fd, Int32(SHUT_WR))
        var reply: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(wire.fd, $0.baseAddress!, $0.count) }
            if count <= 0 { return reply }
            reply += chunk.prefix(count)
        }
    }

    /// False if the server does not take it.
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            // SAFETY: the count is what is left of the buffer.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(fd, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Sends `bytes`, whatever comes back.
    func tell(_ bytes: [UInt8]) throws {
        guard send(bytes) else { throw Failure(text: "the connection is closed") }
    }

    /// What has come; waits for something to come.
    func read() throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(fd, $0.baseAddress!, $0.count) }
        guard count > 0 else { throw Failure(text: "nothing comes") }
        return Array(chunk.prefix(count))
    }

    /// Sends `request` and what makes the server say `marker`, and returns the reply before it.
    func ask(_ request: [UInt8], ending probe: String, _ marker: String) throws -> [UInt8] {
        try ask(request, ending: Array(probe.utf8), Array(marker.utf8))
    }

    func ask(_ request: [UInt8], ending probe: [UInt8], _ end: [UInt8]) throws -> [UInt8] {
        guard send(request + probe) else { throw Failure(text: "the connection is closed") }
        var reply: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while !reply.suffix(end.count).elementsEqual(end) {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(fd, $0.baseAddress!, $0.count) }
            guard count > 0 else {
                throw Failure(text: "no marker after \(String(decoding: reply.prefix(200), as: UTF8.self))")
            }
            reply += chunk.prefix(count)
        }
        return Array(reply.dropLast(end.count))
    }
}
