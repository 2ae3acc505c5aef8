// SYNC: a snapshot from a file to a client, piece by piece.

import Base
import Engine
import Glibc
import Synchronization
import Testing

@testable import RESP

@Suite("Snapshots for clients")
struct SyncTests {
    /// A file without a name that holds `count` bytes.
    private static func file(_ count: Int) throws -> (file: SharedFile, bytes: [UInt8]) {
        var template = Array("/tmp/duet-sync-XXXXXX".utf8CString)
        // SAFETY: the template is ours, terminated, and changed in place.
        let descriptor = unsafe mkstemp(&template)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try Files.write(bytes.span.rawBytes, to: descriptor)
        close(descriptor)
        defer { Files.remove(path) }
        return (try SharedFile(path), bytes)
    }

    /// Wakes the client, as its transport would, until it has said so much or its conversation is over.
    private func wait(_ client: Conversation, for count: Int) {
        for _ in 0..<10_000 where client.replies.count < count || !client.isClosed {
            client.wake()
            usleep(500)
        }
    }

    @Test("the file comes whole behind its size, and the connection is closed", arguments: [0, 1, 100, 700_000])
    func whole(size: Int) throws {
        let fixture = Fixture()
        let (file, bytes) = try Self.file(size)
        fixture.control.export.withLock { $0 = .file(file) }
        let client = fixture.connect()
        #expect(client.ask("REPLCONF", "rdb-only", "1") == "+OK\r\n")
        #expect(client.ask("SYNC") == "")
        client.send(Conversation.request([Array("PING".utf8)]))
        // Nothing precedes no bytes, which no snapshot has.
        let header = size == 0 ? "" : "$\(size)\r\n"
        let expected = Array("+OK\r\n\(header)".utf8) + bytes
        wait(client, for: expected.count)
        #expect(client.isClosed)
        #expect(client.replies == expected)
        #expect(fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("a client gets what it asked for last, until RESET")
    func parts() {
        let fixture = Fixture()
        let client = fixture.connect()
        func sent() -> SnapshotParts? {
            _ = client.ask("SYNC")
            client.wake()
            return fixture.control.exportedParts.withLock { $0.last }
        }
        #expect(sent() == .everything)
        #expect(client.ask("REPLCONF", "rdb-filter-only", "functions") == "+OK\r\n" && sent() == .functions)
        #expect(client.ask("REPLCONF", "rdb-filter-only", "") == "+OK\r\n" && sent() == .nothing)
        #expect(client.ask("RESET") == "+RESET\r\n" && sent() == .everything)
    }

    @Test("while the snapshot is being made, a newline comes each second, and nothing ends the waiting")
    func signs() throws {
        let fixture = Fixture()
        fixture.control.export.withLock { $0 = nil }
        let client = fixture.connect()
        let other = fixture.connect()
        #expect(client.ask("SYNC") == "")
        #expect(client.wake() == "")
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 900))
        #expect(client.wake() == "")
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 1000))
        #expect(client.wake() == "\n")
        #expect(client.wake() == "")
        #expect(other.ask("CLIENT", "UNBLOCK", "7") == ":0\r\n")
        #expect(client.wake() == "")
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 2100))
        #expect(client.wake() == "\n")
        #expect(!client.isClosed)
        client.session.connectionClosed()
        #expect(fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("a snapshot that fails is an error, and the conversation goes on")
    func failure() {
        let fixture = Fixture()
        fixture.control.export.withLock { $0 = .failed("No space left on device") }
        let client = fixture.connect()
        #expect(client.ask("SYNC") == "")
        client.send(Conversation.request([Array("PING".utf8)]))
        #expect(client.wake() == "-ERR No space left on device\r\n+PONG\r\n")
        #expect(client.ask("SYNC") == "")
        #expect(client.wake() == "-ERR No space left on device\r\n")
        #expect(fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("a file that ends too early breaks the connection off")
    func cutOff() throws {
        let fixture = Fixture()
        let (file, _) = try Self.file(700_000)
        let transfer = SnapshotTransfer(fixture.connect().session.record, now: Fixture.start)
        // As if the disk gave less than there was.
        _ = try file.read(at: 0, count: 700_000).release()
        #expect(throws: SystemError(call: "read", code: EIO)) { try file.read(at: 699_999, count: 2).release() }
        transfer.begin(file)
        transfer.cancel()
        #expect(transfer.size == 700_000)
    }

    @Test("as many as ask may wait at a time, and each may leave")
    func many() {
        let fixture = Fixture()
        fixture.control.export.withLock { $0 = nil }
        let clients = (0..<100).map { _ in fixture.connect() }
        for client in clients { #expect(client.ask("SYNC") == "") }
        for client in clients { client.session.connectionClosed() }
        #expect(fixture.connect().ask("SYNC") == "")
    }

    @Test("SYNC needs a login and loaded data")
    func permission() {
        var settings = RESPSettings()
        settings.password = Array("sesame".utf8)
        let fixture = Fixture(EngineOptions(), settings)
        let client = fixture.connect()
        #expect(client.ask("SYNC") == "-NOAUTH Authentication required.\r\n")
        #expect(client.ask("REPLCONF", "capa", "eof") == "-NOAUTH Authentication required.\r\n")
        #expect(client.ask("AUTH", "sesame") == "+OK\r\n")
        fixture.frontEnd.gateState = .loading
        #expect(client.ask("SYNC") == "-LOADING Redis is loading the dataset in memory\r\n")
        #expect(client.ask("REPLCONF", "capa", "eof") == "+OK\r\n")
    }
}
