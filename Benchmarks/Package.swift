// swift-tools-version: 6.2
import PackageDescription

// Micro benchmarks of the engine and of both front-ends, in process. A package of its own, so that nobody who builds
// the server fetches what only measuring needs.

let package = Package(
    name: "duet-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "duet", path: ".."),
        // Without its traits: no interposed malloc, which would measure another allocator than the server's.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Micro",
            dependencies: [
                .product(name: "Engine", package: "duet"),
                .product(name: "FrontEnds", package: "duet"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Micro",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ],
    swiftLanguageModes: [.v6]
)
