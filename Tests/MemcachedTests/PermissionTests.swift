// Users of the server at this door: the binary protocol, where each opcode is judged.

import Base
import Engine
import Synchronization
import Testing

@testable import Memcached

/// Knows `all`, `none`, and `reader`, who reads keys that begin with `a`; the password is `pw`.
private final class FakeGuard: DoorGuard {
    let refusals = Mutex<[DoorAction?]>([])
    let generation = Atomic<Int>(0)
    let hasUsers = Atomic<Bool>(true)

    func admit(_ user: RawSpan, _ password: RawSpan) -> (any DoorPass)? {
        guard password.equals("pw") else { return nil }
        return FakePass(self, user.copiedText(), generation.load(ordering: .relaxed))
    }

    func noteRefusal(of user: RawSpan, _ action: DoorAction?, _ key: RawSpan?, client: String) {
        refusals.withLock { $0.append(action) }
    }
}

private final class FakePass: DoorPass {
    private let door: FakeGuard
    private let user: String
    private let generation: Int

    init(_ door: FakeGuard, _ user: String, _ generation: Int) {
        self.door = door
        self.user = user
        self.generation = generation
    }

    var userName: [UInt8] { Array(user.utf8) }
    var isUnrestricted: Bool { user == "all" }
    var isCurrent: Bool { door.generation.load(ordering: .relaxed) == generation }

    func renewed() -> (any DoorPass)? {
        guard door.hasUsers.load(ordering: .relaxed) else { return nil }
        return FakePass(door, user, door.generation.load(ordering: .relaxed))
    }

    func allows(_ action: DoorAction, _ key: RawSpan?) -> Bool {
        guard user == "reader", action == .read, let key else { return user == "all" }
        return key.byteCount > 0 && key[0] == UInt8(ascii: "a")
    }
}

@Suite struct PermissionTests {
    private let door = FakeGuard()

    private var settings: MemcachedSettings {
        var settings = MemcachedSettings()
        settings.doorGuard = door
        return settings
    }

    private static let failed = "authenticationFailed = Auth failure."
    private static let asks: [Ask] =
        [.get, .getQ, .getK, .getKQ].map { Ask($0, "k") }
        + [.set, .setQ, .add, .addQ, .replace, .replaceQ].map { Ask.store($0, "k", "v") }
        + [.append, .appendQ, .prepend, .prependQ].map { Ask.extend($0, "k", "v") }
        + [.delete, .deleteQ].map { Ask($0, "k") }
        + [.increment, .incrementQ, .decrement, .decrementQ].map { Ask.count($0, "k", 1) }
        + [.touch, .gat, .gatQ, .gatK, .gatKQ].map { Ask.touch($0, "k", exptime: 0) }
        + [Ask(.flush), Ask(.flushQ), Ask(.verbosity, extras: [0, 0, 0, 1])]

    @Test("every opcode of a user without permissions is refused, quiet ones too, and before a login all are")
    func opcodes() {
        for ask in Self.asks {
            let name = "\(BinaryOpcode(rawValue: ask.bytes[1])!)"
            let login = (ask: Ask.plain("|none|pw"), replies: ["saslStart success = Authenticated"])
            converse([login, (ask, ["\(name) \(Self.failed)"])], settings)
            converse([(ask, ["\(name) \(Self.failed)"])], settings, closes: true)
        }
        #expect(door.refusals.withLock { $0.count } > Self.asks.count)
        let client = TestServer(settings).connect()
        #expect(client.ask(.plain("|none|pw"))[0].status == 0)
        #expect(client.ask(Ask(.stat)).allSatisfy { $0.status != 0 })
    }

    @Test("keys are judged, a value that is too large too, and what was refused was skipped")
    func keys() {
        converse(
            [
                (.plain("|reader|px"), ["saslStart \(Self.failed)"]),
                (.plain("|reader|pw"), ["saslStart success = Authenticated"]),
                (Ask(.get, "a"), ["get notFound = Not found"]),
                (Ask(.get, "b"), ["get \(Self.failed)"]),
                (.store(.set, "a", "v"), ["set \(Self.failed)"]),
                (.store(.set, "a", String(repeating: "v", count: 4000)), ["set \(Self.failed)"]),
                (Ask(.noop), ["noop success"]),
            ], settings)
        var small = settings
        small.itemSizeMax = 1024
        let server = TestServer(small)
        let all = server.connect()
        #expect(all.ask(.plain("|all|pw"), .store(.set, "a", "old"))[1].status == 0)
        let reader = server.connect()
        let large = Ask.store(.set, "a", String(repeating: "v", count: 2000))
        #expect(reader.ask(.plain("|reader|pw"), large)[1].status == 0x20)
        #expect(reader.ask(Ask(.get, "a"))[0].value == Array("old".utf8))
    }

    @Test("other rules hold from the next request on; a user who is gone is cut off")
    func changes() {
        let server = TestServer(settings)
        let client = server.connect()
        #expect(client.ask(.plain("|all|pw"), Ask(.noop))[1].status == 0)
        door.generation.store(1, ordering: .relaxed)
        #expect(client.ask(Ask(.noop))[0].status == 0)
        door.generation.store(2, ordering: .relaxed)
        door.hasUsers.store(false, ordering: .relaxed)
        #expect(client.ask(Ask(.noop)).isEmpty && client.isClosed)
    }

    @Test("a large value for a key that may not be written leaves what is there, by text too")
    func largeText() {
        var small = settings
        small.itemSizeMax = 1024
        let server = TestServer(small)
        let all = server.connect()
        #expect(all.ask("set x 0 0 6\r\nall pw\r\n") == "STORED\r\n")
        #expect(all.ask("set a 0 0 3\r\nold\r\n") == "STORED\r\n")
        let reader = server.connect()
        #expect(reader.ask("set x 0 0 9\r\nreader pw\r\n") == "STORED\r\n")
        let block = String(repeating: "v", count: 2000)
        let reply = reader.ask("set a 0 0 2000\r\n\(block)\r\nget a\r\n")
        #expect(reply == "CLIENT_ERROR no permission\r\nVALUE a 0 3\r\nold\r\nEND\r\n")
        #expect(reader.ask("get a b\r\n") == "CLIENT_ERROR no permission\r\n")
        #expect(reader.ask("mg YQ== b v\r\n") == "VA 3\r\nold\r\n")
    }
}
