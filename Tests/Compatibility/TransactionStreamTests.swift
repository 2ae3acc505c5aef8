// Random transactions of one client while another changes keys, answered by Duet and by redis-server, byte for byte.

import Glibc
import Testing

/// Requests that one of two clients sends at once. All transactions end within their block.
struct TransactionBlock {
    var isOther = false
    var requests: [[String]]
}

struct TransactionDrawer {
    private var drawer: Drawer
    private var requests: RESPDrawer

    init(seed: UInt64, start: Int) {
        drawer = Drawer(seed: seed)
        requests = RESPDrawer(seed: seed, start: start)
    }

    private mutating func keys() -> [String] { (0...drawer.below(3)).map { _ in "k\(drawer.below(4))" } }

    mutating func next() -> TransactionBlock {
        switch drawer.below(8) {
        case 0, 1: return TransactionBlock(requests: [["WATCH"] + keys()])
        case 2, 3: return TransactionBlock(isOther: true, requests: [requests.next()])
        case 4:
            return TransactionBlock(isOther: true, requests: [drawer.pick([
                ["FLUSHDB"], ["SWAPDB", "0", "1"], ["DEL", "k0"], ["EXPIRE", "k1", "0"], ["RENAME", "k0", "k1"],
                ["MOVE", "k2", "1"], ["SELECT", "1"], ["SELECT", "0"], ["COPY", "k3", "k2", "REPLACE"], ["RESET"],
            ])])
        case 5:
            return TransactionBlock(requests: [drawer.pick([
                ["UNWATCH"], ["EXEC"], ["DISCARD"], ["SELECT", "1"], ["SELECT", "0"], ["EXEC", "x"], ["SET", "k0", "v"],
                ["RESET"],
            ])])
        default:
            // An error when it comes spoils all, so most are drawn among commands that are right.
            var block = [["MULTI"]]
            for _ in 0..<drawer.below(6) {
                let simple = [drawer.word("GET", "INCR", "TTL", "TYPE"), "k\(drawer.below(4))"]
                block.append(drawer.oneIn(3) ? requests.next() : simple)
                if drawer.oneIn(6) { block.append(requests.waiting()) }
                if drawer.oneIn(4) { block.append(["MSET", "k0", "1", "k\(drawer.below(4))", "2"]) }
                if drawer.oneIn(20) {
                    block.append(drawer.pick([["MULTI"], ["WATCH", "k0"], ["UNWATCH"], ["SELECT", "1"]]))
                }
            }
            block.append(drawer.pick([["EXEC"], ["EXEC"], ["EXEC"], ["EXEC"], ["DISCARD"], ["RESET"]]))
            return TransactionBlock(requests: block)
        }
    }
}

@Suite("Transactions beside redis-server", .serialized)
struct TransactionStreamTests {
    /// Two clients of one server.
    private struct Pair {
        let clients: [RESPSide]

        init(unix path: String) throws { clients = [try RESPSide(unix: path), try RESPSide(unix: path)] }

        func reset(_ version: Int) throws { for client in clients { try client.reset(version) } }

        func ask(_ block: TransactionBlock) throws -> [UInt8] {
            try clients[block.isOther ? 1 : 0].ask(together: block.requests)
        }
    }

    @Test(
        "transactions and watched keys are answered as redis-server answers them", .enabled(if: Peer.redis != nil),
        arguments: [2, 3])
    func streams(_ version: Int) throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let theirs = try Pair(unix: peer.socketPath)
        let ours = try Pair(unix: duet.respPath)
        func difference(_ blocks: [TransactionBlock]) throws -> String? {
            try theirs.reset(version)
            try ours.reset(version)
            for block in blocks {
                let expected = try theirs.ask(block)
                let reply = try ours.ask(block)
                if !RESPDrawer.agree(block.requests, reply, expected) {
                    return "\(shown(reply)), redis-server \(shown(expected))"
                }
            }
            return nil
        }
        for seed: UInt64 in 1...4 {
            print("RESP\(version) transactions seed \(seed)")
            var drawer = TransactionDrawer(seed: seed, start: Glibc.time(nil))
            let blocks = (0..<1000).map { _ in drawer.next() }
            guard let message = try difference(blocks) else { continue }
            let few = try shrunk(blocks) { try difference($0) != nil }
            let told = few.map { block in
                let words = block.requests.map { $0.map { String($0.prefix(60)) } }
                return "\(block.isOther ? "other " : "")\(words)"
            }
            Issue.record("seed \(seed): \(try difference(few) ?? message) after \(told)")
            return
        }
    }
}
