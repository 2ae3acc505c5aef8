// Whole files between servers: what redis-server saves is read here, and what is written here it loads.

import Base
import Engine
import Glibc
import RDB
import Testing

@Suite("Files between servers", .serialized)
struct FileTests {
    private static let databases = [0, 3]
    /// Commands that would lead away from the database that is filled, or that only other servers' databases see.
    private static let kept: Set<String> = [
        "SELECT", "SWAPDB", "MOVE", "FLUSHALL", "FLUSHDB", "RESET", "HELLO", "AUTH", "CLIENT",
    ]
    private static let far = 4_102_444_800_000

    @Test("a file of redis-server is read, and what is written is the same to it", .enabled(if: Peer.redis != nil))
    func roundTrip() throws {
        for seed: UInt64 in 1...3 {
            print("files seed \(seed)")
            // A file of a server whose collections are packed, and one of a server that packs nothing.
            let settings = seed == 3 ? ["--hash-max-listpack-entries", "0", "--zset-max-listpack-entries", "0"] : []
            let first = try Self.peer(settings)
            let theirs = try RESPSide(unix: first.socketPath)
            try fill(theirs, seed)
            let before = try state(theirs)
            let saved = try theirs.ask(["SAVE"])
            #expect(shown(saved) == #""+OK\r\n""#)
            let file = Self.content(first.folder + "/dump.rdb")
            for compresses in [false, true] {
                let written = try rewritten(file, compresses: compresses)
                let second = try Self.peer(settings, file: written)
                let check = try Program(
                    "/usr/bin/redis-check-rdb", ["redis-check-rdb", second.folder + "/dump.rdb"])
                #expect(check.code == 0, "seed \(seed): \(check.output)")
                let after = try state(try RESPSide(unix: second.socketPath))
                for (index, pair) in zip(before, after).enumerated() {
                    #expect(pair.0 == pair.1, "seed \(seed), compressed \(compresses), line \(index)")
                }
                #expect(before.count == after.count, "seed \(seed)")
            }
        }
    }

    // MARK: Redis

    private static func peer(_ settings: [String], file: [UInt8]? = nil) throws -> Peer {
        try Peer(Peer.redis!) { socket, folder in
            if let file { write(file, folder + "/dump.rdb") }
            let place = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
            return place + ["--enable-debug-command", "yes"] + settings
        }
    }

    private func fill(_ side: RESPSide, _ seed: UInt64) throws {
        for database in Self.databases {
            _ = try side.ask(["SELECT", "\(database)"])
            var drawer = RESPDrawer(seed: seed + UInt64(database), start: Glibc.time(nil))
            for round in 1...2000 {
                let request = drawer.next()
                if !Self.kept.contains(request[0].uppercased()) { _ = try side.ask(request) }
                guard round % 200 == 0 else { continue }
                // There are few keys: what they hold now and then is kept.
                for key in RESPSide.bulks(try side.ask(["KEYS", "k?"])) {
                    _ = try side.ask(["RENAME", key, "\(round) \(key)"])
                }
            }
            let many = (0..<1200).map { "element \($0)" }
            _ = try side.ask(["RPUSH", "many elements"] + many)
            _ = try side.ask(["SADD", "many members"] + many)
            _ = try side.ask(["HSET", "many fields"] + many)
            _ = try side.ask(["ZADD", "many scores"] + many.enumerated().flatMap { ["\($0.offset).5", $0.element] })
            _ = try side.ask(["SADD", "many numbers"] + (0..<400).map { "\($0 * 1_000_003)" })
            _ = try side.ask(["RPUSH", "a large element", String(repeating: "x", count: 100_000), "y"])
            _ = try side.ask(["SET", "large", String(repeating: "0123456789", count: 10_000)])
            _ = try side.ask(["SET", "-12", "-1200"])
            // What would run out while the file is on its way does not.
            for key in RESPSide.bulks(try side.ask(["KEYS", "*"])) {
                let time = shown(try side.ask(["PTTL", key]))
                if time != #"":-1\r\n""# { _ = try side.ask(["PEXPIREAT", key, "\(Self.far + key.utf8.count)"]) }
            }
        }
    }

    /// All that there is to know: a sum over all that keys hold, and what that leaves out.
    private func state(_ side: RESPSide) throws -> [String] {
        var lines = [shown(try side.ask(["DEBUG", "DIGEST"]))]
        for database in Self.databases {
            _ = try side.ask(["SELECT", "\(database)"])
            for key in RESPSide.bulks(try side.ask(["KEYS", "*"])).sorted() {
                let digest = shown(try side.ask(["DEBUG", "DIGEST-VALUE", key]))
                let expiry = shown(try side.ask(["PEXPIRETIME", key]))
                let type = shown(try side.ask(["TYPE", key]))
                lines.append("\(database) \(key.debugDescription) \(type) \(expiry) \(digest)")
                guard type == #""+stream\r\n""# else { continue }
                lines.append(Self.withoutNodes(shown(try side.ask(["XINFO", "STREAM", key, "FULL", "COUNT", "0"]))))
            }
        }
        return lines
    }

    /// How a stream is cut into nodes depends on what was taken out of it.
    private static func withoutNodes(_ facts: String) -> String {
        let parts = facts.split(separator: "$")
        let start = parts.firstIndex { $0.contains("radix-tree-keys") } ?? 0
        let end = parts.firstIndex { $0.contains("last-generated-id") } ?? 0
        return (parts[..<start] + parts[end...]).joined(separator: "$")
    }

    // MARK: Ours

    /// Reads a file into an engine and writes another one, with all that Redis does not know beside its strings.
    private func rewritten(_ file: [UInt8], compresses: Bool) throws -> [UInt8] {
        let engine = Engine(EngineOptions())
        var handle = engine.makeHandle()
        handle.now = Milliseconds(1_700_000_000_000)
        var reader = try RDBFileReader(file.span.rawBytes, verifiesChecksum: true)
        var database = DatabaseIndex.first
        var event = RDBFileEvent.field
        while event != .end {
            event = try reader.next()
            switch event {
            case .database(let index): database = DatabaseIndex(index)
            case .string:
                var options = reader.facts.storeOptions
                options.flags = 77
                options.casField = .exact(1 << 50)
                options.isStale = true
                let outcome = handle.store(handle.key(reader.name, in: database), reader.string, options)
                #expect(outcome == .stored)
            case .collection:
                guard let draft = try reader.draft(for: handle) else { continue }
                let key = handle.key(reader.name, in: database)
                let outcome = handle.store(key, draft, reader.facts.storeOptions)
                #expect(outcome == .stored)
            case .field, .sizes, .functions, .module, .end: break
            }
        }
        let isWhole = reader.isVerified && reader.place == file.count
        #expect(isWhole)
        return Self.file(of: &handle, compresses: compresses)
    }

    /// Databases in turns, as a walk over shards would find them.
    private static func file(of handle: inout EngineHandle, compresses: Bool) -> [UInt8] {
        var writer = RDBFileWriter(compresses: compresses, policy: .allKeysLRU)
        var chunk = OutputBuffer(capacity: 1024)
        var output = OutputBuffer(capacity: 1024)
        writer.begin([("redis-ver", "7.0.15"), ("duet-ver", "1")], to: &output)
        // COPY leads to any of them.
        var cursors = (0..<16).map { (index: DatabaseIndex($0), cursor: UInt64(0), isOver: false) }
        while !cursors.allSatisfy(\.isOver) {
            for place in cursors.indices where !cursors[place].isOver {
                let index = cursors[place].index
                cursors[place].cursor = handle.scan(index, from: cursors[place].cursor, count: 5) { item in
                    writer.append(item, in: index, to: &chunk)
                }
                cursors[place].isOver = cursors[place].cursor == 0
            }
            writer.compress(chunk, to: &output)
            chunk.removeAll()
            writer.startChunk()
        }
        writer.end(to: &output)
        var sum = CRC64()
        sum.add(output)
        output.append(word: sum.value)
        var bytes: [UInt8] = []
        output.forEachPiece { bytes += $0.copiedBytes() }
        return bytes
    }

    // MARK: Files

    private static func content(_ path: String) -> [UInt8] {
        do throws(SystemError) { return try Files.read(path) } catch { return [] }
    }

    private static func write(_ bytes: [UInt8], _ path: String) {
        guard let file = unsafe fopen(path, "w") else { return }
        let count = unsafe fwrite(bytes, 1, bytes.count, file)
        precondition(count == bytes.count, "no room for \(path)")
        unsafe fclose(file)
    }
}
