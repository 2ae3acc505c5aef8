// An old server that says what it should not: a counted miss and a line in the log, never a wrong value.

import Base
import Engine
import RDB
import TestPeers
import Testing
import Transport

@testable import Cutover

/// An engine with a worker, which takes over whatever listens.
private final class Taker {
    struct Outcome {
        var value: String?
        /// Whether the key is still looked for there.
        var isUndecided = false
        var rows: [String: String] = [:]
        var log: [String] = []
    }

    private let engine = Engine(EngineOptions())
    private let workers: Workers
    private let thread: Thread
    private var serial = 0

    init() throws {
        let workers = try Workers(TransportOptions(workerCount: 1))
        self.workers = workers
        thread = try Thread(name: "test-accept") { workers.run() }
    }

    func finish() {
        workers.stop()
        thread.join()
    }

    /// Asks for `names` one by one, and tells what became of each once a line of the log has `shown`.
    func take(
        _ url: String, _ names: [String], until shown: String? = nil, stringSizeMax: Int = 1 << 20
    ) throws -> [Outcome] {
        let (log, ended) = (Monitor<[String]>([]), Monitor(false))
        let notes = CutoverNotes(
            warning: { text in log.change { $0.append(text) } }, ended: { _, _ in ended.change { $0 = true } })
        var options = CutoverOptions()
        options.timeoutMilliseconds = 10_000
        options.stringSizeMax = stringSizeMax
        let cutover = try Cutover.make(OriginAddress(url)!, options, engine: engine, workers: workers, notes: notes)
        cutover.prepare()
        try cutover.run()
        defer {
            cutover.stop()
            _ = ended.wait { $0 ? true : nil }
        }
        var handle = engine.makeHandle()
        var outcomes: [Outcome] = []
        for name in names {
            handle.now = Milliseconds.readClock()
            let key = UndecidedKey(handle.key(Array(name.utf8).span.rawBytes, in: .first))
            _ = handle.delete(key.key)
            let isDone = Monitor(false)
            if cutover.fetch([key], worker: 0, completion: { isDone.change { $0 = true } }) {
                _ = isDone.wait { $0 ? true : nil }
            }
            var outcome = Outcome()
            _ = handle.get(key.key) { outcome.value = $0.value.copiedText() }
            outcome.isUndecided = cutover.mayHave(key.key, &handle)
            outcomes.append(outcome)
        }
        if let shown {
            _ = log.wait(milliseconds: 10_000) { lines in lines.contains { $0.contains(shown) } ? true : nil }
        }
        let told = log.look { $0 }
        let rows = Dictionary(uniqueKeysWithValues: cutover.facts().rows.map { ($0.name, $0.value) })
        for index in outcomes.indices { (outcomes[index].log, outcomes[index].rows) = (told, rows) }
        return outcomes
    }
}

@Suite("Bad answers", .serialized)
struct BadAnswerTests {
    private static let payload: [UInt8] = {
        var output = OutputBuffer(capacity: 64)
        output.append([0, 3, 97, 98, 99].span.rawBytes)
        DumpPayload.seal(&output)
        return output.span.copiedBytes()
    }()
    private static let dumped = Array(":-1\r\n$\(payload.count)\r\n".utf8) + payload + [13, 10]
    private static let got = Array("VA 3 f7 t-1 c9 kkey\r\nabc\r\n".utf8)

    /// Says `pieces` to whoever asks for the value of `key`, and lists nothing.
    private func server(
        isRedis: Bool, _ pieces: [[UInt8]], closes: Bool = false, _ more: [String: String] = [:]
    ) throws -> (LineServer, String) {
        let server = try LineServer { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\r" })
            let word = words.prefix(2).joined(separator: " ")
            if let text = more[word] { return LineServer.Answer(text) }
            if word == (isRedis ? "DUMP" : "mg key") { return LineServer.Answer(pieces: pieces, closes: closes) }
            if isRedis { return LineServer.Answer(["keyspace", "SCAN"].contains(word) ? "-ERR no\r\n" : "") }
            return LineServer.Answer("ERROR\r\n")
        }
        return (server, (isRedis ? "unix://" : "memcached+unix://") + server.path)
    }

    private func isCounted(_ outcome: Taker.Outcome, _ row: String) -> Bool { outcome.rows["migrate_" + row] == "1" }

    @Test(
        "an answer that ends at any byte is a miss for now, and one that comes in pieces is whole",
        arguments: [false, true])
    func cut(isRedis: Bool) throws {
        let taker = try Taker()
        defer { taker.finish() }
        let whole = isRedis ? Self.dumped : Self.got
        for count in 0..<whole.count {
            let (server, url) = try server(isRedis: isRedis, [Array(whole.prefix(count))], closes: true)
            let outcome = try taker.take(url, ["key"], until: "no connection to")[0]
            #expect(outcome.value == nil && outcome.isUndecided, "\(count)")
            #expect(outcome.rows["migrate_lost_connections"] != "0", "\(count)")
            #expect(outcome.log.contains { $0.contains("it closed the connection") }, "\(count): \(outcome.log)")
            withExtendedLifetime(server) {}
        }
        let (server, url) = try server(isRedis: isRedis, whole.map { [$0] })
        let outcome = try taker.take(url, ["key"])[0]
        #expect(outcome.value == "abc" && isCounted(outcome, "fetched"))
        withExtendedLifetime(server) {}
    }

    @Test(
        "what is no answer to the question ends the connection, and says so in the log",
        arguments: [
            (false, "HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 400"), (false, "\0\u{1}\r\n", "\\0"),
            (false, "VA 3 f7 t-1 c9 kother\r\nabc\r\n", "kother"),
            (false, "VA 3 f7 t-1 c9 kkey\r\nabcdef\r\n", "block"),
            (false, "VA 3 f7 tx c9 kkey\r\nabc\r\n", "tx"), (false, "VALUE key 0 3\r\nabc\r\nEND\r\n", "VALUE"),
            (false, "VA -1 f0\r\n\r\n", "VA -1"),
            (false, "CLIENT_ERROR unauthenticated\r\n", "unauthenticated"),
            (false, "ERROR\r\n", "1.6"), (false, String(repeating: "x", count: 3000), "without end"),
            (true, ":-1\r\n:1\r\n", ":1"),
            (true, "$1\r\na\r\n$1\r\n", "\"a\""), (true, ":-1\r\n$2\r\nabcdef\r\n", "block"),
            (true, "+OK\r\n+OK\r\n", "+OK"), (true, ":-1\r\n$-7\r\n", "$-7"), (true, ":-9\r\n$2\r\nab\r\n", ":-9"),
            (true, "-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n", "NOAUTH"),
        ])
    func nonsense(isRedis: Bool, text: String, shown: String) throws {
        let taker = try Taker()
        defer { taker.finish() }
        let (server, url) = try server(isRedis: isRedis, [Array(text.utf8)])
        let outcome = try taker.take(url, ["key"], until: "no connection to")[0]
        #expect(outcome.value == nil && outcome.isUndecided)
        #expect(outcome.rows["migrate_lost_connections"] != "0")
        let line = outcome.log.first { $0.contains("no connection to") }
        #expect(line?.contains(shown) == true && line?.contains("\n") == false, "\(outcome.log)")
        withExtendedLifetime(server) {}
    }

    @Test("more answers than questions: what was asked counts, the rest ends the connection")
    func unasked() throws {
        let taker = try Taker()
        defer { taker.finish() }
        let (server, url) = try server(isRedis: false, [Self.got + Self.got])
        let outcome = try taker.take(url, ["key"], until: "no connection to")[0]
        #expect(outcome.value == "abc" && outcome.log.contains { $0.contains("it says \"VA 3") })
        withExtendedLifetime(server) {}
    }

    @Test("a value that is too large is passed over, told, and not asked for again; what comes behind it is taken")
    func oversized() throws {
        let taker = try Taker()
        defer { taker.finish() }
        let big = Array("VA 200000 f0 t-1 c1 kkey\r\n\(String(repeating: "x", count: 200_000))\r\n".utf8)
        let pieces = [Array(big.prefix(100_000)), Array(big.dropFirst(100_000))]
        let (server, url) = try server(isRedis: false, pieces, ["mg next": "VA 4 f0 t-1 c2 knext\r\nnext\r\n"])
        let outcomes = try taker.take(
            url, ["key", "next"], until: "200000 bytes, of 100000", stringSizeMax: 100_000)
        #expect(outcomes[0].value == nil && !outcomes[0].isUndecided && isCounted(outcomes[0], "refused"))
        #expect(outcomes[1].value == "next" && outcomes[1].rows["migrate_lost_connections"] == "0")
        #expect(outcomes[1].log.contains { $0.contains("200000 bytes, of 100000") })
        withExtendedLifetime(server) {}
    }

    @Test("an error about one key leaves it undecided, a payload that cannot be read does not")
    func refused() throws {
        let taker = try Taker()
        defer { taker.finish() }
        var broken = Self.dumped
        broken[broken.count - 4] ^= 1
        for (isRedis, bytes, isUndecided) in [
            (false, Array("SERVER_ERROR out of memory writing get response\r\n".utf8), true),
            (true, Array("-NOPERM to access a key\r\n-NOPERM to access a key\r\n".utf8), true),
            (true, Array(":-1\r\n-LOADING Redis is loading\r\n".utf8), true),
            (true, Array("-LOADING Redis is loading\r\n".utf8) + Self.dumped.dropFirst(5), true),
            (true, broken, false),
        ] {
            let (server, url) = try server(isRedis: isRedis, [bytes])
            let outcome = try taker.take(url, ["key"], until: "cannot be had")[0]
            #expect(outcome.value == nil && outcome.isUndecided == isUndecided && isCounted(outcome, "refused"))
            #expect(outcome.rows["migrate_lost_connections"] == "0", "\(outcome.log)")
            #expect(outcome.log.contains { $0.contains("the key \"key\" cannot be had") })
            withExtendedLifetime(server) {}
        }
    }

    @Test("a list of strange databases and keys brings nobody down")
    func lists() throws {
        let taker = try Taker()
        defer { taker.finish() }
        let rows = "db99999999999:keys=1\r\ndb-1:keys=1\r\ndbx:\r\ndb0:keys=1\r\n"
        let more = [
            "keyspace": "$\(rows.utf8.count)\r\n\(rows)\r\n", "SCAN": "*2\r\n$1\r\n0\r\n*2\r\n$0\r\n\r\n*0\r\n",
        ]
        let (server, url) = try server(isRedis: true, [Self.dumped], more)
        let told = try taker.take(url, ["key"], until: "99999999999")[0]
        #expect(told.value == "abc" && told.log.contains { $0.contains("no database 99999999999 here") })
        withExtendedLifetime(server) {}
    }

    @Test("random bytes in an answer are read without harm", arguments: [false, true])
    func mutations(isRedis: Bool) {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let wire = OriginWire(language: isRedis ? .redis : .memcached, valueSizeMax: 1000)
        let name = Array("key".utf8)
        let key = UndecidedKey(Key(name.span.rawBytes, hash: KeyHash(rawValue: 0), in: .first))
        for _ in 0..<50_000 {
            var bytes = isRedis ? Self.dumped : Self.got
            for _ in 0...random.next() % 4 {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                case 2: bytes[place] = UInt8(ascii: "0") + UInt8(random.next() % 10)
                default: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            var offset = 0
            switch wire.read(bytes.span.rawBytes, at: &offset, of: key) {
            case .incomplete(let needed): #expect(offset == 0 && (needed == 0 || needed > bytes.count))
            case .broken: #expect(offset == 0)
            case .missing, .string, .payload, .refused, .oversized: #expect(offset > 0 && offset <= bytes.count)
            }
        }
    }
}
