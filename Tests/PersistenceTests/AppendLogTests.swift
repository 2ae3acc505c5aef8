// The append log and its disk: power that fails, disks that are full or sick, ends that are cut anywhere.

import Base
import Engine
import Glibc
import Synchronization
import Testing

@testable import Persistence

/// Does what these tests write and the log does not do by itself.
private struct TestReplay: LogReplay {
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
        case "SELECT": return .done
        case "DEL":
            _ = engine.delete(engine.key(Array(words[4].utf8).span.rawBytes, in: .first))
            return .done
        default: return .unknown
        }
    }
}

/// An engine with a log, and a client that counts up over some keys.
private final class Logged: Sendable {
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

private func logFolder(_ folder: Folder) -> String { folder.path + "/appendonlydir" }

private func clear(_ folder: Folder) {
    for file in Files.matching(logFolder(folder) + "/*") where !file.hasSuffix("*") { unsafe _ = unlink(file) }
    unsafe _ = rmdir(logFolder(folder))
}

@Suite("The append log and its disk")
struct AppendLogTests {
    @Test("whenever the power fails, what was released under always is there, and all of it up to some moment")
    func power() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("power seed \(seed)")
        var random = SplitMix64(seed: seed)
        var reached = 0
        for _ in 1...40 {
            let disk = PowerDisk()
            let subject = Logged("/none", disk)
            #expect(subject.log.turnOn(atOnce: true) == nil)
            let stopAt = 1 + random.next(below: 400)
            let rewritesAt = random.next(below: 400)
            var handle = subject.engine.makeHandle()
            handle.now = Milliseconds.readClock()
            var places: [UInt64] = []
            for number in 1...stopAt {
                places.append(subject.store(number, &handle))
                if number == rewritesAt { _ = subject.log.rewrite() }
                if random.next(below: 20) == 0 { System.sleep(milliseconds: 1) }
                if random.next(below: 100) == 0 {
                    let last = places.last!
                    #expect(subject.wait { subject.released >= last })
                }
            }
            let released = subject.released
            let acknowledged = places.lastIndex { $0 != 0 && $0 <= released }.map { $0 + 1 } ?? 0
            let left = disk.fail(&random)
            subject.log.close()

            let folder = Folder()
            defer { clear(folder) }
            try SystemDisk().makeFolder(logFolder(folder))
            for (name, bytes) in left { try folder.write(bytes, to: "appendonlydir/" + name) }
            let next = Logged(folder.path, SystemDisk())
            let isThere = try next.load()
            #expect(isThere || acknowledged == 0)
            let last = next.check()
            #expect(last >= acknowledged && last <= stopAt, "\(last), of \(acknowledged) to \(stopAt)")
            reached = max(reached, acknowledged)
            next.log.close()
        }
        #expect(reached > 10)
    }

    @Test("on a full disk nothing is released, and when there is room again all goes on")
    func fullDisk() throws {
        let folder = Folder()
        defer { clear(folder) }
        let disk = FaultyDisk(nil)
        let subject = Logged(folder.path, disk)
        #expect(subject.log.turnOn(atOnce: true) == nil)
        var handle = subject.engine.makeHandle()
        let first = subject.store(1, &handle)
        #expect(subject.wait { subject.released >= first })
        disk.begin(.write(afterBytes: 100))
        let second = subject.store(2, &handle)
        #expect(subject.wait { subject.log.isFailing })
        #expect(subject.released < second)
        #expect(subject.log.status.trouble != nil)
        disk.recover()
        #expect(subject.wait { !subject.log.isFailing })
        #expect(subject.wait { subject.released >= second })
        let third = subject.store(3, &handle)
        #expect(subject.wait { subject.released >= third })
        subject.log.close()
        #expect(try reloaded(folder) == 3)
    }

    @Test("after a failed sync nothing is released before the log was rewritten")
    func failedSync() throws {
        let folder = Folder()
        defer { clear(folder) }
        let disk = FaultyDisk(nil)
        let subject = Logged(folder.path, disk)
        #expect(subject.log.turnOn(atOnce: true) == nil)
        var handle = subject.engine.makeHandle()
        let first = subject.store(1, &handle)
        #expect(subject.wait { subject.released >= first })
        disk.begin(.sync)
        let second = subject.store(2, &handle)
        #expect(subject.wait { subject.log.isFailing })
        disk.recover()
        // The next sync would say that all is well.
        let third = subject.store(3, &handle)
        System.sleep(milliseconds: 200)
        #expect(subject.log.isFailing)
        #expect(subject.released < second)
        subject.log.tick(now: Milliseconds.readClock())
        #expect(subject.wait { !subject.log.isFailing })
        #expect(subject.wait { subject.released >= third })
        subject.log.close()
        #expect(try reloaded(folder) == 3)
    }

    @Test("a log that cannot be begun says why, and stays off")
    func readOnlyFolder() {
        let folder = Folder()
        let subject = Logged(folder.path, FaultyDisk(.create))
        #expect(subject.log.turnOn(atOnce: true)?.contains("Read-only") == true)
        #expect(!subject.log.isOn)
    }

    @Test("turned off and on again, it has what came meanwhile")
    func offAndOn() throws {
        let folder = Folder()
        defer { clear(folder) }
        let subject = Logged(folder.path, SystemDisk())
        var handle = subject.engine.makeHandle()
        var number = 0
        for _ in 1...3 {
            #expect(subject.log.turnOn(atOnce: true) == nil)
            for _ in 1...20 {
                number += 1
                _ = subject.store(number, &handle)
            }
            #expect(subject.wait { !subject.log.status.isRewriting && subject.log.status.baseSize > 0 })
            #expect(subject.log.startTurningOff() == nil)
            #expect(subject.wait { !subject.log.isOn })
            number += 1
            #expect(subject.store(number, &handle) == 0)
            // The thread that turned it off has let go of it.
            #expect(subject.wait { subject.log.state.look { $0.writer == nil } })
        }
        #expect(subject.log.turnOn(atOnce: true) == nil)
        number += 1
        let place = subject.store(number, &handle)
        #expect(subject.wait { subject.log.status.baseSize > 0 && subject.released >= place })
        subject.log.close()
        #expect(try reloaded(folder) == number)
    }

    @Test("begun over what another process left in the folder, a log has only what is its own")
    func leftovers() throws {
        let folder = Folder()
        defer { clear(folder) }
        func run(_ numbers: ClosedRange<Int>) throws {
            let subject = Logged(folder.path, SystemDisk())
            #expect(subject.log.turnOn(atOnce: true) == nil)
            var handle = subject.engine.makeHandle()
            for number in numbers {
                let place = subject.store(number, &handle)
                #expect(subject.wait { subject.released >= place })
            }
            subject.log.close()
        }
        // A base and increments that nobody loads any more; then increments without a manifest.
        try run(1000...1010)
        try run(1...3)
        #expect(try reloaded(folder) == 3)
        clear(folder)
        try SystemDisk().makeFolder(logFolder(folder))
        let command = "*3\r\n$3\r\nSET\r\n$4\r\ntwin\r\n$4\r\n1000\r\n"
        for sequence in 1...2 {
            try folder.write(Array(command.utf8), to: "appendonlydir/appendonly.aof.\(sequence).incr.aof")
        }
        try run(1...3)
        #expect(try reloaded(folder) == 3)
    }

    /// How far a start comes with what is in the folder.
    private func reloaded(_ folder: Folder) throws -> Int {
        let next = Logged(folder.path, SystemDisk())
        #expect(try next.load())
        defer { next.log.close() }
        return next.check()
    }

    @Test("cut at each byte of its last 4 KB, a log gives the units before")
    func cut() throws {
        let folder = Folder()
        defer { clear(folder) }
        let subject = Logged(folder.path, SystemDisk())
        #expect(subject.log.turnOn(atOnce: true) == nil)
        var handle = subject.engine.makeHandle()
        for number in 1...40 {
            let place = subject.store(number, &handle)
            if number % 7 == 0 { #expect(subject.wait { subject.released >= place }) }
        }
        subject.log.close()
        let listed = try folder.read("appendonlydir/appendonly.aof.manifest")
        let manifest = try LogManifest(parsing: listed.span.rawBytes)
        let name = "appendonlydir/" + (try #require(manifest.increments.last)).name
        let whole = try folder.read(name)
        let next = Logged(folder.path, SystemDisk())
        var before = 0
        for size in max(0, whole.count - 4096)...whole.count {
            try folder.write(Array(whole[..<size]), to: name)
            var clean = next.engine.makeHandle()
            clean.flushAll()
            var loader = LogLoader(next.engine, next.log.settings, manifest)
            var replay = TestReplay(next.engine)
            try loader.load(&replay) { _ in }
            let last = next.check()
            #expect(last == before || last == before + 1 || before == 0, "cut at \(size): \(last) after \(before)")
            before = last
        }
        #expect(before == 40)
    }
}
