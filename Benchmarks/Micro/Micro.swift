// The list of micro benchmarks. `swift package --package-path Benchmarks benchmark --filter 'engine.*'` runs some.

import Benchmark

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .instructions], scalingFactor: .kilo, maxDuration: .seconds(2), maxIterations: 2_000)
    addEngineBenchmarks()
    addFrontEndBenchmarks()
    addWorkerBenchmark()
    addGrowthBenchmark()
}
