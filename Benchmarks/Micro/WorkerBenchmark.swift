// Do two workers do twice the work of one?

import Benchmark
import Dispatch
import Foundation

/// Requests a second of two threads over those of one, in percent, each thread with gets of its own over the same
/// keys. Beside it the same two threads with an engine each, which share nothing but the machine: what is missing there
/// is missing in the machine. The three measurements take turns, so that a slow minute meets all.
func addWorkerBenchmark() {
    let shared = BenchmarkMetric.custom("two workers, % of one", polarity: .prefersLarger, useScalingFactor: false)
    let apart = BenchmarkMetric.custom("an engine each, % of one", polarity: .prefersLarger, useScalingFactor: false)
    let alone = BenchmarkMetric.custom("one worker, k gets/s", polarity: .prefersLarger, useScalingFactor: false)
    Benchmark(
        "engine: two workers beside one, batches of 32, 1 M keys",
        configuration: .init(metrics: [shared, apart, alone], maxDuration: .seconds(90), maxIterations: 25),
        closure: { benchmark, keyspaces in
            let one = seconds([keyspaces.0])
            let two = seconds([keyspaces.0, keyspaces.0])
            let each = seconds([keyspaces.0, keyspaces.1])
            benchmark.measurement(shared, Int(2 * one / two * 100))
            benchmark.measurement(apart, Int(2 * one / each * 100))
            benchmark.measurement(alone, Int(Double(getsPerWorker) / one / 1000))
        }, setup: { (Keyspace(count: 1_000_000), Keyspace(count: 1_000_000)) })
}

private let getsPerWorker = 2_000_000

/// How long threads need for `getsPerWorker` gets each, side by side, one thread for each element of `keyspaces`.
private func seconds(_ keyspaces: [Keyspace]) -> Double {
    let start = DispatchSemaphore(value: 0)
    let end = DispatchSemaphore(value: 0)
    for (worker, keyspace) in keyspaces.enumerated() {
        let thread = Thread {
            var reader = Keyspace.Reader(keyspace, seed: UInt64(10 + worker))
            start.wait()
            for _ in 0..<(getsPerWorker / Keyspace.batchSize) { blackHole(reader.getBatch()) }
            end.signal()
        }
        thread.stackSize = 1 << 20
        thread.start()
    }
    let began = DispatchTime.now().uptimeNanoseconds
    for _ in keyspaces { start.signal() }
    for _ in keyspaces { end.wait() }
    return Double(DispatchTime.now().uptimeNanoseconds - began) / 1e9
}
