// A client that does random things to keys of its own through both doors, and judges each answer.

import Base
import Glibc

final class CutoverClient {
    private let memcached: Wire
    private let resp: RESPSide
    private var random: SplitMix64
    private let prefix: String
    var model: CutoverModel
    /// The old server may have been out of reach since the beginning.
    var mayFail = false
    private(set) var faults: [String] = []
    private var serial = 0

    init(_ duet: Duet, prefix: String, _ keys: [TakenKey], seed: UInt64) throws {
        memcached = try Wire(unix: duet.memcachedPath)
        resp = try RESPSide(unix: duet.respPath)
        random = SplitMix64(seed: seed)
        self.prefix = prefix
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

    private func judge(_ what: String, _ index: Int, _ reply: String, isOneOf replies: [String]) {
        judge(what, index, replies.contains(reply) ? nil : "the answer \(reply.debugDescription)")
    }

    /// The values of a get's reply, by key. An error among them is nobody's miss.
    private func values(_ reply: String) -> [String: (value: String, cas: String?)] {
        var found: [String: (value: String, cas: String?)] = [:]
        let lines = reply.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        var place = 0
        while place + 1 < lines.count, lines[place].hasPrefix("VALUE ") {
            let words = lines[place].split(separator: " ")
            found[String(words[1])] = (String(lines[place + 1]), words.count > 4 ? String(words[4]) : nil)
            place += 2
        }
        if Array(lines[place...]) != ["END", ""] { note("get: the answer \(reply.debugDescription)") }
        return found
    }

    /// Takes the value of a meta get, or of a GET, from the front of what came.
    private func takeValue(_ reply: inout Substring) -> String? {
        let line = String(reply.prefix { $0 != "\r\n" })
        reply = reply.dropFirst(line.count + 1)
        if line == "EN" || line == "$-1" { return nil }
        guard line.hasPrefix("VA ") || line.hasPrefix("$") else {
            note("read: the answer \(line)")
            return nil
        }
        let value = String(reply.prefix { $0 != "\r\n" })
        reply = reply.dropFirst(value.count + 1)
        return value
    }

    private func value(_ reply: String) -> String? {
        var rest = reply[...]
        defer { if !rest.isEmpty { note("read: the answer \(reply.debugDescription)") } }
        return takeValue(&rest)
    }

    func step() throws {
        let index = draw()
        switch random.next() % 24 {
        case 0...4: try read(index)
        case 5: try readMany()
        case 6...8: try overwrite(index)
        case 9, 10: try delete(index)
        case 11: try add(index)
        case 12: try append(index)
        case 13, 14: try increment(index)
        case 15, 16: try compareAndSwap(index)
        case 17, 18: try expireSoon(index)
        case 19: try rename(index, to: draw())
        case 20: try transact(index)
        case 21: try pipelineOfKeys()
        default: try pipeline(index)
        }
    }

    private func draw() -> Int { Int(random.next() % UInt64(model.keys.count)) }

    func readAll() throws { for index in model.keys.indices { try read(index) } }

    private func read(_ index: Int) throws {
        let from = Self.clock()
        let found =
            switch random.next() % 3 {
            case 0: values(try text("get \(name(index))\r\n"))[name(index)]?.value
            case 1: value(try text("mg \(name(index)) v\r\n"))
            default: value(try command("GET", name(index)))
            }
        judge("read", index, model.read(index, found, from: from, to: Self.clock(), mayFail: mayFail))
    }

    private func readMany() throws {
        let indices = Set((0..<8).map { _ in draw() })
        let from = Self.clock()
        let found = values(try text("gets \(indices.map(name).joined(separator: " "))\r\n"))
        for index in indices { take("gets", index, found[name(index)], from: from) }
    }

    private func take(_ what: String, _ index: Int, _ found: (value: String, cas: String?)?, from: Double) {
        judge(what, index, model.read(index, found?.value, from: from, to: Self.clock(), mayFail: mayFail))
        judge(what, index, model.judge(token: found?.cas, of: index))
        model.keys[index].token = found?.cas
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
        let key = name(index)
        let found: Bool
        switch random.next() % 4 {
        case 0:
            let reply = try text("delete \(key)\r\n")
            judge("delete", index, reply, isOneOf: ["DELETED\r\n", "NOT_FOUND\r\n"])
            found = reply == "DELETED\r\n"
        case 1:
            let reply = try text("md \(key)\r\n")
            judge("md", index, reply, isOneOf: ["HD\r\n", "NF\r\n"])
            found = reply == "HD\r\n"
        case 2:
            let reply = try command("DEL", key)
            judge("DEL", index, reply, isOneOf: [":0\r\n", ":1\r\n"])
            found = reply == ":1\r\n"
        default: found = value(try command("GETDEL", key)) != nil
        }
        if let met, model.met(index, at: Self.clock()) == met {
            let isRight = found == (met != nil) || (undecided && mayFail && !found)
            judge("delete", index, isRight ? nil : "\(found) with \(met ?? "nothing")")
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
        judge("add", index, reply, isOneOf: ["STORED\r\n", "NOT_STORED\r\n", "+OK\r\n", "$-1\r\n"])
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
        let isRESP = random.next() % 2 == 0
        let reply = try isRESP ? command("INCRBY", name(index), "3") : text("incr \(name(index)) 3\r\n")
        // In RESP nothing counts as 0, and a number as one that has come.
        let failure = isRESP ? ":3\r\n" : "NOT_FOUND\r\n"
        let problem = "\(reply.debugDescription) with \(met ?? "nothing")"
        if let met, let number = UInt64(met) {
            if reply == (isRESP ? ":\(number + 3)\r\n" : "\(number + 3)\r\n") {
                return model.written(index, "\(number + 3)")
            }
            judge("incr", index, reply == failure && undecided && mayFail ? nil : problem)
            if isRESP { model.written(index, "3") }
        } else if met == nil {
            judge("incr", index, reply == failure ? nil : problem)
            if isRESP { model.written(index, "3") }
        } else if reply == failure && undecided && mayFail {
            if isRESP { model.written(index, "3") }
        } else {
            let isRefused = reply.hasPrefix(isRESP ? "-ERR value is not an integer" : "CLIENT_ERROR cannot increment")
            judge("incr", index, isRefused ? nil : problem)
        }
    }

    /// With the number of the last gets, of which may be true by now what it was given for, or not.
    private func compareAndSwap(_ index: Int) throws {
        let from = Self.clock()
        let stale = model.keys[index].token
        let before = values(try text("gets \(name(index))\r\n"))[name(index)]
        take("gets", index, before, from: from)
        let isStale = random.next() % 2 == 0
        guard let token = isStale ? stale : before?.cas else { return }
        let value = newValue()
        let reply = try text("cas \(name(index)) 0 0 \(value.utf8.count) \(token)\r\n\(value)\r\n")
        judge("cas", index, reply, isOneOf: ["STORED\r\n", "EXISTS\r\n", "NOT_FOUND\r\n"])
        if reply == "STORED\r\n" {
            // What did not come for the gets may have come for this.
            let isLate = before == nil && mayFail && model.isUndecided(index) && token == model.keys[index].oldToken
            judge("cas", index, token == before?.cas || isLate ? nil : "stored over another version")
            model.written(index, value)
        } else if token == before?.cas && model.keys[index].gone == nil {
            judge("cas", index, "\(reply) with the right number")
        }
    }

    /// A time, after which it is gone for ever.
    private func expireSoon(_ index: Int) throws {
        let value = newValue()
        let from = Self.clock()
        let seconds: Double
        if random.next() % 4 == 0 {
            seconds = 1
            let reply = try text("set \(name(index)) 0 1 \(value.utf8.count)\r\n\(value)\r\n")
            judge("set", index, reply, isOneOf: ["STORED\r\n"])
        } else {
            seconds = 0.1
            judge("SET PX", index, try command("SET", name(index), value, "PX", "100"), isOneOf: ["+OK\r\n"])
        }
        model.written(index, value)
        model.keys[index].sure = from + seconds * 0.9
        model.keys[index].gone = Self.clock() + seconds + 0.05
    }

    /// What had a key goes to another one, and does not come back.
    private func rename(_ index: Int, to other: Int) throws {
        guard index != other, model.keys[index].gone == nil else { return }
        guard let met = model.met(index, at: Self.clock()) else { return }
        let undecided = model.isUndecided(index)
        let reply = try command("RENAME", name(index), name(other))
        if let met, reply == "+OK\r\n" {
            model.written(other, met)
            // Its number goes with it.
            model.keys[other].oldToken = nil
        } else {
            let isRight = reply == "-ERR no such key\r\n" && (met == nil || undecided && mayFail)
            judge("RENAME", index, isRight ? nil : "\(reply.debugDescription) with \(met ?? "nothing")")
            // A write that went by its absence.
            if model.isUndecided(other) && mayFail { model.keys[other].mayBeLost = true }
        }
        model.removed(index)
    }

    private func transact(_ index: Int) throws {
        let from = Self.clock()
        let key = name(index)
        let requests = [["MULTI"], ["GET", key], ["DEL", key], ["GET", key], ["EXEC"]]
        let reply = String(decoding: try resp.ask(together: requests), as: UTF8.self)
        let queued = "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n"
        guard reply.hasPrefix(queued) else { return judge("MULTI", index, "the answer \(reply.debugDescription)") }
        var rest = reply.dropFirst(queued.count)
        let found = takeValue(&rest)
        judge("MULTI", index, model.read(index, found, from: from, to: Self.clock(), mayFail: mayFail))
        judge("MULTI", index, String(rest), isOneOf: [found == nil ? ":0\r\n$-1\r\n" : ":1\r\n$-1\r\n"])
        model.removed(index)
    }

    /// Several requests at once on several keys: each waits for its own.
    private func pipelineOfKeys() throws {
        let (first, second, third) = (draw(), draw(), draw())
        guard first != second, second != third, first != third else { return }
        let from = Self.clock()
        var rest: Substring
        let isRESP = random.next() % 2 == 0
        if isRESP {
            let requests = [["GET", name(first)], ["DEL", name(second)], ["GET", name(second)], ["GET", name(third)]]
            rest = String(decoding: try resp.ask(together: requests), as: UTF8.self)[...]
        } else {
            let (one, two, three) = (name(first), name(second), name(third))
            let requests = ["mg \(one) v", "md \(two) q", "mg \(two) v", "mg \(three) v"]
            rest = try text(requests.joined(separator: "\r\n") + "\r\n")[...]
        }
        let whole = rest.debugDescription
        let found = takeValue(&rest)
        if isRESP {
            if rest.hasPrefix(":0\r\n") || rest.hasPrefix(":1\r\n") { rest = rest.dropFirst(3) }
        } else if rest.hasPrefix("NF\r\n") {
            rest = rest.dropFirst(3)
        }
        let (deleted, last) = (takeValue(&rest), takeValue(&rest))
        let now = Self.clock()
        judge("pipeline", first, model.read(first, found, from: from, to: now, mayFail: mayFail))
        judge("pipeline", third, model.read(third, last, from: from, to: now, mayFail: mayFail))
        judge("pipeline", second, deleted == nil && rest.isEmpty ? nil : "the answer \(whole)")
        model.removed(second)
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
