// Client tracking: what only the tables themselves, or several clients, can show.

import Base
import Engine
import Testing

@testable import RESP

@Suite("Client tracking")
struct TrackingTests {
    private static func invalidate(_ key: String) -> String { ">2\r\n$10\r\ninvalidate\r\n*1\r\n$\(key.utf8.count)\r\n\(key)\r\n" }
    private static let everything = ">2\r\n$10\r\ninvalidate\r\n_\r\n"

    private static func heard(_ client: Conversation) -> String {
        let before = client.replies.count
        client.listen()
        return String(decoding: client.replies[before...], as: UTF8.self)
    }

    private static func tracked(_ fixture: Fixture, _ options: String...) -> Conversation {
        let client = fixture.connect()
        client.ask("HELLO", "3")
        #expect(client.ask(["CLIENT", "TRACKING", "ON"] + options) == "+OK\r\n")
        return client
    }

    @Test("a reader that finds a key run out is told of nothing, and still hears of the next change")
    func readerMeetsExpiry() {
        let fixture = Fixture()
        let (client, other) = (Self.tracked(fixture), fixture.connect())
        other.ask("SET", "k", "1", "PX", "10")
        client.now = Milliseconds(client.now.rawValue + 100)
        #expect(client.ask("GET", "k") == "_\r\n")
        other.now = client.now
        other.ask("SET", "k", "2", "PX", "10")
        #expect(Self.heard(client) == Self.invalidate("k"))
        #expect(client.ask("GET", "k") == "$1\r\n2\r\n")
        client.now = Milliseconds(client.now.rawValue + 100)
        // It held a copy of this one.
        #expect(client.ask("GET", "k") == "_\r\n" + Self.invalidate("k"))
    }

    @Test("two clients share a key: each is told once, the one that turned tracking off is not")
    func sharing() {
        let fixture = Fixture()
        let (a, b, c, writer) = (Self.tracked(fixture), Self.tracked(fixture), Self.tracked(fixture), fixture.connect())
        for client in [a, b, c] { client.ask("GET", "k") }
        let table = fixture.frontEnd.tracking.table
        #expect(table.keyCount == 1 && table.itemCount == 3)
        #expect(writer.ask("INFO", "stats").contains("tracking_total_keys:1\r\ntracking_total_items:3\r\ntracking_total_prefixes:0\r\n"))
        #expect(writer.ask("INFO", "clients").contains("tracking_clients:3\r\n"))
        c.ask("CLIENT", "TRACKING", "off")
        writer.ask("SET", "k", "1")
        #expect(Self.heard(a) == Self.invalidate("k") && Self.heard(b) == Self.invalidate("k") && Self.heard(c).isEmpty)
        #expect(table.keyCount == 0 && table.itemCount == 0 && table.size == 0)
    }

    @Test("a redirection: protocol 2 by messages, protocol 3 by pushes, nobody without either, and its end is told")
    func redirection() {
        let fixture = Fixture()
        let (client, writer) = (fixture.connect(), fixture.connect())
        let (old, new) = (fixture.connect(), fixture.connect())
        new.ask("HELLO", "3")
        client.ask("HELLO", "3")
        let id = "\(old.session.record.peer.id)"
        client.ask("CLIENT", "TRACKING", "ON", "REDIRECT", id)
        #expect(client.ask("CLIENT", "GETREDIR") == ":\(id)\r\n")
        #expect(writer.ask("CLIENT", "LIST", "ID", "\(client.session.record.peer.id)").contains(" flags=t "))
        #expect(writer.ask("CLIENT", "LIST", "ID", "\(client.session.record.peer.id)").contains(" redir=\(id) "))
        client.ask("GET", "k")
        writer.ask("SET", "k", "1")
        #expect(Self.heard(old).isEmpty)
        old.ask("SUBSCRIBE", "__redis__:invalidate")
        client.ask("GET", "k")
        writer.ask("SET", "k", "1")
        #expect(Self.heard(old) == "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*1\r\n$1\r\nk\r\n")
        writer.ask("FLUSHALL")
        #expect(Self.heard(old) == "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n$-1\r\n")
        client.ask("CLIENT", "TRACKING", "ON", "REDIRECT", "\(new.session.record.peer.id)")
        client.ask("GET", "k")
        writer.ask("SET", "k", "1")
        #expect(Self.heard(new) == Self.invalidate("k"))
        client.ask("GET", "k")
        new.session.connectionClosed()
        writer.ask("SET", "k", "1")
        let broken = ">2\r\n$21\r\ntracking-redir-broken\r\n:\(new.session.record.peer.id)\r\n"
        #expect(Self.heard(client) == broken)
        #expect(client.ask("CLIENT", "TRACKINGINFO").contains("$15\r\nbroken_redirect\r\n"))
        #expect(writer.ask("CLIENT", "LIST", "ID", "\(client.session.record.peer.id)").contains(" flags=tR "))
        writer.ask("FLUSHALL")
        #expect(Self.heard(client) == broken)
        client.ask("CLIENT", "TRACKING", "ON")
        #expect(!client.ask("CLIENT", "TRACKINGINFO").contains("broken_redirect"))
    }

    @Test("SWAPDB tells that any key may have changed")
    func swapping() {
        let fixture = Fixture()
        let (client, other) = (Self.tracked(fixture), fixture.connect())
        client.ask("GET", "k")
        other.ask("SWAPDB", "0", "1")
        #expect(Self.heard(client) == Self.everything)
    }

    @Test("the table keeps to its bound: what has to go is told of, and nothing else is forgotten")
    func bound() {
        var settings = RESPSettings()
        settings.trackedKeysMax = 100
        let fixture = Fixture(EngineOptions(), settings)
        let (client, writer) = (Self.tracked(fixture), fixture.connect())
        let table = fixture.frontEnd.tracking.table
        for number in 0..<1000 {
            client.ask("GET", "key:\(number)")
            #expect(table.keyCount <= 100)
        }
        let text = String(decoding: client.replies, as: UTF8.self)
        let told = (0..<1000).filter { text.contains(Self.invalidate("key:\($0)")) }
        #expect(told.count == 900)
        let kept = Set(0..<1000).subtracting(told)
        for number in kept {
            writer.ask("SET", "key:\(number)", "1")
            #expect(Self.heard(client) == Self.invalidate("key:\(number)"))
        }
        #expect(table.keyCount == 0 && table.size == 0)
        fixture.frontEnd.change { $0.trackedKeysMax = 0 }
        client.ask(["MGET"] + (0..<2000).map { "key:\($0)" })
        #expect(table.keyCount == 2000)
        // A lower bound is reached by and by.
        fixture.frontEnd.change { $0.trackedKeysMax = 10 }
        for _ in 0..<20 { fixture.frontEnd.tick(now: client.now) }
        #expect(table.keyCount == 10)
    }

    @Test("the table's memory counts against the limit, and all of it is given back")
    func memory() {
        let fixture = Fixture()
        let client = Self.tracked(fixture)
        let before = fixture.engine.memory().used
        for number in 0..<1000 { client.ask("GET", "key:\(number)") }
        let held = fixture.frontEnd.tracking.table.size
        #expect(held > 100_000 && fixture.engine.memory().used == before + held)
        client.ask("FLUSHALL")
        #expect(fixture.engine.memory().used <= before)
        for number in 0..<1000 { client.ask("GET", "key:\(number)") }
        client.session.connectionClosed()
        #expect(fixture.frontEnd.tracking.isFollowing)
        for _ in 0..<20 { fixture.frontEnd.tick(now: client.now) }
        // Nobody listens any more, so that nobody needs what the table has.
        #expect(!fixture.frontEnd.tracking.isFollowing && fixture.frontEnd.tracking.table.size == 0)
        #expect(fixture.engine.memory().used <= before)
    }

    @Test("what the limit pushes out is told of")
    func eviction() {
        var options = EngineOptions()
        options.memoryLimit = 4 << 20
        options.evictionPolicy = .allKeysLRU
        let fixture = Fixture(options)
        let (client, writer) = (Self.tracked(fixture, "NOLOOP"), fixture.connect())
        writer.ask("SET", "first", "1")
        client.ask("GET", "first")
        let value = String(repeating: "v", count: 1000)
        var number = 0
        while writer.ask("EXISTS", "first") == ":1\r\n" && number < 100_000 {
            writer.ask("SET", "key:\(number)", value)
            number += 1
        }
        #expect(Self.heard(client) == Self.invalidate("first"))
    }

    @Test("prefixes find the keys that begin with them, whatever lies between")
    func prefixes() {
        let fixture = Fixture()
        var random = SplitMix64(seed: 7)
        func word() -> [UInt8] { (0..<Int(random.next() % 5)).map { _ in [97, 98, 0, 255][Int(random.next() % 4)] } }
        for round in 0..<200 {
            let tracking = BroadcastPrefixes()
            let clients = (0..<4).map { _ in TrackedClient(fixture.connect().session) }
            var wanted: [(client: TrackedClient, prefix: [UInt8])] = []
            for client in clients {
                let own = Set((0..<Int(random.next() % 4)).map { _ in word() })
                client.prefixes = Array(own)
                tracking.add(Array(own), for: client)
                for prefix in own { wanted.append((client, prefix)) }
            }
            if round % 2 == 0 {
                tracking.remove(clients[0].prefixes, for: clients[0])
                wanted.removeAll { $0.client === clients[0] }
            }
            #expect(tracking.count == Set(wanted.map(\.prefix)).count)
            for _ in 0..<20 {
                let key = word() + word()
                let expected = wanted.filter { key.starts(with: $0.prefix) }.map(\.client.id).sorted()
                let got = tracking.told(key).map(\.id).sorted()
                #expect(got == expected, "\(key) of \(wanted.map(\.prefix))")
            }
        }
    }

    @Test("a flood of changes under one prefix is told of as nothing, and takes no more memory than it may")
    func flood() {
        let fixture = Fixture()
        let (client, writer) = (Self.tracked(fixture, "BCAST"), fixture.connect())
        let long = String(repeating: "k", count: 1 << 20)
        for number in 0..<17 { writer.ask("SET", "\(long)\(number)", "v") }
        #expect(Self.heard(client) == Self.everything)
        writer.ask("SET", "k", "v")
        #expect(Self.heard(client) == Self.invalidate("k"))
    }

    @Test("prefixes count among what a client may hold")
    func manyPrefixes() {
        var settings = RESPSettings()
        settings.requestSizeMax = 1 << 20
        let client = Fixture(EngineOptions(), settings).connect()
        for number in 0..<10_000 where !client.isClosed {
            client.ask("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "prefix:\(100_000 + number)")
        }
        #expect(client.isClosed)
    }

    @Test("a client that waits for a stream and is woken is told of the next change")
    func waiting() {
        let fixture = Fixture()
        let (client, writer) = (Self.tracked(fixture), fixture.connect())
        client.ask("XREAD", "BLOCK", "0", "STREAMS", "s", "0")
        writer.ask("XADD", "s", "1-1", "f", "v")
        #expect(Self.heard(client) == Self.invalidate("s"))
        #expect(client.wake() == "%1\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n")
    }
}
