// What tests of copies have in common: real servers to copy between, and a copy on which something befalls one of them.

import Base
import Glibc
import Migration
import Persistence
import Server
import Testing

enum Copying {
    static let hasPeers = Peer.memcached != nil && Peer.redis != nil

    /// A memcached with its crawler, which lists keys.
    static func memcached(_ more: [String] = []) throws -> Peer {
        try Peer(Peer.memcached!) { socket, _ in ["-s", socket, "-U", "0", "-t", "1", "-u", "root"] + more }
    }

    static func redis(_ more: [String] = []) throws -> Peer {
        try Peer(Peer.redis!) { socket, folder in
            ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder] + more
        }
    }

    static func end(memcached path: String) -> CopyEnd { CopyEnd("memcached+unix://" + path)! }
    static func end(redis path: String) -> CopyEnd { CopyEnd("redis+unix://" + path)! }

    static func options(_ change: (inout CopyOptions) -> Void = { _ in }) -> CopyOptions {
        var options = CopyOptions()
        options.link.timeoutSeconds = 10
        options.openLog = { path, _ throws(MigrationFault) in
            do throws(LoadFailure) {
                let contents = try LogContents.load(path) { _ in }
                return LoadedLog(
                    engine: contents.engine, libraries: contents.libraries, warnings: contents.facts.warnings)
            } catch {
                throw MigrationFault(error.description)
            }
        }
        change(&options)
        return options
    }

    static func copy(
        _ from: CopyEnd, _ to: CopyEnd, _ change: (inout CopyOptions) -> Void = { _ in }
    ) throws -> CopySummary {
        try CopyRun(from: from, to: to, options(change)) { _ in }.copy()
    }

    static func compare(_ from: CopyEnd, _ to: CopyEnd, after copied: CopySummary? = nil) throws -> CopySummary {
        try CopyRun(from: from, to: to, options()) { _ in }.compare(after: copied)
    }

    /// Copies, and has `event` happen at the item of that number.
    static func copy(
        _ from: CopyEnd, _ to: CopyEnd, at item: Int, _ event: @escaping () -> Void
    ) throws -> CopySummary {
        var count = 0
        return try copy(from, to) { options in
            options.isStopped = {
                count += 1
                if count == item { event() }
                return false
            }
        }
    }

    /// What a copy that does not begin says.
    static func failure(_ from: CopyEnd, _ to: CopyEnd, _ change: (inout CopyOptions) -> Void = { _ in }) -> String {
        do { return "no failure: \(try copy(from, to, change).text)" } catch { return "\(error)" }
    }

    /// Waits for a redis-server that has loaded its data.
    static func side(_ peer: Peer) throws -> RESPSide {
        let side = try RESPSide(unix: peer.socketPath)
        #expect(waitUntil { (try? side.ask(["DBSIZE"]).first) == UInt8(ascii: ":") })
        return side
    }

    /// Strings of `size` bytes under `key:0` …
    static func fill(redis peer: Peer, count: Int, size: Int = 100) throws {
        let side = try RESPSide(unix: peer.socketPath)
        let value = String(repeating: "v", count: size)
        for start in stride(from: 0, to: count, by: 200) {
            let sets = (start..<min(count, start + 200)).map { ["SET", "key:\($0)", value] }
            _ = try side.ask(together: sets)
        }
    }

    static func fill(memcached peer: Peer, count: Int, size: Int = 100) throws {
        let wire = try Wire(unix: peer.socketPath)
        let value = String(repeating: "v", count: size)
        for start in stride(from: 0, to: count, by: 200) {
            let sets = (start..<min(count, start + 200)).map { "ms key:\($0) \(size) q F5\r\n\(value)\r\n" }
            _ = try wire.ask(bytes(sets.joined()), ending: "mn\r\n", "MN\r\n")
        }
    }

    static func size(_ side: RESPSide) throws -> Int {
        Int(String(decoding: try side.ask(["DBSIZE"]).dropFirst().dropLast(2), as: UTF8.self)) ?? -1
    }

    /// A row of a memcached's `stats`.
    static func statistic(_ peer: Peer, _ name: String) throws -> Int {
        let rows = try Wire(unix: peer.socketPath).ask(bytes("stats\r\n"), ending: "mn\r\n", "MN\r\n")
        let row = String(decoding: rows, as: UTF8.self).split(whereSeparator: \.isNewline).first {
            $0.hasPrefix("STAT \(name) ")
        }
        return row.flatMap { Int($0.split(separator: " ").last ?? "") } ?? -1
    }
}

/// A folder, removed with all that is in it.
final class CopyFolder {
    let path = Running.makeFolder()

    var names: [String] { (try? Files.names(inFolder: path)) ?? [] }

    static func remove(_ path: String) {
        for name in (try? Files.names(inFolder: path)) ?? [] {
            let inner = path + "/" + name
            if Files.isFolder(inner) { remove(inner) } else { unsafe _ = unlink(inner) }
        }
        unsafe _ = rmdir(path)
    }

    deinit { Self.remove(path) }
}
