// Clients with copies of their own, and several workers that change the keys: whatever the order in which things
// happen, no copy stays that is not right.

import Base
import Glibc
import Server
import Synchronization
import Testing

/// A connection whose replies and pushes are taken apart.
private final class Line {
    indirect enum Value: Equatable {
        case text(String)
        case null
        case list([Value])
        case push([Value])

        var text: String? { if case .text(let text) = self { text } else { nil } }
    }

    private let wire: Wire
    private var bytes: [UInt8] = []
    private var place = 0
    /// Hears keys that changed; nil is all of them.
    var onInvalidation: (String?) -> Void = { _ in }

    init(unix path: String) throws { wire = try Wire(unix: path) }

    func send(_ requests: [String]...) throws { try wire.tell(requests.flatMap(RESPSide.request)) }

    /// The next reply; what is heard before it is told of.
    func reply() throws -> Value {
        while true {
            let value = try next()
            if hear(value) { continue }
            return value
        }
    }

    @discardableResult
    func ask(_ request: String...) throws -> Value {
        try wire.tell(RESPSide.request(request))
        return try reply()
    }

    private func hear(_ value: Value) -> Bool {
        let payload: Value
        switch value {
        case .push(let parts) where parts.first == .text("invalidate"): payload = parts[1]
        case .list(let parts) where parts.count == 3 && parts[0] == .text("message"): payload = parts[2]
        case .push, .text, .null, .list: return false
        }
        guard case .list(let keys) = payload else {
            onInvalidation(nil)
            return true
        }
        for case .text(let key) in keys { onInvalidation(key) }
        return true
    }

    private func next() throws -> Value {
        let line = try line()
        let count = Int(line.dropFirst()) ?? 0
        switch line.first {
        case "$":
            if count < 0 { return .null }
            while bytes.count - place < count + 2 { try readMore() }
            let text = String(decoding: bytes[place..<place + count], as: UTF8.self)
            place += count + 2
            return .text(text)
        case "*", "~": return count < 0 ? .null : .list(try (0..<count).map { _ in try next() })
        case ">": return .push(try (0..<count).map { _ in try next() })
        case "%": return .list(try (0..<count * 2).map { _ in try next() })
        case "_": return .null
        default: return .text(line)
        }
    }

    private func line() throws -> String {
        while true {
            if let end = bytes[place...].firstIndex(of: 10) {
                let line = String(decoding: bytes[place..<end - 1], as: UTF8.self)
                place = end + 1
                return line
            }
            try readMore()
        }
    }

    private func readMore() throws {
        bytes.removeFirst(place)
        place = 0
        bytes += try wire.read()
    }
}

/// A client with copies of what it read.
private final class Holder: @unchecked Sendable {
    // Sendable: one thread at a time uses it.
    enum Mode: CaseIterable { case plain, noLoop, optIn, broadcast, redirected, redirectedByMessage }

    let mode: Mode
    private let line: Line
    private let listener: Line?
    private(set) var copies: [String: String?] = [:]
    /// Asked for, and not answered yet.
    private var underWay: Set<String> = []
    private(set) var hits = 0

    init(_ mode: Mode, unix path: String) throws {
        self.mode = mode
        line = try Line(unix: path)
        try line.ask("HELLO", "3")
        switch mode {
        case .plain:
            listener = nil
            try line.ask("CLIENT", "TRACKING", "ON")
        case .noLoop:
            listener = nil
            try line.ask("CLIENT", "TRACKING", "ON", "NOLOOP")
        case .optIn:
            listener = nil
            try line.ask("CLIENT", "TRACKING", "ON", "OPTIN")
        case .broadcast:
            listener = nil
            try line.ask("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "key:")
        case .redirected, .redirectedByMessage:
            let listener = try Line(unix: path)
            if mode == .redirected { try listener.ask("HELLO", "3") }
            guard case .text(let id) = try listener.ask("CLIENT", "ID") else { fatalError("no id") }
            if mode == .redirectedByMessage { try listener.ask("SUBSCRIBE", "__redis__:invalidate") }
            try line.ask("CLIENT", "TRACKING", "ON", "REDIRECT", String(id.dropFirst()))
            self.listener = listener
        }
        for heard in [line, listener].compactMap({ $0 }) {
            heard.onInvalidation = { [unowned self] key in
                if let key {
                    copies[key] = nil
                    underWay.remove(key)
                } else {
                    copies = [:]
                    underWay = []
                }
            }
        }
    }

    /// Has `key` from its copies, or asks for it.
    func read(_ key: String, _ drawer: inout Drawer) throws {
        if copies[key] != nil {
            hits += 1
            return
        }
        underWay.insert(key)
        let value: Line.Value
        if mode == .optIn {
            try line.send(["CLIENT", "CACHING", "YES"], ["GET", key])
            _ = try line.reply()
            value = try line.reply()
        } else if drawer.oneIn(4) {
            try line.send(["MULTI"], ["GET", key], ["PING"], ["EXEC"])
            for _ in 0..<3 { _ = try line.reply() }
            guard case .list(let parts) = try line.reply() else { fatalError("no transaction") }
            value = parts[0]
        } else if drawer.oneIn(4) {
            value = try line.ask("EVAL", "return redis.call('get', KEYS[1]) or nil", "1", key)
        } else {
            value = try line.ask("GET", key)
        }
        guard underWay.remove(key) != nil else { return }
        if case .text(let text) = value { copies[key] = .some(text) } else { copies[key] = .some(nil) }
    }

    /// Changes a key itself; its copy of it is not looked at any more.
    func write(_ key: String, _ value: String) throws {
        try line.ask("SET", key, value)
        copies[key] = nil
    }

    /// Hears what has come.
    func listen() throws {
        try line.ask("PING")
        try listener?.ask("PING")
    }
}

@Suite("Copies that tracked clients have", .serialized)
struct TrackedCopiesTests {
    private static let keyCount = 48

    private static func key(_ drawer: inout Drawer) -> String { "key:\(drawer.below(keyCount))" }

    private static func change(_ line: Line, _ text: String, _ drawer: inout Drawer) throws {
        let key = key(&drawer)
        switch drawer.below(8) {
        case 0: try line.ask("DEL", key)
        case 1: try line.ask("SET", key, text, "PX", "\(1 + drawer.below(20))")
        case 2:
            try line.send(["MULTI"], ["SET", key, text], ["GET", key], ["EXEC"])
            for _ in 0..<4 { _ = try line.reply() }
        case 3: try line.ask("EVAL", "return redis.call('set', KEYS[1], ARGV[1])", "1", key, text)
        case 4: try line.ask("MSET", key, text, Self.key(&drawer), text + "m")
        case 5: try line.ask("RENAME", key, Self.key(&drawer))
        default: try line.ask("SET", key, text)
        }
    }

    private static func run(_ rounds: Int, trackedKeysMax: Int, seed: UInt64) throws {
        let duet = try Duet {
            $0.workerCount = 4
            $0.trackedKeysMax = trackedKeysMax
        }
        defer { duet.finish() }
        let paths = (resp: duet.respPath, memcached: duet.memcachedPath)
        let holders = try (0..<12).map { try Holder(Holder.Mode.allCases[$0 % 6], unix: paths.resp) }
        let failures = Mutex<[String]>([])
        func thread(_ body: @escaping @Sendable () throws -> Void) throws -> Thread {
            try Thread(name: "client") {
                do { try body() } catch { failures.withLock { $0.append("\(error)") } }
            }
        }
        for round in 0..<rounds {
            var threads: [Thread] = []
            for (index, holder) in holders.enumerated() {
                threads.append(
                    try thread {
                        var drawer = Drawer(seed: seed &+ UInt64(round * 100 + index))
                        for step in 0..<300 {
                            try holder.read(key(&drawer), &drawer)
                            if drawer.oneIn(20) { try holder.write(key(&drawer), "h\(round).\(index).\(step)") }
                            if drawer.oneIn(10) { try holder.listen() }
                        }
                    })
            }
            for writer in 0..<3 {
                threads.append(
                    try thread {
                        var drawer = Drawer(seed: seed &+ UInt64(round * 100 + 50 + writer))
                        let line = try Line(unix: paths.resp)
                        for step in 0..<300 { try change(line, "w\(round).\(writer).\(step)", &drawer) }
                        if writer == 0 && round == rounds / 2 { try line.ask("FLUSHALL") }
                    })
            }
            threads.append(
                try thread {
                    var drawer = Drawer(seed: seed &+ UInt64(round * 100 + 70))
                    let wire = try Wire(unix: paths.memcached)
                    for step in 0..<300 {
                        let value = "m\(round).\(step)"
                        let key = key(&drawer)
                        let line = drawer.oneIn(4)
                            ? "delete \(key)\r\n" : "set \(key) 0 0 \(value.utf8.count)\r\n\(value)\r\n"
                        _ = try wire.ask(bytes(line), ending: "mn\r\n", "MN\r\n")
                    }
                })
            for thread in threads { thread.join() }
            #expect(failures.withLock { $0 } == [])
            // What runs out meanwhile is told of, too: in the end nothing changes any more.
            let reader = try Line(unix: paths.resp)
            var wrong: [String] = []
            let isRight = waitUntil {
                wrong = []
                for holder in holders { try? holder.listen() }
                for holder in holders {
                    for (key, copy) in holder.copies {
                        let value = (try? reader.ask("GET", key))?.text
                        if value == copy { continue }
                        wrong.append("\(holder.mode) \(key): \(copy ?? "nothing"), not \(value ?? "nothing")")
                    }
                }
                return wrong.isEmpty
            }
            #expect(isRight, "round \(round): \(wrong)")
            if !isRight { return }
        }
        #expect(holders.allSatisfy { $0.hits > 0 })
    }

    @Test("all copies are right when nothing changes any more, whoever changed what")
    func converging() throws { try Self.run(8, trackedKeysMax: 1_000_000, seed: 1) }

    @Test("the same while the table is too small for all keys")
    func smallTable() throws { try Self.run(4, trackedKeysMax: 8, seed: 2) }
}
