// swift-tools-version: 6.2
import PackageDescription

// One target is one room; Sources/<Room>/README.md says what lives there. Dependencies point downwards only.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    // `public` functions are inlined and specialised across rooms with this flag: the walls cost nothing. The compiler
    // does so for functions of up to 20 instructions unless told otherwise; a pipelined get costs 28 % more without.
    .unsafeFlags(
        [
            "-cross-module-optimization", "-enforce-exclusivity=unchecked", "-Xllvm", "-cmo-function-size-limit=500",
        ], .when(configuration: .release)),
]

func room(_ name: String, needs: [Target.Dependency], documents: [String] = []) -> Target {
    .target(name: name, dependencies: needs, exclude: ["README.md"] + documents, swiftSettings: settings)
}

func tests(_ name: String, of needs: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: needs, swiftSettings: settings)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")

let package = Package(
    name: "duet",
    products: [
        .executable(name: "duet", targets: ["duet"]),
        .library(name: "Engine", targets: ["Base", "Engine"]),
        .library(name: "FrontEnds", targets: ["Memcached", "RESP"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .systemLibrary(name: "CIntrinsics"),
        .systemLibrary(name: "CLibevent", pkgConfig: "libevent", providers: [.apt(["libevent-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLZF", pkgConfig: "liblzf", providers: [.apt(["liblzf-dev"])]),
        // No pkgConfig: its flags add folders in which other headers lie.
        .systemLibrary(
            name: "CLua", providers: [.apt(["liblua5.1-0-dev", "lua-cjson-dev", "lua-bitop-dev"])]),
        room("Base", needs: ["CIntrinsics", "CLZF"]),
        room("Engine", needs: ["Base", "CIntrinsics"]),
        room("Transport", needs: ["Base", "CLibevent", "COpenSSL"]),
        room("Memcached", needs: ["Base", "Engine", "Transport"], documents: ["Checklist.md"]),
        room("RDB", needs: ["Base", "Engine"]),
        room("Persistence", needs: ["Base", "Engine", "RDB"]),
        room("Scripting", needs: ["Base", "CLua"]),
        room("RESP", needs: ["Base", "Engine", "RDB", "Scripting", "Transport"], documents: ["Commands.md"]),
        room("Migration", needs: ["Base", "Engine", "RDB", "Transport"]),
        room("Cutover", needs: ["Base", "Engine", "Migration", "RDB", "Transport"]),
        room("Workload", needs: ["Base", "Transport", histogram]),
        room("Comparison", needs: ["Base", "Migration", "Transport", "Workload"]),
        room("Server", needs: ["Base", "Cutover", "Engine", "Transport", "Memcached", "Persistence", "RESP"]),
        .executableTarget(
            name: "duet", dependencies: ["Base", "Comparison", "Engine", "Migration", "Persistence", "Server", "Workload", argumentParser],
            exclude: ["README.md"], swiftSettings: settings),
        tests("BaseTests", of: ["Base"]),
        tests("EngineTests", of: ["Base", "Engine"]),
        tests("TransportTests", of: ["Base", "COpenSSL", "Transport"]),
        // What several rooms' tests talk to.
        .target(name: "TestPeers", dependencies: ["Base", "Engine"], path: "Tests/TestPeers", swiftSettings: settings),
        tests("MemcachedTests", of: ["Base", "Engine", "Transport", "Memcached", "TestPeers"]),
        tests("RDBTests", of: ["Base", "Engine", "RDB"]),
        tests("PersistenceTests", of: ["Base", "Engine", "Persistence", "RDB"]),
        tests("ScriptingTests", of: ["Base", "Scripting"]),
        tests("RESPTests", of: ["Base", "Engine", "Transport", "RESP", "TestPeers"]),
        tests("MigrationTests", of: ["Base", "Migration", "RDB", "TestPeers", "Transport"]),
        tests("CutoverTests", of: ["Base", "Cutover", "Engine", "Migration", "RDB", "TestPeers", "Transport"]),
        tests("WorkloadTests", of: ["Base", "Workload"]),
        tests("ComparisonTests", of: ["Base", "Comparison", "Transport", "Workload"]),
        tests(
            "ServerTests",
            of: ["Base", "COpenSSL", "Engine", "Transport", "Memcached", "Persistence", "RESP", "Server"]),
        tests(
            "Compatibility",
            of: [
                "Base", "Comparison", "Engine", "Migration", "Persistence", "RDB", "RESP", "Server", "TestPeers", "Transport",
                "Workload",
            ]),
        tests("Durability", of: ["Base"]),
        tests("TidyTests", of: []),
    ],
    swiftLanguageModes: [.v6]
)
