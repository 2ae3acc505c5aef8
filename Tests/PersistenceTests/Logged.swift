// An engine with a log, for tests.

import Base
import Engine
import Glibc
import Synchronization
import Testing

@testable import Persistence

/// Does what these tests write and the log does not do by itself.
struct TestReplay: LogReplay {
    var engine: EngineHandle
    var others: [String] = []

    init(_ engine: Engine) {
        self.engine = engine.makeHandle()
        self.engine.isReplaying = true
        self.engine.now = Milliseconds.readClock()
    }

    mutating func perform(_ command: RawSpan) -> ReplayOutcome {
        let words = String(decoding: command.copiedBytes(), as: UTF8.self).split(separator: "\r\n")
        switch words[2] {
        case "SELECT", "select": return .done
        case "DEL":
            _ = engine.delete(engine.key(Array(words[4].utf8).span.rawBytes, in: .first))
            return .done
        default: return .unknown
        }
    }
}

/// An engine with a log, and a client that counts up over some keys.
final class Logged: Sendable {
    static let keyCount = 50
    let engine: Engine
    let log: AppendLog
    /// How far replies may leave.
    private let place = Place()

    final class Place: Sendable { let value = Atomic<UInt64>(0) }

    var released: UInt64 { place.value.load(ordering: .sequentiallyConsistent) }

    init(_ folder: String, _ disk: any Disk, _ change: (inout LogSettings) -> Void = { _ in }) {
        var options = EngineOptions()
        options.shardCount = 4
        engine = Engine(options)
        let notes = PersistenceLog(notice: { _ in }, warning: { _ in })
        var settings = LogSettings()
        settings.folder = folder
        settings.policy = .always
        settings.rewritePercentage = 0
        change(&settings)
        var snapshot = SnapshotSettings()
        snapshot.folder = folder
        let snapshots = Snapshots(engine, snapshot, log: notes, disk: disk)
        let place = place
        log = AppendLog(engine, settings, snapshots, log: notes, disk: disk) {
            place.value.store($0, ordering: .sequentiallyConsistent)
        }
    }

    /// With its log on from the start.
    static func turnedOn(
        _ folder: String, _ disk: any Disk, _ change: (inout LogSettings) -> Void = { _ in }
    ) -> Logged {
        let logged = Logged(folder, disk, change)
        #expect(logged.log.turnOn(atOnce: true) == nil)
        return logged
    }

    /// Stores `number` at its key, with flags, in one unit with another key's.
    /// - Returns: what its reply would wait for.
    func store(_ number: Int, _ handle: inout EngineHandle) -> UInt64 {
        func key(_ number: Int) -> [UInt8] { Array("key:\(number % Self.keyCount)".utf8) }
        let value = Array(String(number).utf8)
        let name = key(number)
        let twin = Array("twin".utf8)
        var options = StoreOptions()
        options.flags = UInt32(number & 0xFF)
        let place = handle.key(name.span.rawBytes, in: .first)
        let other = handle.key(twin.span.rawBytes, in: .first)
        var shards = ShardSet()
        handle.insert(place.hash, into: &shards)
        handle.insert(other.hash, into: &shards)
        handle.section(shards) { handle in
            _ = handle.store(place, value.span.rawBytes, options)
            _ = handle.store(other, value.span.rawBytes, options)
        }
        return handle.takeJournalPlace()
    }

    func value(_ key: String, _ handle: inout EngineHandle) -> Int {
        var found = 0
        _ = handle.get(handle.key(Array(key.utf8).span.rawBytes, in: .first)) { item in
            found = Int(String(decoding: item.value.copiedBytes(), as: UTF8.self)) ?? -1
        }
        return found
    }

    func load() throws -> Bool {
        var replay = TestReplay(engine)
        return try log.load(&replay)
    }

    /// What is there is what counting up to some number leaves.
    /// - Returns: that number.
    func check() -> Int {
        var handle = engine.makeHandle()
        handle.now = Milliseconds.readClock()
        let last = value("twin", &handle)
        for number in max(1, last - Self.keyCount + 1)...max(1, last) where last > 0 {
            let found = value("key:\(number % Self.keyCount)", &handle)
            #expect(found == number, "after \(last)")
        }
        #expect(handle.itemCount(in: .first) == (last > 0 ? min(last, Self.keyCount) + 1 : 0), "after \(last)")
        return last
    }

    func wait(_ condition: () -> Bool) -> Bool {
        for _ in 0..<2000 {
            if condition() { return true }
            System.sleep(milliseconds: 5)
        }
        return false
    }
}

/// Of the log of a test.
func logFolder(_ folder: Folder) -> String { folder.path + "/appendonlydir" }

/// Removes the log of a test, and its folder.
func clear(_ folder: Folder) {
    for file in Files.matching(logFolder(folder) + "/*") where !file.hasSuffix("*") { unsafe _ = unlink(file) }
    unsafe _ = rmdir(logFolder(folder))
}
