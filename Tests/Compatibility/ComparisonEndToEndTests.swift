// `duet compare` against the real memcached and redis-server: figures come, nothing of others is touched,
// nothing is left.

import Base
import Comparison
import Glibc
import Testing
import Workload

private func contenders(_ words: [String]) throws -> [Contender] {
    try words.flatMap { word in try Contender.parse(word, duet: nil).get() }
}

private func compare(
    _ words: [String], _ parts: Set<ComparisonPart>, _ change: (inout ComparisonOptions) -> Void = { _ in }
) throws -> ComparisonResult {
    var options = ComparisonOptions()
    options.contenders = try contenders(words)
    options.parts = parts
    options.isQuick = true
    options.repeats = 1
    options.keyCount = 1000
    change(&options)
    return try Comparison(options).run { _ in }
}

/// One at a time: each wants the cores for itself.
@Suite(.serialized)
struct ComparisonEndToEndTests {
    @Test("memcached and redis-server get figures for each workload, and a report")
    func startedPeers() throws {
        let result = try compare(["memcached", "redis"], [.throughput])
        #expect(result.ending == .complete, "\(result.notes) \(result.parts.map(\.notes))")
        let versions = result.contenders.map(\.version)
        #expect(versions[0].hasPrefix("memcached 1.") && versions[1].hasPrefix("Redis "), "\(versions)")
        for measure in result.parts[0].measures {
            #expect(measure.samples.allSatisfy { $0.allSatisfy { $0.median > 0 } }, "\(measure.id)")
        }
        #expect(result.html.contains("redis-server"))
    }

    @Test("a save of redis-server is seen in the middle of its load")
    func save() throws {
        let result = try compare(["redis"], [.save])
        #expect(result.ending == .complete, "\(result.notes) \(result.parts.map(\.notes))")
        let timeline = try #require(result.parts[0].timelines.first)
        #expect(timeline.latencies.count >= 5 && timeline.memory.count >= 5)
        #expect(try #require(timeline.latencySave).lowerBound > 0.2)
        #expect(result.parts[0].measures.allSatisfy { !$0.isEmpty }, "\(result.parts[0].notes)")
    }

    @Test("a replayed trace misses each key once, and hits ever after")
    func replay() throws {
        try withMemcached { path in
            let text = Array((0..<3000).map { "\($0),k\($0 % 700),\(100 + $0 % 7)\n" }.joined().utf8)
            var options = WorkloadOptions()
            options.server = path
            options.connectionCount = 1
            options.trace = Trace(csv: text.span.rawBytes)
            options.requestCount = 3000
            options.fillsMisses = true
            let report = try LoadGenerator(options).run { _ in }
            #expect(report.isClean && report.misses == 700 && report.hits == 2300 && report.fills == 700)
        }
    }

    @Test("a running server keeps its own keys and none of the comparison's")
    func runningServer() throws {
        let folder = "/tmp/duet-running-\(System.processID)"
        try Files.makeFolder(folder)
        defer {
            for name in (try? Files.names(inFolder: folder)) ?? [] { Files.remove("\(folder)/\(name)") }
            Files.removeFolder(folder)
        }
        let path = folder + "/s.sock"
        let program = try #require(ChildProcess.executable(named: "redis-server"))
        let server = try ChildProcess(
            executable: program, arguments: ["--port", "0", "--unixsocket", path, "--save", ""],
            outputPath: folder + "/out", folder: folder)
        for _ in 0..<1000 where Files.size(path) == nil { System.sleep(milliseconds: 5) }
        let client = try #require(ChildProcess.executable(named: "redis-cli"))
        func ask(_ words: [String]) throws -> String {
            let child = try ChildProcess(
                executable: client, arguments: ["-s", path] + words, outputPath: folder + "/answer",
                folder: folder)
            for _ in 0..<1000 where child.isRunning { System.sleep(milliseconds: 5) }
            return String(decoding: try Files.read(folder + "/answer"), as: UTF8.self)
        }
        for _ in 0..<200 where try ask(["set", "mine", "1"]) != "OK\n" { System.sleep(milliseconds: 20) }
        let result = try compare(["redis://" + path], Set(ComparisonPart.allCases))
        #expect(try ask(["get", "mine"]) == "1\n")
        #expect(try ask(["dbsize"]) == "1\n")
        #expect(result.ending == .complete, "\(result.notes)")
        // It tells its processor time itself.
        let cost = try #require(result.parts[0].measures.first { $0.id == "cpu" })
        #expect(cost.samples[0].allSatisfy { $0.median > 0.1 })
        let notes = result.parts.flatMap(\.notes).joined()
        #expect(notes.contains("a server that is running is not told to save"))
        server.end()
    }

    @Test("a contender that ends at once is left out with its reason, and the other goes on")
    func failingPeer() throws {
        let result = try compare(["memcached=/bin/false", "redis"], [.throughput])
        #expect(result.ending == .complete)
        #expect(
            result.parts[0].notes.contains { $0.contains("ended at once, exit status 1") },
            "\(result.parts[0].notes)")
        #expect(result.parts[0].measures[0].samples[1].allSatisfy { !$0.isEmpty })
    }

    @Test("Ctrl-C leaves a report of what there is, which says what is missing, and no server")
    func interrupted() throws {
        let folder = "/tmp/duet-interrupted-\(System.processID)"
        try Files.makeFolder(folder)
        defer {
            for name in (try? Files.names(inFolder: folder)) ?? [] { Files.remove("\(folder)/\(name)") }
            Files.removeFolder(folder)
        }
        let child = try ChildProcess(
            executable: try #require(Program.duet),
            arguments: ["compare", "duet-text", "--only", "throughput,hits", "--output", folder + "/report"],
            outputPath: folder + "/out", folder: folder)
        func said() -> String { (try? Files.read(folder + "/out")).map { String(decoding: $0, as: UTF8.self) } ?? "" }
        for _ in 0..<4000 where child.isRunning && !said().contains("This takes") { System.sleep(milliseconds: 5) }
        kill(pid_t(child.processID), SIGINT)
        for _ in 0..<4000 where child.isRunning { System.sleep(milliseconds: 5) }
        #expect(child.ending == "exit status 130", "\(said())")
        let report = String(decoding: try Files.read(folder + "/report"), as: UTF8.self)
        for text in [said(), report] {
            #expect(text.contains("This report is partial") && text.contains("Not begun: Hit ratio over cache size."))
        }
    }

    @Test("twenty runs of the load generator leave no descriptor behind")
    func descriptors() throws {
        try withMemcached { path in
            var options = WorkloadOptions()
            options.server = path
            options.connectionCount = 4
            options.requestCount = 50
            options.durationSeconds = 1
            func count() throws -> Int { try Files.names(inFolder: "/proc/self/fd").count }
            _ = try LoadGenerator(options).run { _ in }
            let before = try count()
            for _ in 0..<20 { _ = try LoadGenerator(options).run { _ in } }
            // Other tests open and close some meanwhile; 20 runs would have left 140.
            #expect(try count() < before + 60)
        }
    }
}

/// Gives `body` the socket's path of a memcached that is ended after it.
private func withMemcached(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/duet-memcached-\(System.processID)-\(System.randomNumber() % 1_000_000)"
    try Files.makeFolder(folder)
    let program = try #require(ChildProcess.executable(named: "memcached"))
    let path = folder + "/s"
    let server = try ChildProcess(
        executable: program, arguments: ["-s", path] + (System.isRoot ? ["-u", "root"] : []),
        outputPath: folder + "/out", folder: folder)
    defer {
        server.end()
        for name in (try? Files.names(inFolder: folder)) ?? [] { Files.remove("\(folder)/\(name)") }
        Files.removeFolder(folder)
    }
    for _ in 0..<1000 where Files.size(path) == nil { System.sleep(milliseconds: 5) }
    try body(path)
}
