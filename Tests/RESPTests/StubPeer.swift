// Servers for MIGRATE to speak with: Duet's own door on a port, and peers that do as a script says.

import Base
import Engine
import Glibc
import Synchronization
import Testing

@testable import RESP
@testable import Transport

/// A front-end behind a listener on loopback. `finish()` stops it and waits.
final class ServedFixture {
    let fixture: Fixture
    let port: UInt16
    private let workers: Workers
    private let thread: Thread
    /// Led by hand beside the workers, at the real time.
    let client: Conversation

    init(workerCount: Int = 2, _ settings: RESPSettings = RESPSettings()) throws {
        let fixture = Fixture(EngineOptions(), settings)
        let frontEnd = fixture.frontEnd
        let workers = try Workers(TransportOptions(workerCount: workerCount))
        port = try workers.listen(on: .tcp(host: "127.0.0.1", port: 0), refusal: "-ERR full\r\n") { connection in
            frontEnd.makeSession(connection)
        }.port
        thread = try Thread(name: "test-accept") { workers.run() }
        // Workers have their own rows of scratch memory, so this one has too.
        let peer = ClientPeer.conversation(id: 1000, address: "127.0.0.1:1", openedAt: Milliseconds.readClock())
        let client = Conversation(frontEnd.makeSession(peer, worker: 1000))
        client.now = Milliseconds.readClock()
        if let password = settings.password { client.ask("AUTH", String(decoding: password, as: UTF8.self)) }
        self.client = client
        self.fixture = fixture
        self.workers = workers
    }

    func finish() {
        workers.stop()
        thread.join()
    }
}

/// Accepts connections one after the other, and plays the same script with each.
final class StubPeer {
    enum Step {
        /// Waits until this has come, which counts once.
        case hear(String)
        case say([UInt8])
        case sayByteForByte([UInt8])
        case pause(milliseconds: UInt32)
        /// Until the peer closes or `finish`, reading nothing.
        case ignore
        case reset
    }

    let port: UInt16
    private let listener: Int32
    private let thread: Thread
    private let state: State

    private final class State: Sendable {
        let connectionCount = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
    }

    var connectionCount: Int { state.connectionCount.load(ordering: .relaxed) }

    init(_ script: [Step]) throws {
        let target = try Sockets.resolve(host: "127.0.0.1", port: 0, toListen: true)[0]
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // Accepted sockets have it too.
        Sockets.set(listener, SOL_SOCKET, SO_RCVBUF, 4096)
        let bound = unsafe target.withAddress { unsafe bind(listener, $0, $1) }
        precondition(bound == 0 && listen(listener, 16) == 0)
        port = SocketAddress(localOf: listener).portNumber
        let state = State()
        thread = try Thread(name: "test-peer") {
            while true {
                let fd = accept(listener, nil, nil)
                if fd < 0 || state.isOver.load(ordering: .relaxed) { return }
                state.connectionCount.wrappingAdd(1, ordering: .relaxed)
                StubPeer.play(script, fd, state)
                close(fd)
            }
        }
        self.listener = listener
        self.state = state
    }

    /// A script that hears something more must have been left by the other side.
    func finish() {
        state.isOver.store(true, ordering: .relaxed)
        // What accept waits for.
        let last = try? PeerLink.connect(host: "127.0.0.1", port: port, timeoutMilliseconds: 5000)
        thread.join()
        withExtendedLifetime(last) {}
        close(listener)
    }

    private static func play(_ script: [Step], _ fd: Int32, _ state: State) {
        var heard: [UInt8] = []
        for step in script {
            switch step {
            case .hear(let name):
                while true {
                    if let place = range(of: Array(name.utf8), in: heard) {
                        heard.removeFirst(place + name.utf8.count)
                        break
                    }
                    guard let more = receive(fd) else { return }
                    heard += more
                }
            case .say(let bytes): send(bytes, fd)
            case .sayByteForByte(let bytes): for byte in bytes { send([byte], fd) }
            case .pause(let milliseconds): usleep(milliseconds * 1000)
            case .ignore:
                // POLLRDHUP: what comes is of no interest, only its end is. That waits behind what was sent before it.
                var waiting = pollfd(fd: fd, events: 0x2000, revents: 0)
                while unsafe poll(&waiting, 1, 5) == 0, !state.isOver.load(ordering: .relaxed) {}
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                unsafe setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
                return
            }
        }
        // What has come and was not read would make the end a reset.
        var rest = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&rest, 1, 0) > 0, receive(fd) != nil {}
    }

    private static func range(of name: [UInt8], in heard: [UInt8]) -> Int? {
        guard heard.count >= name.count else { return nil }
        return (0...heard.count - name.count).first { heard[$0...].starts(with: name) }
    }

    private static func receive(_ fd: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(fd, $0.baseAddress!, $0.count) }
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    private static func send(_ bytes: [UInt8], _ fd: Int32) {
        // SAFETY: the array is sent in its own bounds.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
