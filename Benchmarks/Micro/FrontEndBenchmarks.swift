// Bytes to bytes: pipelines of 32 requests through a front-end's session, without a socket.

import Base
import Benchmark
import Engine
import Memcached
import RESP
import Transport

func addFrontEndBenchmarks() {
    let lines: [(String, Door, @Sendable (String) -> String)] = [
        ("memcached: get", .memcached, { "get \($0)\r\n" }),
        ("memcached: mg", .memcached, { "mg \($0) v\r\n" }),
        ("memcached: set", .memcached, { "set \($0) 0 0 100\r\n\(Pipeline.value)\r\n" }),
        ("RESP: GET", .resp, { "*2\r\n$3\r\nGET\r\n$16\r\n\($0)\r\n" }),
        ("RESP: SET", .resp, { "*3\r\n$3\r\nSET\r\n$16\r\n\($0)\r\n$100\r\n\(Pipeline.value)\r\n" }),
    ]
    for (name, door, request) in lines {
        Benchmark(
            "\(name), 100 pipelines of 32, 100 k keys",
            configuration: .init(metrics: [.wallClock, .instructions], maxDuration: .seconds(2)),
            closure: { benchmark, pipeline in
                benchmark.startMeasurement()
                for _ in 0..<100 { blackHole(pipeline.run()) }
            }, setup: { Pipeline(door, request) })
    }
}

enum Door { case memcached, resp }

/// Prepared requests over a full keyspace, sent round and round.
final class Pipeline: @unchecked Sendable {
    static let value = String(repeating: "v", count: 100)
    private static let keyCount = 100_000

    // Sendable: made by the setup and used by the benchmark's one thread.
    private let session: any Session
    private var output = OutputBuffer(capacity: 1 << 20)
    private var batches: [[UInt8]] = []
    private var next = 0

    init(_ door: Door, _ request: (String) -> String) {
        let engine = Engine(EngineOptions())
        let filler = Self.memcachedSession(engine)
        session = door == .memcached ? Self.memcachedSession(engine) : Self.respSession(engine)
        for number in 0..<Self.keyCount {
            send(Array("set \(Self.key(number)) 0 0 100\r\n\(Self.value)\r\n".utf8), to: filler)
        }
        var random = SplitMix64(seed: 6)
        for _ in 0..<1000 {
            let keys = (0..<32).map { _ in Self.key(Int(random.next() % UInt64(Self.keyCount))) }
            batches.append(keys.flatMap { Array(request($0).utf8) })
        }
    }

    /// One readable event: a batch in, its replies out.
    func run() -> Int {
        let batch = batches[next]
        next = next + 1 == batches.count ? 0 : next + 1
        send(batch, to: session)
        return output.count
    }

    private func send(_ batch: [UInt8], to session: any Session) {
        output.removeAll()
        let progress = session.receive(batch.span.bytes, &output, now: Milliseconds(1_000_000))
        precondition(progress.consumed == batch.count)
    }

    /// 16 digits.
    private static func key(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func memcachedSession(_ engine: Engine) -> any Session {
        MemcachedFrontEnd(engine: engine, settings: MemcachedSettings(), control: NoServer())
            .makeConversation(workerIndex: 0)
    }

    private static func respSession(_ engine: Engine) -> any Session {
        RESPFrontEnd(engine: engine, settings: RESPSettings(), control: NoServer()).makeConversation(workerIndex: 0)
    }
}
