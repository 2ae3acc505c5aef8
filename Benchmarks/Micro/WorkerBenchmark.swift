// Do two workers do twice the work of one?

import Benchmark
import Dispatch
import Foundation

/// Requests a second of two threads over those of one, in percent, each thread with gets of its own over the same
/// keys. The two measurements take turns, so that a slow minute of the machine meets both.
func addWorkerBenchmark() {
    let ratio = BenchmarkMetric.custom("two workers, % of one", polarity: .prefersLarger, useScalingFactor: false)
    let alone = BenchmarkMetric.custom("one worker, k gets/s", polarity: .prefersLarger, useScalingFactor: false)
    Benchmark(
        "engine: two workers beside one, batches of 32, 1 M keys",
        configuration: .init(metrics: [ratio, alone], maxDuration: .seconds(60), maxIterations: 25),
        closure: { benchmark, keyspace in
            let one = seconds(workers: 1, keyspace)
            let two = seconds(workers: 2, keyspace)
            benchmark.measurement(ratio, Int(2 * one / two * 100))
            benchmark.measurement(alone, Int(Double(getsPerWorker) / one / 1000))
        }, setup: { Keyspace(count: 1_000_000) })
}

private let getsPerWorker = 2_000_000

/// How long `workers` threads need for `getsPerWorker` gets each, side by side.
private func seconds(workers: Int, _ keyspace: Keyspace) -> Double {
    let start = DispatchSemaphore(value: 0)
    let end = DispatchSemaphore(value: 0)
    for worker in 0..<workers {
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
    for _ in 0..<workers { start.signal() }
    for _ in 0..<workers { end.wait() }
    return Double(DispatchTime.now().uptimeNanoseconds - began) / 1e9
}
