// Words of the command line that name who is compared, and plans that fit into their time.

import Base
import Testing
import Workload

@testable import Comparison

private func parsed(_ word: String) -> [Contender]? {
    switch Contender.parse(word, duet: "/proc/self/exe") {
    case .success(let found): found
    case .failure: nil
    }
}

@Test("programs and URLs are read, and nothing else")
func words() {
    #expect(parsed("duet")?.map(\.name) == ["duet text", "duet RESP"])
    #expect(parsed("duet-resp=/proc/self/exe")?.map(\.wireProtocol) == [.resp])
    #expect(parsed("redis=/proc/self/exe")?.map(\.isStarted) == [true])
    #expect(
        parsed("memcached://cache:11300")?.first?.source == .running(server: "cache:11300", password: nil))
    #expect(parsed("memcached://cache")?.first?.source == .running(server: "cache:11211", password: nil))
    #expect(parsed("redis://[::1]")?.first?.source == .running(server: "[::1]:6379", password: nil))
    #expect(parsed("redis://[::1]:7000/")?.first?.source == .running(server: "[::1]:7000", password: nil))
    #expect(
        parsed("redis:///run/redis.sock")?.first?.source == .running(server: "/run/redis.sock", password: nil)
    )
    #expect(
        parsed("memcached://me:secret@h:1")?.first?.source == .running(server: "h:1", password: "me secret"))
    for word in [
        "", "valkey", "redis=/no/such/file", "redis://", "redis://h:0", "redis://h:x", "redis://h:70000",
        "rediss://h:1",
        "http://h:1", "redis://me:pw@h:1", "redis://pw@h:1", "redis://h:1/3", "memcached=", "://",
        "memcached://:11211",
    ] {
        #expect(parsed(word) == nil, "\(word)")
    }
}

@Test("a password is in no name and no message")
func passwords() {
    #expect(parsed("redis://:sesame@h:1")?.first?.source == .running(server: "h:1", password: "sesame"))
    #expect(parsed("redis://:sesame@h:1")?.first?.name == "redis://h:1")
    for word in ["redis://:sesame@h:0", "redis://me:sesame@h:1", "ftp://:sesame@h"] {
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
    for time in [120.0, 600, 1800] {
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
    #expect(
        isRefused {
            $0.keyCount = 100_000_000
            $0.valueSize = 1_000_000
        })
    #expect(isRefused { $0.trace = Trace() })
    #expect(isRefused { $0.contenders = parsed("redis:///no/such/socket") ?? [] })
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
