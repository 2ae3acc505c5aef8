// What a connection costs that does nothing.

import Base
import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite("Idle cost", .serialized)
struct IdleCostTests {
    /// Sanitizers pad every allocation, so that nothing can be concluded from sizes.
    private static var runsUnderSanitizer: Bool {
        unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
    }

    private func residentSize() -> Int {
        let fd = unsafe open("/proc/self/statm", O_RDONLY)
        defer { close(fd) }
        var text = [UInt8](repeating: 0, count: 200)
        let count = unsafe text.withUnsafeMutableBytes { unsafe read(fd, $0.baseAddress!, $0.count) }
        let words = String(decoding: text[..<max(count, 0)], as: UTF8.self).split(separator: " ")
        return Int(words[1])! * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The figure is the whole process', so nothing else may run: `DUET_IDLE_COST=1 swift test --filter IdleCostTests`.
    private static var isWanted: Bool { unsafe getenv("DUET_IDLE_COST") != nil && !runsUnderSanitizer }

    @Test("an idle connection costs under 1 KB of process memory", .enabled(if: isWanted))
    func idleConnections() throws {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(7), &limit)
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(7), &limit)
        // Both ends are in this process.
        let count = min(10_000, (Int(clamping: limit.rlim_cur) - 500) / 2)
        let server = try TestServer { $0.connectionCountMax = count + 10 }
        defer { server.finish() }
        var fds: [Int32] = []
        fds.reserveCapacity(count + 10)
        let target = try Sockets.resolve(host: "127.0.0.1", port: server.listener.port, toListen: false)[0]
        let journal = server.journal
        func open(_ more: Int) throws {
            let goal = journal.opened.load(ordering: .relaxed) + more
            for _ in 0..<more { fds.append(try Sockets.connect(target, for: "idle")) }
            waitUntil { journal.opened.load(ordering: .relaxed) == goal }
        }
        try open(10)
        let before = residentSize()
        try open(count)
        let perConnection = (residentSize() - before) / count
        print("idle: \(perConnection) bytes a connection, over \(count) connections")
        #expect(perConnection < 1024)
        for fd in fds { close(fd) }
    }

    @Test("an idle TLS connection costs under 24 KB, its client in this process included", .enabled(if: isWanted))
    func idleEncrypted() throws {
        let count = 400
        let (server, _) = try makeTLSServer { $0.connectionCountMax = count + 10 }
        defer { server.finish() }
        let context = try TestCertificates.client()
        var clients: [TLSClient] = []
        clients.reserveCapacity(count + 10)
        func open(_ more: Int) throws {
            for _ in 0..<more {
                let client = try TLSClient(server.connect(), context)
                client.send(TestPattern.frames("x"))
                #expect(client.receiveText() == "x")
                clients.append(client)
            }
        }
        try open(10)
        let before = residentSize()
        try open(count)
        let perConnection = (residentSize() - before) / count
        print("idle: \(perConnection) bytes a TLS connection of two ends, over \(count) connections")
        #expect(perConnection < 48 * 1024)
    }
}
