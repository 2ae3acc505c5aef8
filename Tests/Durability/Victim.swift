// A server in a process of its own, to be killed.

import Base
import Glibc
import Synchronization

/// Duet's executable over a folder; ended, if it still runs, with the object.
final class Victim: Sendable {
    private let pid: pid_t
    private let path: String
    private let isOver = Mutex(false)

    /// Duet's executable, beside the tests; nil if it was not built.
    static let program: String? = {
        var path = [UInt8](repeating: 0, count: 4096)
        // SAFETY: no more than the array's count is written.
        let count = unsafe path.withUnsafeMutableBytes { bytes in
            unsafe readlink("/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        let folder = String(decoding: path.prefix(max(0, count)), as: UTF8.self).split(separator: "/").dropLast()
        let found = "/" + folder.joined(separator: "/") + "/duet"
        return unsafe access(found, X_OK) == 0 ? found : nil
    }()

    static let redisServer = installed("redis-server")
    static let redisCheck = installed("redis-check-rdb")
    static let redisLogCheck = installed("redis-check-aof")

    private static func installed(_ name: String) -> String? {
        let places = ["/usr/bin/" + name, "/usr/local/bin/" + name]
        return places.first { place in unsafe access(place, X_OK) == 0 }
    }

    /// Starts `program` (Duet's if nil) on unix sockets in `folder`, which is where it saves too.
    init(in folder: TestFolder, program: String? = nil, _ more: [String] = []) throws {
        path = folder.path + "/resp"
        let door = ["--memcached-port", "0", "--memcached-unixsocket", folder.path + "/memcached"]
        let memcached = program == nil ? door : []
        let words =
            [program ?? Self.program!] + (program == nil ? ["redis"] : [])
            + ["--port", "0", "--unixsocket", path, "--dir", folder.path] + memcached + more
        pid = try Self.spawn(words)
    }

    /// Runs a program to its end: its exit code.
    static func run(_ words: [String]) throws -> Int32 {
        var status: Int32 = 0
        unsafe _ = waitpid(try spawn(words), &status, 0)
        return status & 0x7F != 0 ? -1 : (status >> 8) & 0xFF
    }

    private static func spawn(_ words: [String]) throws -> pid_t {
        // SAFETY: the copies live until the child has been spawned; the row ends with nil.
        let copies = unsafe words.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        var vector = unsafe copies + [nil]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // The threads of a test take no signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid = pid_t()
        let failure = unsafe posix_spawn(&pid, words[0], &actions, &attributes, &vector, environ)
        guard failure == 0 else { throw SystemError(call: words[0], code: failure) }
        return pid
    }

    func connect(door: String = "resp") throws -> Wire {
        try Wire(path.dropLast("resp".count) + door)
    }

    /// kill -9, in the middle of whatever it does.
    func kill() { end(SIGKILL) }

    /// SIGTERM: its orderly end. The exit code.
    @discardableResult
    func stop() -> Int32 { end(SIGTERM) }

    @discardableResult
    private func end(_ signal: Int32) -> Int32 {
        let wasOver = isOver.withLock { isOver in
            defer { isOver = true }
            return isOver
        }
        if wasOver { return 0 }
        Glibc.kill(pid, signal)
        var status: Int32 = 0
        unsafe _ = waitpid(pid, &status, 0)
        return status & 0x7F != 0 ? -1 : (status >> 8) & 0xFF
    }

    deinit { end(SIGKILL) }
}

/// A temporary folder, gone with the object.
final class TestFolder {
    let path: String

    init() {
        var template = Array("/tmp/duet-durability-XXXXXX".utf8CString)
        // SAFETY: the template is ours, terminated, and changed in place.
        path = unsafe template.withUnsafeMutableBufferPointer { unsafe String(cString: mkdtemp($0.baseAddress!)!) }
    }

    deinit {
        remove(logPath)
        remove(path)
    }

    private func remove(_ path: String) {
        for file in Files.matching(path + "/*") where !file.hasSuffix("*") { unsafe _ = unlink(file) }
        unsafe _ = rmdir(path)
    }

    /// Where the append log is.
    var logPath: String { path + "/appendonlydir" }

    var files: [String] { Files.matching(path + "/*").filter { !$0.hasSuffix("*") } }
}

/// A blocking connection that asks in lines and waits up to 20 seconds for an answer.
final class Wire {
    private let fd: Int32
    private var buffer: [UInt8] = []

    struct Closed: Error {}

    /// Waits up to 20 seconds for somebody to listen.
    init(_ path: some StringProtocol) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            unsafe place.copyBytes(from: Array(path.utf8).prefix(place.count - 1))
        }
        for _ in 0..<2000 {
            let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            // SAFETY: a sockaddr_un may be read as the sockaddr that it begins with.
            let result = unsafe withUnsafePointer(to: &address) { place in
                unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if result == 0 {
                self.fd = fd
                var limit = timeval(tv_sec: 20, tv_usec: 0)
                unsafe setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                return
            }
            close(fd)
            System.sleep(milliseconds: 10)
        }
        throw Closed()
    }

    deinit { close(fd) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            // SAFETY: the count is what is left of the buffer.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(fd, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Closed() }
            sent += count
        }
    }

    func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<(end - 1)], as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line
            }
            var chunk = [UInt8](repeating: 0, count: 65536)
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(fd, $0.baseAddress!, $0.count) }
            guard count > 0 else { throw Closed() }
            buffer += chunk.prefix(count)
        }
    }

    /// One request and the first line of its answer.
    func ask(_ text: String) throws -> String {
        try send(text + "\r\n")
        return try line()
    }

    /// A bulk string's content; nil for none.
    func get(_ key: String) throws -> String? {
        let head = try ask("GET \(key)")
        return head == "$-1" ? nil : try line()
    }

    /// Asks again until the data is loaded.
    func waitUntilLoaded() throws {
        while try ask("EXISTS x").hasPrefix("-LOADING") { System.sleep(milliseconds: 2) }
    }
}
