// Bytes in, bytes out: however requests are cut, whatever their size.

import Base
import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite("Requests", .serialized)
struct RequestTests {
    @Test("requests cut at every byte are answered whole", arguments: [true, false])
    func cutAtEveryByte(tellsNeeded: Bool) throws {
        let server = try TestServer(EchoOptions(tellsNeeded: tellsNeeded))
        defer { server.finish() }
        let stream = TestPattern.frames("first", "", "the third one")
        let client = try server.connect()
        let connection = server.connection()
        var total = 0
        for cut in 1..<stream.count {
            client.send(Array(stream[..<cut]))
            total += cut
            // The first part is certainly read before the second is sent.
            waitUntil { connection.bytesRead == total }
            client.send(Array(stream[cut...]))
            total += stream.count - cut
            #expect(client.receive(stream.count) == stream, "cut at \(cut)")
        }
        waitUntil { connection.pendingByteCount == 0 }
    }

    @Test("a byte at a time is answered whole")
    func byteByByte() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        let stream = TestPattern.frames("slow", "typist")
        for byte in stream { client.send([byte]) }
        #expect(client.receive(stream.count) == stream)
    }

    @Test("two requests in one segment are answered by one write")
    func twoInOne() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        let stream = TestPattern.frames("one", "two")
        client.send(stream)
        #expect(client.receive(stream.count) == stream)
        waitUntil { server.connection().bytesWritten == stream.count }
        #expect(server.workers.counters.total(.writes) == 1)
        #expect(server.workers.counters.total(.reads) == 1)
    }

    @Test("a request of 8 MB arrives whole, and its buffer goes with it", arguments: [true, false])
    func largeRequest(tellsNeeded: Bool) throws {
        let server = try TestServer(EchoOptions(tellsNeeded: tellsNeeded))
        defer { server.finish() }
        let client = try server.connect()
        let payload = TestPattern.bytes(count: 8 << 20, seed: 8)
        let stream = TestPattern.frame(payload) + TestPattern.frames("small", "rest")
        let reader = try Thread(name: "sender") { client.send(stream) }
        #expect(client.receiveFrame() == payload)
        #expect(client.receiveText() == "small")
        #expect(client.receiveText() == "rest")
        reader.join()
        waitUntil { server.connection().pendingByteCount == 0 }
    }

    @Test("sizes around every bound of the input buffers pass")
    func sizesAroundBounds() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        let bounds = [
            TransportLimits.stashedInputMax, Limits.inputScratchSize, Limits.outputSoftSize,
            TransportLimits.directReadMax, Limits.inputScratchSize + TransportLimits.stashedInputMax,
        ]
        for bound in bounds {
            for size in [bound - 5, bound - 4, bound - 3, bound - 1, bound, bound + 1] {
                let payload = TestPattern.bytes(count: size, seed: UInt64(size))
                client.send(TestPattern.frame(payload) + TestPattern.frames("x"))
                #expect(client.receiveFrame() == payload, "size \(size)")
                #expect(client.receiveText() == "x")
            }
        }
    }

    @Test("a large value may stay where it arrived; one with a request behind it is left alone")
    func valuesAreKept() throws {
        let server = try TestServer(EchoOptions(sharedSizeMin: 20_000))
        defer { server.finish() }
        let client = try server.connect()
        let sizes = [200_000, 1 << 20, (1 << 20) + 5000, 5 << 20]
        for size in sizes {
            let payload = TestPattern.bytes(count: size, seed: UInt64(size))
            client.send(TestPattern.frame(payload))
            #expect(client.receiveFrame() == payload, "size \(size)")
        }
        #expect(server.journal.kept.load(ordering: .relaxed) == sizes.count)
        let payload = TestPattern.bytes(count: 100_000, seed: 1)
        let stream = TestPattern.frame(payload) + TestPattern.frames("a") + TestPattern.frame(payload)
        client.send(stream)
        #expect(client.receive(stream.count) == stream)
    }

    @Test("a claim of 512 MB costs what was sent")
    func claimCostsNothing() {
        var stash = InputStash()
        var room = unsafe stash.room(needed: 512 << 20).count
        #expect(room <= TransportLimits.inputAheadMax)
        stash.didRead(room)
        while stash.count < 4 << 20 {
            let before = stash.count
            room = unsafe stash.room(needed: 512 << 20).count
            #expect(room > 0 && room <= max(before, TransportLimits.inputAheadMax))
            stash.didRead(room)
        }
        stash.consume(stash.count)
        let isEmpty = stash.isEmpty
        #expect(isEmpty)
    }

    @Test("a bounded batch is continued, in order, and others get their turn meanwhile")
    func yieldIsFair() throws {
        // Both clients have sent before the server runs, so that the order of service is certain.
        let server = try TestServer(workerCount: 1, EchoOptions(batchMax: 1), starts: false)
        defer { server.finish() }
        let greedy = try server.connect()
        let modest = try server.connect()
        var stream: [UInt8] = []
        for index in 0..<500 { stream += TestPattern.frames("request \(index)") }
        greedy.send(stream)
        modest.send(TestPattern.frames("please"))
        server.start()
        #expect(greedy.receive(stream.count) == stream)
        #expect(modest.receiveText() == "please")
        let served = server.journal.served.withLock { $0 }
        #expect(served.firstIndex(of: 2)! < 10)
        #expect(server.workers.counters.total(.yields) >= 499)
    }

    @Test("random chunks over many connections keep every stream")
    func randomChunks() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("randomChunks seed \(seed)")
        let echo = EchoOptions(batchMax: 7, sharedSizeMin: 3000)
        let server = try TestServer(workerCount: 2, echo)
        defer { server.finish() }
        let failures = Atomic<Int>(0)
        try withThreads(6) { index in
            var generator = SplitMix64(seed: seed &+ UInt64(index))
            guard let client = try? server.connect() else { return }
            var stream: [UInt8] = []
            while stream.count < 600_000 {
                let size = generator.next(below: 20) == 0 ? 100_000 : generator.next(below: 5000)
                stream += TestPattern.frame(TestPattern.bytes(count: size, seed: generator.next()))
            }
            let chunked = stream
            let chunkSeed = generator.next()
            let sender = try? Thread(name: "sender") {
                var generator = SplitMix64(seed: chunkSeed)
                var offset = 0
                while offset < chunked.count {
                    let most = generator.next(below: 4) == 0 ? 90_000 : 700
                    let end = min(chunked.count, offset + 1 + generator.next(below: most))
                    client.send(Array(chunked[offset..<end]))
                    offset = end
                }
            }
            let received = client.receive(stream.count)
            if received != stream {
                failures.add(1, ordering: .relaxed)
                let same = zip(received, stream).prefix { $0 == $1 }.count
                print("received \(received.count) of \(stream.count), the same up to \(same)")
            }
            sender?.join()
        }
        #expect(failures.load(ordering: .relaxed) == 0)
    }
}

/// Runs `body` in so many threads and waits for all.
func withThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    var threads: [Thread] = []
    for index in 0..<count { threads.append(try Thread(name: "client-\(index)") { body(index) }) }
    for thread in threads { thread.join() }
}
