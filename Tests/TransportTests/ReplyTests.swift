// Replies that the socket does not take at once, and replies of shared values.

import Base
import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite("Replies", .serialized)
struct ReplyTests {
    /// Unix sockets: their buffers are small and do not grow, so a reader that stops is noticed soon.
    private static var socket: ListenAddress { .unix(path: "/tmp/duet-replies-\(getpid()).sock", mode: 0o700) }

    @Test("a slow reader bounds the server's memory, and loses nothing")
    func slowReader() throws {
        let server = try TestServer(on: Self.socket)
        defer { server.finish() }
        let client = try TestClient(server.listener.address)
        let size = 60_000
        let count = 400
        var requests: [UInt8] = []
        for index in 0..<count { requests += TestPattern.frames("big \(size + index)") }
        client.send(requests)
        let connection = server.connection()
        waitUntil { connection.unsentByteCount > Limits.unsentSizeMax }
        // Served until the bound was passed, then no further: bound, one batch, one reply.
        let bound = Limits.unsentSizeMax + Limits.outputSoftSize + size + count
        var highest = 0
        for index in 0..<count {
            highest = max(highest, connection.unsentByteCount)
            let expected = TestPattern.bytes(count: size + index, seed: UInt64(size + index))
            #expect(client.receiveFrame() == expected)
        }
        #expect(highest <= bound)
        waitUntil { connection.unsentByteCount == 0 && connection.pendingByteCount == 0 }
        client.send(TestPattern.frames("still there"))
        #expect(client.receiveText() == "still there")
    }

    @Test("many requests to a slow reader stop being read")
    func slowReaderStopsReading() throws {
        let server = try TestServer(on: Self.socket, workerCount: 1)
        defer { server.finish() }
        let client = try TestClient(server.listener.address)
        let payload = TestPattern.bytes(count: 50_000, seed: 5)
        let frame = TestPattern.frame(payload)
        let count = 600
        let sender = try Thread(name: "sender") {
            for _ in 0..<count where !client.send(frame) { return }
        }
        let connection = server.connection()
        waitUntil { connection.unsentByteCount > Limits.unsentSizeMax }
        #expect(connection.unsentByteCount <= Limits.unsentSizeMax + 3 * Limits.outputSoftSize)
        for _ in 0..<count { #expect(client.receiveFrame() == payload) }
        sender.join()
    }

    @Test("shared values are sent in their places, over TCP and unix sockets", arguments: [false, true])
    func sharedValues(overUnix: Bool) throws {
        let address = overUnix ? Self.socket : .tcp(host: "127.0.0.1", port: 0)
        let server = try TestServer(on: address, EchoOptions(sharedSizeMin: 20))
        defer { server.finish() }
        let client = overUnix ? try TestClient(address) : try server.connect()
        var stream: [UInt8] = []
        var generator = SplitMix64(seed: 3)
        // Small and large by turns, more values than one writev has entries.
        for index in 0..<1000 {
            let size = index % 100 == 0 ? 30_000 : generator.next(below: 60)
            stream += TestPattern.frame(TestPattern.bytes(count: size, seed: UInt64(index)))
        }
        let whole = stream
        let sender = try Thread(name: "sender") { client.send(whole) }
        #expect(client.receive(stream.count) == stream)
        sender.join()
    }

    @Test("whatever part of a reply a socket takes, the queue sends the rest", arguments: [true, false])
    func queueKeepsOrder(withShared: Bool) {
        var expected: [UInt8] = []
        var output = OutputBuffer(capacity: 64)
        for index in 0..<5 {
            let bytes = TestPattern.bytes(count: 3 + index, seed: UInt64(index))
            expected += bytes
            if withShared && index % 2 == 1 {
                let shared = SharedBytes(byteCount: bytes.count)!
                unsafe shared.bytes.copyBytes(from: bytes)
                output.append(shared: shared)
            } else {
                for byte in bytes { output.append(byte) }
            }
        }
        for sent in 0..<expected.count {
            for step in 1...expected.count {
                var queue = UnsentQueue()
                queue.append(output, after: sent)
                #expect(queue.byteCount == expected.count - sent)
                queue.append(output, after: 0)
                #expect(drain(&queue, step) == Array(expected[sent...]) + expected)
            }
            var left: [UInt8] = []
            unsafe withVectors(7) { vectors in
                let used = unsafe output.fill(vectors, after: sent)
                for unsafe vector in unsafe vectors[..<used] { left += unsafe bytes(of: vector) }
            }
            #expect(left == Array(expected[sent...]))
        }
        output.removeAll()
    }

    private func withVectors(_ count: Int, _ body: (UnsafeMutableBufferPointer<iovec>) -> Void) {
        let vectors = UnsafeMutableBufferPointer<iovec>.allocate(capacity: count)
        unsafe vectors.initialize(repeating: iovec())
        unsafe body(vectors)
        unsafe vectors.deallocate()
    }

    private func bytes(of vector: iovec) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: vector.iov_base, count: vector.iov_len))
    }

    /// Takes `step` bytes at a time out of the queue.
    private func drain(_ queue: inout UnsentQueue, _ step: Int) -> [UInt8] {
        var all: [UInt8] = []
        while !queue.isEmpty {
            var front: [UInt8] = []
            unsafe withVectors(2) { vectors in
                let used = unsafe queue.fill(vectors)
                for unsafe vector in unsafe vectors[..<used] { front += unsafe bytes(of: vector) }
            }
            let taken = front.prefix(step)
            all += taken
            queue.removeFirst(taken.count)
        }
        return all
    }
}
