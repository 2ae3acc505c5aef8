// What only several clients can show of channels: who hears what, in which order, and what is left behind.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Pub/sub")
struct PubSubTests {
    @Test("a client that is gone is no subscriber any more, and RESET ends subscriptions")
    func leaving() {
        let fixture = Fixture()
        let (a, b, c) = (fixture.connect(), fixture.connect(), fixture.connect())
        a.ask("SUBSCRIBE", "x", "y")
        b.ask("SUBSCRIBE", "x")
        b.ask("PSUBSCRIBE", "*")
        #expect(c.ask("PUBLISH", "x", "1") == ":3\r\n")
        a.session.connectionClosed()
        #expect(c.ask("PUBLISH", "x", "1") == ":2\r\n")
        #expect(c.ask("PUBSUB", "NUMSUB", "x", "y") == "*4\r\n$1\r\nx\r\n:1\r\n$1\r\ny\r\n:0\r\n")
        b.ask("RESET")
        #expect(c.ask("PUBLISH", "x", "1") == ":0\r\n")
        #expect(c.ask("PUBSUB", "CHANNELS") == "*0\r\n" && c.ask("PUBSUB", "NUMPAT") == ":0\r\n")
        for kind in ChannelKind.allCases { #expect(fixture.frontEnd.channels.count(kind) == 0) }
    }

    @Test("messages of a channel come in one order to all, whatever the protocol's version")
    func order() {
        let fixture = Fixture()
        let (old, new, publisher) = (fixture.connect(), fixture.connect(), fixture.connect())
        new.ask("HELLO", "3")
        old.ask("SUBSCRIBE", "x")
        new.ask("SUBSCRIBE", "x")
        let (oldBefore, newBefore) = (old.replies.count, new.replies.count)
        publisher.send((0..<100).flatMap { Conversation.request([Array("PUBLISH".utf8), Array("x".utf8), Array("\($0)".utf8)]) })
        old.listen()
        new.listen()
        let expected = (0..<100).map { "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$\($0 < 10 ? 1 : 2)\r\n\($0)\r\n" }.joined()
        #expect(String(decoding: old.replies[oldBefore...], as: UTF8.self) == expected)
        #expect(String(decoding: new.replies[newBefore...], as: UTF8.self) == expected.replacing("*3", with: ">3"))
    }

    @Test("a large message is shared and whole, for its publisher too")
    func large() {
        let fixture = Fixture()
        let (a, b) = (fixture.connect(), fixture.connect())
        b.ask("HELLO", "3")
        a.ask("SUBSCRIBE", "x")
        b.ask("SUBSCRIBE", "x")
        let text = String(repeating: "m", count: 100_000)
        let before = a.replies.count
        let message = "3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$100000\r\n\(text)\r\n"
        #expect(b.ask("PUBLISH", "x", text) == ":2\r\n>" + message)
        a.listen()
        #expect(String(decoding: a.replies[before...], as: UTF8.self) == "*" + message)
    }

    @Test("small and large messages come in order to all, by channel and by pattern, whatever the protocol's version")
    func sizes() {
        let fixture = Fixture()
        let (old, new, pattern, publisher) = (fixture.connect(), fixture.connect(), fixture.connect(), fixture.connect())
        new.ask("HELLO", "3")
        old.ask("SUBSCRIBE", "x")
        new.ask("SUBSCRIBE", "x")
        pattern.ask("PSUBSCRIBE", "[x]")
        let before = [old, new, pattern].map(\.replies.count)
        // Runs of small ones, some longer than what goes in one piece, and those beside that are too large to be copied.
        let sizes = [1, 2, 5000, 3, 20_000, 20_000, 4, 4096, 4095] + Array(repeating: 1000, count: 150) + [5000, 5, 0]
        let texts = sizes.enumerated().map { String(repeating: String($0.offset % 10), count: $0.element) }
        publisher.send(texts.flatMap { Conversation.request([Array("PUBLISH".utf8), Array("x".utf8), Array($0.utf8)]) })
        let messages = texts.map { "$1\r\nx\r\n$\($0.utf8.count)\r\n\($0)\r\n" }
        let heads = ["*3\r\n$7\r\nmessage\r\n", ">3\r\n$7\r\nmessage\r\n", "*4\r\n$8\r\npmessage\r\n$3\r\n[x]\r\n"]
        for (index, client) in [old, new, pattern].enumerated() {
            client.listen()
            let expected = messages.map { heads[index] + $0 }.joined()
            #expect(client.replies[before[index]...].elementsEqual(expected.utf8))
        }
    }

    @Test("who subscribes between two messages hears the second alone")
    func since() {
        let fixture = Fixture()
        let (a, b) = (fixture.connect(), fixture.connect())
        a.ask("SUBSCRIBE", "x")
        let before = a.replies.count
        b.send("PUBLISH x 1\r\nPUBLISH x 2\r\nSUBSCRIBE x\r\nPUBLISH x 3\r\n".utf8)
        func message(_ text: String) -> String { "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$1\r\n\(text)\r\n" }
        let confirmation = "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n"
        let refusal = "-ERR Can't execute 'publish': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n"
        #expect(String(decoding: b.replies, as: UTF8.self) == ":1\r\n:1\r\n\(confirmation)\(refusal)")
        a.listen()
        #expect(String(decoding: a.replies[before...], as: UTF8.self) == message("1") + message("2"))
        let c = fixture.connect()
        c.ask("HELLO", "3")
        let said = c.replies.count
        c.send("PUBLISH x 4\r\nPUBLISH x 5\r\nSUBSCRIBE x\r\nPUBLISH x 6\r\n".utf8)
        let pushed = (confirmation + ":3\r\n" + message("6")).replacing("*3", with: ">3")
        #expect(String(decoding: c.replies[said...], as: UTF8.self) == ":2\r\n:2\r\n" + pushed)
    }

    @Test("CLIENT LIST and INFO tell of subscriptions")
    func facts() {
        let fixture = Fixture()
        let (a, b) = (fixture.connect(), fixture.connect())
        a.ask("SUBSCRIBE", "x", "y")
        a.ask("PSUBSCRIBE", "*")
        a.ask("SSUBSCRIBE", "s")
        #expect(b.ask("CLIENT", "LIST", "TYPE", "pubsub").contains(" flags=P db=0 sub=2 psub=1 ssub=1 multi=-1"))
        #expect(!b.ask("CLIENT", "LIST", "TYPE", "normal").contains(" flags=P"))
        let text = b.ask("INFO", "stats")
        #expect(text.contains("pubsub_channels:2\r\npubsub_patterns:1\r\npubsubshard_channels:1\r\n"))
        a.ask("RESET")
        #expect(b.ask("CLIENT", "LIST", "TYPE", "pubsub") == "$0\r\n\r\n")
    }

    @Test("a client may be subscribed to as much as it may hold, not more")
    func bound() {
        var settings = RESPSettings()
        settings.requestSizeMax = 1 << 20
        let client = Fixture(EngineOptions(), settings).connect()
        for number in 0..<10_000 where !client.isClosed { client.ask("SUBSCRIBE", "channel:\(number)") }
        #expect(client.isClosed)
    }

    @Test("a pattern that would take long does not")
    func slowPattern() {
        let fixture = Fixture()
        let (a, b) = (fixture.connect(), fixture.connect())
        a.ask("PSUBSCRIBE", String(repeating: "a*", count: 200) + "b")
        #expect(b.ask("PUBLISH", String(repeating: "a", count: 5000), "x") == ":0\r\n")
    }
}
