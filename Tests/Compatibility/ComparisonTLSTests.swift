// `duet compare` of servers that run behind TLS and want a login.

import Base
import Comparison
import Testing
import Workload

private let certificates = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/Certificates/"

/// A server behind TLS that lets `me` in by the password `s@cret`.
private struct GuardedServer {
    let folder: String
    let child: ChildProcess
    /// What stands behind the scheme of its URL after the login.
    let place: String

    /// - Parameter arguments: from its port and its file of users.
    init(_ name: String, _ arguments: (String, String) -> [String]) throws {
        folder = "/tmp/duet-guarded-\(System.processID)-\(System.randomNumber() % 1_000_000)"
        try Files.makeFolder(folder)
        try Files.replace(folder + "/users", with: "me:s@cret\n")
        let port = "\(12_000 + System.randomNumber() % 8000)"
        place = "127.0.0.1:" + port
        child = try ChildProcess(
            executable: try #require(ChildProcess.executable(named: name)),
            arguments: arguments(port, folder + "/users"), outputPath: folder + "/out", folder: folder)
    }

    func end() {
        child.end()
        for name in (try? Files.names(inFolder: folder)) ?? [] { Files.remove("\(folder)/\(name)") }
        Files.removeFolder(folder)
    }
}

private func makeOptions(_ url: String) throws -> ComparisonOptions {
    var options = ComparisonOptions()
    options.contenders = try Contender.parse(url, duet: nil).get()
    options.parts = [.throughput]
    options.isQuick = true
    options.repeats = 1
    options.keyCount = 1000
    if url.hasPrefix("rediss:") || url.hasPrefix("memcacheds:") {
        options.tls.authorityFile = certificates + "authority.crt"
    }
    return options
}

/// What a comparison with `url` says against beginning at all; nil if nothing.
private func objection(_ url: String) throws -> String? {
    let options = try makeOptions(url)
    do throws(ComparisonFault) { _ = try Comparison(options) } catch { return error.description }
    return nil
}

private func check(_ server: GuardedServer, _ scheme: String) throws {
    let url = "\(scheme)s://me:s%40cret@\(server.place)"
    for _ in 0..<400 where try objection(url) != nil { System.sleep(milliseconds: 20) }
    #expect(try objection(url) == nil)
    #expect(try objection("\(scheme)s://me:wrong@\(server.place)")?.contains("login was refused") == true)
    #expect(try objection("\(scheme)s://\(server.place)")?.contains("it wants a login") == true)
    #expect(try objection("\(scheme)://me:s%40cret@\(server.place)")?.contains("Does it want TLS?") == true)

    let result = try Comparison(try makeOptions(url)).run { _ in }
    #expect(result.ending == .complete && result.parts[0].notes.isEmpty, "\(result.parts[0].notes)")
    #expect(result.notes.contains { $0.hasPrefix("TLS is spoken with \(scheme)s://127.0.0.1") })
    for measure in result.parts[0].measures {
        #expect(measure.samples[0].allSatisfy { $0.median > 0 }, "\(measure.id)")
    }
    #expect(!result.html.contains("cret"))
}

/// One at a time: each wants the cores for itself.
@Suite(.serialized)
struct ComparisonTLSTests {
    @Test("a redis-server behind TLS with a user of its own is compared, and what is wrong with a URL is said first")
    func redis() throws {
        let server = try GuardedServer("redis-server") { port, _ in
            ["--port", "0", "--tls-port", port, "--tls-auth-clients", "no", "--save", ""]
                + ["--tls-cert-file", certificates + "server.crt", "--tls-key-file", certificates + "server.key"]
                + ["--tls-ca-cert-file", certificates + "authority.crt"]
                + ["--user", "default", "off", "--user", "me", "on", ">s@cret", "~*", "&*", "+@all"]
        }
        defer { server.end() }
        try check(server, "redis")
    }

    @Test("a memcached behind TLS with users is compared, and what is wrong with a URL is said first")
    func memcached() throws {
        let server = try GuardedServer("memcached") { port, users in
            ["-p", port, "-U", "0", "-l", "127.0.0.1", "-Z", "-Y", users]
                + ["-o", "ssl_chain_cert=\(certificates)server.crt,ssl_key=\(certificates)server.key"]
                + (System.isRoot ? ["-u", "root"] : [])
        }
        defer { server.end() }
        try check(server, "memcached")
    }
}
