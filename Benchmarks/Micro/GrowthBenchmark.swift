// Does growth ever stall a request?

import Base
import Benchmark
import Engine
import Glibc

/// Fills an empty engine with 20 M items and keeps the most that one store cost its thread. CPU time, so that a busy
/// neighbour does not count; page faults do.
func addGrowthBenchmark() {
    let worst = BenchmarkMetric.custom("worst store, ns of CPU", useScalingFactor: false)
    let mean = BenchmarkMetric.custom("mean store, ns of CPU", useScalingFactor: false)
    Benchmark(
        "engine: growth from 0 to 20 M items",
        configuration: .init(metrics: [worst, mean], maxDuration: .seconds(600), maxIterations: 3)
    ) { benchmark in
        let count = 20_000_000
        var writer = Keyspace.Reader(Keyspace(count: 0), seed: 7)
        let began = threadTime()
        var before = began
        var longest = 0
        for number in 0..<count {
            writer.store(number)
            let after = threadTime()
            longest = max(longest, after - before)
            before = after
        }
        benchmark.measurement(worst, longest)
        benchmark.measurement(mean, (before - began) / count)
    }
}

/// Nanoseconds of CPU that this thread has used. The call's own 0.2 µs or so are part of what is told.
private func threadTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
