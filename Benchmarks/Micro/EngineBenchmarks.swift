// The engine's verbs on one thread, no protocol before them.

import Benchmark

func addEngineBenchmarks() {
    let full: @Sendable () -> Keyspace = { Keyspace(count: 1_000_000) }

    Benchmark(
        "engine: get, 1 M keys",
        closure: { benchmark, keyspace in
            var reader = Keyspace.Reader(keyspace, seed: 2)
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { blackHole(reader.get(reader.randomNumber())) }
        }, setup: full)

    Benchmark(
        "engine: get in prefetched batches of 32, 1 M keys",
        configuration: .init(metrics: [.wallClock, .instructions], scalingFactor: .one, maxDuration: .seconds(2)),
        closure: { benchmark, keyspace in
            var reader = Keyspace.Reader(keyspace, seed: 3)
            benchmark.startMeasurement()
            for _ in 0..<100 { blackHole(reader.getBatch()) }
        }, setup: full)

    Benchmark(
        "engine: store over an item, 1 M keys",
        closure: { benchmark, keyspace in
            var writer = Keyspace.Reader(keyspace, seed: 4)
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { writer.store(writer.randomNumber()) }
        }, setup: full)

    Benchmark(
        "engine: store that evicts, 64 MiB",
        closure: { benchmark, keyspace in
            var writer = Keyspace.Reader(keyspace, seed: 5)
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { writer.store(writer.randomNumber()) }
        },
        setup: { Keyspace(count: 2_000_000, memoryLimit: 64 << 20, policy: .allKeysLRU) })
}
