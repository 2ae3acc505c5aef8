// Words of the command line that name who is compared, and plans that fit into their time.

import Base
import Testing
import Transport
import Workload

@testable import Comparison

private func parsed(_ word: String) -> [Contender]? {
    switch Contender.parse(word, duet: "/proc/self/exe") {
    case .success(let found): found
    case .failure: nil
    }
}

/// Where a URL of a running server leads.
private func endpoint(_ word: String) -> Endpoint? {
    guard case .running(let endpoint)? = parsed(word)?.first?.source else { return nil }
    return endpoint
}

private func tcp(_ host: String, _ port: UInt16, user: String? = nil, _ password: String? = nil) -> Endpoint {
    Endpoint(address: .tcp(host: host, port: port), username: user, password: password)
}

@Test("programs and URLs are read, and nothing else")
func words() {
    #expect(parsed("duet")?.map(\.name) == ["duet text", "duet RESP"])
    #expect(parsed("duet-resp=/proc/self/exe")?.map(\.wireProtocol) == [.resp])
    #expect(parsed("redis=/proc/self/exe")?.map(\.isStarted) == [true])
    #expect(endpoint("memcached://cache:11300") == tcp("cache", 11300))
    #expect(endpoint("memcached://cache") == tcp("cache", 11211))
    #expect(endpoint("redis://[::1]") == tcp("::1", 6379))
    #expect(endpoint("redis://[::1]:7000/") == tcp("::1", 7000))
    #expect(endpoint("redis:///run/redis.sock") == Endpoint(address: .unix(path: "/run/redis.sock", mode: 0o700)))
    #expect(endpoint("memcached://me:secret@h:1") == tcp("h", 1, user: "me", "secret"))
    #expect(endpoint("redis://me:p%40ss@h:1") == tcp("h", 1, user: "me", "p@ss"))
    var encrypted = tcp("h", 6379, user: "me", "pw")
    encrypted.usesTLS = true
    #expect(endpoint("rediss://me:pw@h") == encrypted)
    encrypted.address = .tcp(host: "h", port: 11211)
    #expect(endpoint("memcacheds://me:pw@h") == encrypted && parsed("memcacheds://h")?[0].wireProtocol == .memcached)
    for word in [
        "", "valkey", "redis=/no/such/file", "redis://", "redis://h:0", "redis://h:x", "redis://h:70000",
        "rediss:///run/s", "http://h:1", "memcached://pw@h:1", "redis://h:1/3", "memcached=", "://",
        "memcached://:11211", "unix:///run/s",
    ] {
        #expect(parsed(word) == nil, "\(word)")
    }
}

@Test("a password is in no name and no message")
func passwords() {
    #expect(endpoint("redis://:sesame@h:1") == tcp("h", 1, "sesame"))
    #expect(parsed("redis://:sesame@h:1")?.first?.name == "redis://h:1")
    for word in ["redis://:sesame@h:0", "rediss://me:sesame@h:x", "ftp://:sesame@h"] {
        guard case .failure(let fault) = Contender.parse(word, duet: nil) else {
            Issue.record("\(word)")
            continue
        }
        #expect(!fault.description.contains("sesame"))
    }
}

@Test("names that are there twice get numbers")
func numbers() {
    let all = (parsed("redis=/proc/self/exe") ?? []) + (parsed("redis=/proc/self/exe") ?? [])
    #expect(
        Contender.numbered(all).map(\.name) == [
            "redis-server of /proc/self/exe", "redis-server of /proc/self/exe #2",
        ])
}

@Test("each repeat begins with another contender, and each has its turn in each")
func turns() {
    let turns = Comparison.turns([0, 1, 2], repeats: 4)
    #expect(turns.map(\.contender) == [0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2])
    #expect(Comparison.turns([], repeats: 3).isEmpty)
}

@Test("a plan fits into its time, and is longer where there is more")
func plans() throws {
    var options = ComparisonOptions()
    options.contenders = Array(Contender.numbered((0..<2).flatMap { _ in parsed("duet") ?? [] }))
    let usual = try Comparison(options).estimatedSeconds
    options.isQuick = true
    let quick = try Comparison(options).estimatedSeconds
    #expect(quick < 60 && usual > 2 * quick && usual < 900)
    options.isQuick = false
    for time in [60, 120.0, 600, 1800] {
        options.timeSeconds = time
        let comparison = try Comparison(options)
        #expect(comparison.estimatedSeconds <= time && comparison.boundSeconds == time)
        if time == 1800 { #expect(comparison.estimatedSeconds > usual) }
    }
}

@Test("options that cannot work are refused before anything starts")
func problems() {
    func isRefused(_ change: (inout ComparisonOptions) -> Void) -> Bool {
        var options = ComparisonOptions()
        options.contenders = parsed("duet-text") ?? []
        change(&options)
        do throws(ComparisonFault) { _ = try Comparison(options) } catch { return true }
        return false
    }
    #expect(!isRefused { _ in })
    #expect(isRefused { $0.contenders = [] })
    #expect(isRefused { $0.parts = [] })
    #expect(isRefused { $0.timeSeconds = 1 })
    #expect(isRefused { $0.repeats = 0 })
    #expect(isRefused { $0.keyCount = 10 })
    #expect(isRefused { $0.valueSize = -1 })
    #expect(isRefused { $0.connectionCount = 0 })
    #expect(isRefused { $0.serverCores = [9999] })
    #expect(isRefused { $0.generatorCores = [9999] })
    #expect(isRefused { $0.workerCount = 0 })
    #expect(isRefused { $0.tls.authorityFile = "ca.pem" })
    #expect(
        isRefused {
            $0.keyCount = 100_000_000
            $0.valueSize = 1_000_000
        })
    #expect(isRefused { $0.trace = Trace() })
    #expect(isRefused { $0.contenders = parsed("redis:///no/such/socket") ?? [] })
}

@Test("servers get a core for each worker and the load as many, as far as they reach")
func coreShares() {
    func shares(_ count: Int, workers: Int, _ change: (inout ComparisonOptions) -> Void = { _ in }) -> [[Int]] {
        var options = ComparisonOptions()
        options.contenders = parsed("duet") ?? []
        options.workerCount = workers
        change(&options)
        options.chooseCores(from: Array(0..<count))
        #expect(options.warnings.contains { $0.contains("take turns") } == (workers > options.serverCores.count))
        return [options.serverCores, options.generatorCores]
    }
    #expect(shares(2, workers: 1) == [[0], [1]])
    #expect(shares(8, workers: 1) == [[0], [7]])
    #expect(shares(8, workers: 4) == [[0, 1, 2, 3], [4, 5, 6, 7]])
    #expect(shares(2, workers: 4) == [[0], [1]])
    #expect(shares(1, workers: 1) == [[0], [0]])
    #expect(shares(0, workers: 1) == [[0], [0]])
    #expect(shares(4, workers: 2) { $0.serverCores = [2, 3] } == [[2, 3], [0, 1]])
    #expect(shares(4, workers: 1) { $0.generatorCores = [0] } == [[1], [0]])
}

@Test("values of any size take no more memory and disk than usual unless that is asked for")
func largeValues() throws {
    var options = ComparisonOptions()
    options.contenders = parsed("duet") ?? []
    options.valueSize = 1_000_000
    let plan = Plan.make(options) { _ in 1 }
    #expect(plan.keyCount == 999 && plan.saveKeyCount == 999)
    options.valueSize = 100
    #expect(Plan.make(options) { _ in 1 } == Plan())
    options.contenders = parsed("redis://h") ?? []
    options.valueSize = 100_000
    #expect(options.plannedKeyCount * 100_000 < 100_000_000)
}

@Test("a curve ends where half of the repeats do not keep up")
func curveEnds() {
    #expect(LatencyPart.keptCount([[1, 2, 3], [1, 2], [1], [1, 2, 3]]) == 2)
    #expect(LatencyPart.keptCount([[1], [1], []]) == 2)
    #expect(LatencyPart.keptCount([[], [1]]) == 0 && LatencyPart.keptCount([]) == 0)
}

@Test("progress never runs backwards within a step and fits its columns")
func progress() {
    var progress = ComparisonProgress()
    progress.text = "memcached: get, pipeline 32"
    progress.fraction = 0.345
    progress.secondsLeft = 72
    #expect(progress.line(width: 100).contains("34 %  1:12 left  memcached"))
    for width in 1...120 { #expect(progress.line(width: width).count <= width) }
}
