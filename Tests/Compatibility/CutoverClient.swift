// A client that does random things to keys of its own through both doors, and judges each answer.

import Base
import Glibc

final class CutoverClient {
    private let memcached: Wire
    private let resp: RESPSide
    private var random: SplitMix64
    private let prefix: String
    private let isRedis: Bool
    var model: CutoverModel
    /// The old server may have been out of reach since the beginning.
    var mayFail = false
    private(set) var faults: [String] = []
    private var serial = 0

    init(_ duet: Duet, prefix: String, _ keys: [TakenKey], isRedis: Bool, seed: UInt64) throws {
        memcached = try Wire(unix: duet.memcachedPath)
        resp = try RESPSide(unix: duet.respPath)
        random = SplitMix64(seed: seed)
        self.prefix = prefix
        self.isRedis = isRedis
        model = CutoverModel(keys)
    }

    static func clock() -> Double { Double(monotonicNanoseconds()) / 1e9 }

    private func text(_ request: String) throws -> String {
        String(decoding: try memcached.ask(Array(request.utf8), ending: "mn\r\n", "MN\r\n"), as: UTF8.self)
    }

    private func command(_ words: String...) throws -> String { String(decoding: try resp.ask(words), as: UTF8.self) }

    private func name(_ index: Int) -> String { "\(prefix)\(index)" }

    private func judge(_ what: String, _ index: Int, _ problem: String?) {
        guard let problem, faults.count < 20 else { return }
        faults.append("\(what) \(name(index)): \(problem)")
    }

    private func newValue() -> String {
        serial += 1
        return "\(prefix)v\(serial)"
    }

    /// The values of a get's reply, by key.
    private func values(_ reply: String) -> [String: (value: String, cas: String?)] {
        var found: [String: (value: String, cas: String?)] = [:]
        let lines = reply.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        for (place, line) in lines.enumerated() where line.hasPrefix("VALUE ") {
            let words = line.split(separator: " ")
            found[String(words[1])] = (String(lines[place + 1]), words.count > 4 ? String(words[4]) : nil)
        }
        return found
    }

    private func bulk(_ reply: String) -> String? {
        guard reply.hasPrefix("$"), !reply.hasPrefix("$-1") else { return nil }
        let lines = reply.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        return String(lines[1])
    }

    func step() throws {
        let index = Int(random.next() % UInt64(model.keys.count))
        switch random.next() % 20 {
        case 0...4: try read(index)
        case 5: try readMany()
        case 6...8: try overwrite(index)
        case 9, 10: try delete(index)
        case 11: try add(index)
        case 12: try append(index)
        case 13, 14: try increment(index)
        case 15, 16: try compareAndSwap(index)
        case 17: try expireSoon(index)
        default: try pipeline(index)
        }
    }

    func readAll() throws { for index in model.keys.indices { try read(index) } }

    private func read(_ index: Int) throws {
        let from = Self.clock()
        let value: String?
        if random.next() % 2 == 0 {
            value = values(try text("get \(name(index))\r\n"))[name(index)]?.value
        } else {
            value = bulk(try command("GET", name(index)))
        }
        judge("read", index, model.read(index, value, from: from, to: Self.clock(), mayFail: mayFail))
    }

    private func readMany() throws {
        let indices = Set((0..<8).map { _ in Int(random.next() % UInt64(model.keys.count)) })
        let from = Self.clock()
        let found = values(try text("gets \(indices.map(name).joined(separator: " "))\r\n"))
        for index in indices {
            let value = found[name(index)]
            judge("gets", index, model.read(index, value?.value, from: from, to: Self.clock(), mayFail: mayFail))
            model.keys[index].token = value?.cas
        }
    }

    private func overwrite(_ index: Int) throws {
        let value = newValue()
        let reply =
            switch random.next() % 3 {
            case 0: try text("set \(name(index)) 0 0 \(value.utf8.count)\r\n\(value)\r\n")
            case 1: try text("ms \(name(index)) \(value.utf8.count)\r\n\(value)\r\n")
            default: try command("SET", name(index), value)
            }
        judge("set", index, ["STORED\r\n", "HD\r\n", "+OK\r\n"].contains(reply) ? nil : reply)
        model.written(index, value)
    }

    private func delete(_ index: Int) throws {
        let met = model.met(index, at: Self.clock())
        let undecided = model.isUndecided(index)
        let reply = random.next() % 2 == 0 ? try text("delete \(name(index))\r\n") : try command("DEL", name(index))
        let found = ["DELETED\r\n", ":1\r\n"].contains(reply)
        if let met, model.met(index, at: Self.clock()) == met {
            let isRight = found == (met != nil) || (undecided && mayFail && !found)
            judge("delete", index, isRight ? nil : "\(reply) with \(met ?? "nothing")")
        }
        model.removed(index)
    }

    private func add(_ index: Int) throws {
        let met = model.met(index, at: Self.clock())
        let undecided = model.isUndecided(index)
        let value = newValue()
        let reply =
            random.next() % 2 == 0
            ? try text("add \(name(index)) 0 0 \(value.utf8.count)\r\n\(value)\r\n")
            : try command("SET", name(index), value, "NX")
        let stored = ["STORED\r\n", "+OK\r\n"].contains(reply)
        if let met {
            let isRight = stored == (met == nil) || (undecided && mayFail && stored)
            if model.met(index, at: Self.clock()) == .some(met) {
                judge("add", index, isRight ? nil : "\(reply) with \(met ?? "nothing")")
            }
        }
        if stored { model.written(index, value) } else if undecided, let old = model.keys[index].old {
            model.keys[index].state = .present(old)
        }
    }

    private func append(_ index: Int) throws {
        guard let met = model.met(index, at: Self.clock()), model.keys[index].gone == nil else { return }
        let undecided = model.isUndecided(index)
        let reply = try text("append \(name(index)) 0 0 1\r\n+\r\n")
        if reply == "STORED\r\n", let met {
            model.written(index, met + "+")
        } else {
            let isRight = reply == "NOT_STORED\r\n" && (met == nil || undecided && mayFail)
            judge("append", index, isRight ? nil : "\(reply) with \(met ?? "nothing")")
        }
    }

    private func increment(_ index: Int) throws {
        guard let met = model.met(index, at: Self.clock()), model.keys[index].gone == nil else { return }
        let undecided = model.isUndecided(index)
        let reply = try text("incr \(name(index)) 3\r\n")
        if let met, let number = UInt64(met) {
            if reply == "\(number + 3)\r\n" { return model.written(index, "\(number + 3)") }
            judge("incr", index, reply == "NOT_FOUND\r\n" && undecided && mayFail ? nil : "\(reply) with \(met)")
        } else if met == nil {
            judge("incr", index, reply == "NOT_FOUND\r\n" ? nil : "\(reply) with nothing")
        }
    }

    /// With the number of the last gets, of which may be true by now what it was given for, or not.
    private func compareAndSwap(_ index: Int) throws {
        let from = Self.clock()
        let before = values(try text("gets \(name(index))\r\n"))[name(index)]
        judge("gets", index, model.read(index, before?.value, from: from, to: Self.clock(), mayFail: mayFail))
        let stale = model.keys[index].token
        model.keys[index].token = before?.cas
        let isStale = random.next() % 2 == 0
        guard let token = isStale ? stale : before?.cas else { return }
        let value = newValue()
        let reply = try text("cas \(name(index)) 0 0 \(value.utf8.count) \(token)\r\n\(value)\r\n")
        if reply == "STORED\r\n" {
            judge("cas", index, token == before?.cas ? nil : "stored over another version")
            model.written(index, value)
        } else if token == before?.cas && model.keys[index].gone == nil {
            judge("cas", index, "\(reply) with the right number")
        }
    }

    /// A second, after which it is gone for ever.
    private func expireSoon(_ index: Int) throws {
        let value = newValue()
        let from = Self.clock()
        if random.next() % 2 == 0 {
            _ = try text("set \(name(index)) 0 1 \(value.utf8.count)\r\n\(value)\r\n")
        } else {
            _ = try command("SET", name(index), value, "PX", "1000")
        }
        model.written(index, value)
        model.keys[index].sure = from + 0.9
        model.keys[index].gone = Self.clock() + 1.05
    }

    /// Several requests at once on one key: their order counts.
    private func pipeline(_ index: Int) throws {
        let value = newValue()
        let key = name(index)
        let set = "set \(key) 0 0 \(value.utf8.count)\r\n\(value)\r\n"
        let reply: String
        if random.next() % 2 == 0 {
            reply = try text("\(set)delete \(key)\r\nget \(key)\r\n")
            judge("pipeline", index, reply == "STORED\r\nDELETED\r\nEND\r\n" ? nil : reply)
            model.removed(index)
        } else {
            reply = try text("delete \(key) noreply\r\nget \(key)\r\n\(set)get \(key)\r\n")
            let shown = "END\r\nSTORED\r\nVALUE \(key) 0 \(value.utf8.count)\r\n\(value)\r\nEND\r\n"
            judge("pipeline", index, reply == shown ? nil : reply)
            model.written(index, value)
        }
    }

    func note(_ fault: String) { faults.append(fault) }
}
