// Where one can listen, and what the rest of the server is told.

import Base
import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite("Listeners", .serialized)
struct ListenerTests {
    private func socketPath(_ name: String) -> String { "/tmp/duet-transport-\(getpid())-\(name).sock" }

    private func expectEcho(_ client: TestClient) {
        client.send(TestPattern.frames("hello"))
        #expect(client.receiveText() == "hello")
    }

    @Test("IPv4 and IPv6 loopback both serve, and addresses read as they are written")
    func addresses() throws {
        for host in ["127.0.0.1", "::1"] {
            let server: TestServer
            do { server = try TestServer(on: .tcp(host: host, port: 0)) } catch {
                print("no \(host) here: \(error)")
                continue
            }
            defer { server.finish() }
            #expect(server.listener.port != 0)
            expectEcho(try server.connect(host))
            let connection = server.connection()
            let shown = host == "::1" ? "[::1]" : host
            #expect(connection.localAddress == "\(shown):\(server.listener.port)")
            #expect(connection.remoteAddress.hasPrefix("\(shown):"))
            #expect(!connection.isUnixSocket)
        }
    }

    @Test("`*` serves every family on one port")
    func everyAddress() throws {
        let server = try TestServer(on: .tcp(host: "*", port: 0))
        defer { server.finish() }
        expectEcho(try server.connect("127.0.0.1"))
        if let client = try? server.connect("::1") { expectEcho(client) }
    }

    @Test("accepted sockets have TCP_NODELAY and keep-alive")
    func socketOptions() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        expectEcho(client)
        let fd = server.connection().fd
        let wanted: [(Int32, Int32, Int32)] = [
            (Int32(IPPROTO_TCP), TCP_NODELAY, 1), (SOL_SOCKET, SO_KEEPALIVE, 1),
            (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 300),
        ]
        for (level, option, value) in wanted {
            var found: Int32 = -1
            var size = socklen_t(4)
            unsafe getsockopt(fd, level, option, &found, &size)
            #expect(found == value)
        }
    }

    @Test("a port in use, an unknown host and a long path are named errors")
    func errors() throws {
        let server = try TestServer()
        defer { server.finish() }
        let taken = ListenAddress.tcp(host: "127.0.0.1", port: server.listener.port)
        #expect(throws: TransportError.system(call: "bind", address: "\(taken)", errno: EADDRINUSE)) {
            try TestServer(on: taken, starts: false)
        }
        #expect(throws: TransportError.self) {
            try TestServer(on: .tcp(host: "300.1.1.1", port: 0), starts: false)
        }
        let path = "/tmp/" + String(repeating: "x", count: 120)
        #expect(throws: TransportError.pathTooLong(path: path)) {
            try TestServer(on: .unix(path: path, mode: 0o700), starts: false)
        }
    }

    @Test("a unix socket serves with the mode asked for, and its file goes on stop")
    func unixSocket() throws {
        let path = socketPath("plain")
        let server = try TestServer(on: .unix(path: path, mode: 0o640))
        let client = try TestClient(.unix(path: path, mode: 0))
        expectEcho(client)
        let connection = server.connection()
        #expect(connection.isUnixSocket)
        #expect(connection.remoteAddress == "\(path):0")
        var status = stat()
        unsafe #expect(lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o640)
        server.finish()
        unsafe #expect(lstat(path, &status) != 0)
    }

    @Test("a stale socket file is replaced, one that answers is not")
    func staleSocket() throws {
        let path = socketPath("stale")
        let target = try Sockets.resolve(path: path)
        let fd = try Sockets.open(family: AF_UNIX, for: path)
        unsafe #expect(target.withAddress { unsafe bind(fd, $0, $1) } == 0)
        close(fd)
        let server = try TestServer(on: .unix(path: path, mode: 0o700))
        expectEcho(try TestClient(.unix(path: path, mode: 0)))
        #expect(throws: TransportError.socketInUse(path: path)) {
            try TestServer(on: .unix(path: path, mode: 0o700), starts: false)
        }
        server.finish()
    }

    @Test("listeners come and go while the reactor runs")
    func listenerComesAndGoes() throws {
        let server = try TestServer()
        defer { server.finish() }
        let journal = server.journal
        let second = try server.workers.listen(on: .tcp(host: "127.0.0.1", port: 0), refusal: "") {
            EchoSession($0, EchoOptions(), journal)
        }
        let address = ListenAddress.tcp(host: "127.0.0.1", port: second.port)
        let client = try TestClient(address)
        expectEcho(client)
        second.close()
        waitUntil { (try? TestClient(address)) == nil }
        expectEcho(client)
    }

    @Test("connections are listed by id, with their counts")
    func listing() throws {
        let server = try TestServer(workerCount: 2)
        defer { server.finish() }
        let clients = try (0..<5).map { _ in try server.connect() }
        for client in clients { expectEcho(client) }
        let listed = server.workers.connections()
        #expect(listed.map(\.id) == [1, 2, 3, 4, 5])
        #expect(Set(listed.map { $0.worker.index }) == [0, 1])
        #expect(listed.allSatisfy { $0.bytesRead == 9 && $0.listener === server.listener })
        waitUntil { listed.allSatisfy { $0.bytesWritten == 9 } }
        #expect(server.workers.connectionCount == 5)
    }

    @Test("an outbound connection speaks first and is answered")
    func outbound() throws {
        let server = try TestServer()
        defer { server.finish() }
        let box = Replies()
        try server.workers.connect(
            to: .tcp(host: "127.0.0.1", port: server.listener.port), onWorker: 1
        ) { _ in AskingSession(box) }
        waitUntil { box.texts.withLock { $0.count } == 1 }
        #expect(box.texts.withLock { $0 } == [TestPattern.frames("question")])
        #expect(throws: TransportError.self) {
            try server.workers.connect(to: .tcp(host: "127.0.0.1", port: 1), onWorker: 0) { _ in
                AskingSession(box)
            }
        }
    }

    @Test("ticks and posts run on every worker, and signals stop the reactor")
    func ticksAndSignals() throws {
        let server = try TestServer(workerCount: 3, starts: false)
        let ticks = Ticks()
        server.workers.everyTick(milliseconds: 1) { worker in
            let index = worker.index
            ticks.seen.withLock { _ = $0.insert(index) }
        }
        server.workers.stopOnSignals([SIGUSR2])
        server.start()
        waitUntil { ticks.seen.withLock { $0 } == [0, 1, 2] }
        kill(getpid(), SIGUSR2)
        // The signal may reach any thread, and at its leisure: whoever stopped the reactor himself would take the
        // handler away from it, and the process would end.
        server.waitForEnd()
    }
}

final class Ticks: Sendable {
    let seen = Mutex<Set<Int>>([])
}

final class Replies: Sendable {
    let texts = Mutex<[[UInt8]]>([])
}

/// Asks one question, keeps the answer, closes.
final class AskingSession: Session {
    private let replies: Replies
    init(_ replies: Replies) { self.replies = replies }

    func connectionOpened(_ output: inout OutputBuffer, now: Milliseconds) {
        for byte in TestPattern.frames("question") { output.append(byte) }
    }

    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        let bytes = input.copiedBytes()
        replies.texts.withLock { $0.append(bytes) }
        return Progress(consumed: input.byteCount, next: .close)
    }
}
