// Random requests of the binary protocol, answered by Duet and by the real memcached.

import Glibc
import Testing

@Suite("The binary protocol beside memcached", .serialized)
struct BinaryStreamTests {
    @Test(
        "binary requests are answered as memcached answers them",
        .enabled(if: Peer.memcached != nil, "apt-get install memcached"))
    func streams() throws {
        let peer = try Peer.quietMemcached()
        let duet = try Duet()
        defer { duet.finish() }
        for seed in 1...UInt64(4) {
            print("binary stream seed \(seed)")
            var drawer = BinaryDrawer(seed: seed)
            let requests = (0..<1000).map { _ in drawer.next() }
            let theirs = try BinarySide(unix: peer.socketPath)
            let ours = try BinarySide(unix: duet.memcachedPath)
            for (index, request) in requests.enumerated() {
                let expected = try theirs.ask(request)
                let reply = try ours.ask(request)
                guard reply != expected else { continue }
                Issue.record(
                    """
                    seed \(seed), request \(index), \(shown(request.bytes(cas: 0))): \(shown(reply)), \
                    memcached \(shown(expected))
                    """)
                return
            }
        }
    }

    @Test("strange requests end as with memcached", .enabled(if: Peer.memcached != nil))
    func strange() throws {
        let peer = try Peer.quietMemcached()
        let duet = try Duet()
        defer { duet.finish() }
        var drawer = Drawer(seed: 1)
        for round in 0..<400 {
            // Any operation but verbosity, with parts that may be wrong. Touches and stat have no value: what memcached
            // makes of it is another request; so it does of an unknown operation's key.
            let operation = UInt8(drawer.pick([drawer.below(0x1B), 0x1C + drawer.below(9), 0x50]))
            let isUnknown = operation == 0x1F || operation == 0x50
            let mayHaveValue = ![0x10, 0x1C, 0x1D, 0x1E, 0x23, 0x24].contains(operation)
            var request = BinaryRequestDraft(operation)
            if !isUnknown { request.key = drawer.pick(["", "k", "key", String(repeating: "k", count: 251)]) }
            if !isUnknown { request.extras = [UInt8](repeating: 0, count: drawer.pick([0, 4, 8, 20, 3])) }
            if mayHaveValue { request.value = [UInt8](repeating: 7, count: drawer.pick([0, 1, 30])) }
            if operation == 0x10 { request.key = "items" + request.key }
            // A flush with a key is refused; memcached's own would take in what the rest of its second brings.
            if operation == 8 || operation == 0x18 { request.key = "k" }
            if drawer.oneIn(10) { request.magic = drawer.pick([0x80, 0x81, 0]) }
            let first = BinaryRequestDraft(0x0A).bytes(cas: 0)
            let pieces = [first + request.bytes(cas: 0)]
            let expected = comparable(try Wire.burst(unix: peer.socketPath, pieces))
            let reply = comparable(try Wire.burst(unix: duet.memcachedPath, pieces))
            // The versions differ, and so do the classes of items.
            guard reply != expected, operation != 0x0B, operation != 0x10 else { continue }
            Issue.record("round \(round), \(request): \(shown(reply)), memcached \(shown(expected))")
            return
        }
    }

    private func comparable(_ replies: [UInt8]) -> [UInt8] { BinarySide.replies(in: replies).flatMap { $0 } }
}

/// A request whose parts need not fit each other.
struct BinaryRequestDraft {
    enum CAS { case none, latest, wrong }

    let operation: UInt8
    var key = ""
    var extras: [UInt8] = []
    var value: [UInt8] = []
    var cas = CAS.none
    var magic: UInt8 = 0x80

    init(_ operation: UInt8) { self.operation = operation }

    func bytes(cas number: UInt64) -> [UInt8] {
        let key = key.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let size = UInt32(extras.count + key.count + value.count)
        return [magic, operation] + Self.big(UInt16(key.count)) + [UInt8(extras.count), 0, 0, 0] + Self.big(size)
            + [1, 2, 3, 4] + Self.big(number) + extras + key + value
    }

    static func big<N: FixedWidthInteger>(_ number: N) -> [UInt8] {
        (0..<N.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> N($0 * 8)) }
    }
}

/// Draws well-formed requests over few keys.
struct BinaryDrawer {
    private var drawer: Drawer
    /// Its own for each seed, so that nothing has to be emptied in between.
    private let keys: [String]

    init(seed: UInt64) {
        drawer = Drawer(seed: seed)
        let names = ["a", "b", "number", "with blank", "\u{0}\u{FF}", String(repeating: "k", count: 249)]
        keys = names.map { "\($0)\(seed % 10)" }
    }

    // Below 2^63: beyond it memcached looks for a minus sign behind the value too.
    private static let values = [
        "v", "0", "10", "-1", "+5", " 12", "00012", "7 x", "99999999999999999999", "9000000000",
    ]

    mutating func next() -> BinaryRequestDraft {
        // No flush: memcached has it cover the whole second.
        let operation = drawer.pick([
            0, 0, 1, 1, 2, 3, 4, 5, 6, 9, 0x0A, 0x0C, 0x0D, 0x0E, 0x0F, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x19, 0x1A,
            0x1C, 0x1D, 0x1E, 0x23, 0x24,
        ])
        var request = BinaryRequestDraft(UInt8(operation))
        if operation == 0x0A { return request }
        request.key = drawer.pick(keys)
        let exptime: UInt32 = drawer.pick([0, 0, 1000, 2_592_000, 2_592_001, .max])
        switch operation {
        case 1, 2, 3, 0x11, 0x12, 0x13:
            let flags: UInt32 = drawer.pick([0, 1, 77, .max])
            request.extras = BinaryRequestDraft.big(flags) + BinaryRequestDraft.big(exptime)
            let isLong = drawer.oneIn(8)
            request.value = isLong ? [UInt8](repeating: 120, count: drawer.pick([1000, 20_000, 70_000])) : value()
        case 0x0E, 0x0F, 0x19, 0x1A: request.value = value()
        case 5, 6, 0x15, 0x16:
            request.extras = BinaryRequestDraft.big(drawer.pick([0, 1, 5, 100, 1 << 40] as [UInt64]))
            request.extras += BinaryRequestDraft.big(drawer.pick([0, 7, 1 << 60] as [UInt64]))
            request.extras += BinaryRequestDraft.big(drawer.pick([0, 1000, .max] as [UInt32]))
        case 0x1C, 0x1D, 0x1E, 0x23, 0x24: request.extras = BinaryRequestDraft.big(exptime)
        default: break
        }
        let hasNumber = [1, 2, 3, 4, 5, 6, 0x0E, 0x0F, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16].contains(operation)
        if hasNumber { request.cas = drawer.pick([.none, .none, .none, .latest, .wrong]) }
        return request
    }

    private mutating func value() -> [UInt8] { bytes(drawer.pick(Self.values)) }
}

/// One server's side of a stream: it knows the CAS numbers that its server gave.
final class BinarySide {
    private let wire: Wire
    private var numbers: [String: UInt64] = [:]

    init(unix path: String) throws { wire = try Wire(unix: path) }

    /// The replies, CAS numbers made alike.
    func ask(_ request: BinaryRequestDraft) throws -> [UInt8] {
        let number: UInt64 =
            switch request.cas {
            case .none: 0
            case .latest: numbers[request.key, default: 0]
            case .wrong: 1 << 40
            }
        var noop = BinaryRequestDraft(0x0A).bytes(cas: 0)
        noop[12] = 9
        var end = noop
        end[0] = 0x81
        let reply = try wire.ask(request.bytes(cas: number), ending: noop, end)
        if reply.count >= 24, reply[16..<24].contains(where: { $0 != 0 }) {
            numbers[request.key] = reply[16..<24].reduce(0) { $0 << 8 | UInt64($1) }
        }
        return Self.replies(in: reply).flatMap { $0 }
    }

    /// Each reply, with 1 in place of its CAS number if it has one.
    static func replies(in bytes: [UInt8]) -> [[UInt8]] {
        var rest = bytes[...]
        var replies: [[UInt8]] = []
        while rest.count >= 24 {
            let size = 24 + rest.dropFirst(8).prefix(4).reduce(0) { $0 << 8 | Int($1) }
            var reply = Array(rest.prefix(size))
            let hasNumber = reply[16..<24].contains { $0 != 0 }
            reply.replaceSubrange(16..<24, with: [0, 0, 0, 0, 0, 0, 0, hasNumber ? 1 : 0])
            replies.append(reply)
            rest = rest.dropFirst(size)
        }
        return replies + (rest.isEmpty ? [] : [Array(rest)])
    }
}
