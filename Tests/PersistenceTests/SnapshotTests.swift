// Snapshots as files: whole or not there, one moment, and back into another engine.

import Base
import Engine
import Persistence
import RDB
import Synchronization
import Testing

private final class Notes: Sendable {
    let lines = Mutex<[String]>([])
    var log: PersistenceLog {
        PersistenceLog(
            notice: { [self] line in lines.withLock { $0.append(line) } },
            warning: { [self] line in lines.withLock { $0.append("# " + line) } })
    }
}

private func settings(_ folder: Folder, _ change: (inout SnapshotSettings) -> Void = { _ in }) -> SnapshotSettings {
    var settings = SnapshotSettings()
    settings.folder = folder.path
    change(&settings)
    return settings
}

extension Engine {
    fileprivate func handle(at now: Milliseconds = Milliseconds.readClock()) -> EngineHandle {
        var handle = makeHandle()
        handle.now = now
        return handle
    }

    /// What `fill` makes of an engine: every kind, compact and large, flags, expiries, CAS numbers, two databases.
    fileprivate func fill(count: Int = 300) {
        var engine = handle()
        for index in 0..<count {
            let text = Array("key:\(index)".utf8)
            let key = engine.key(text.span.rawBytes, in: DatabaseIndex(index % 2))
            var options = StoreOptions()
            options.flags = UInt32(index % 3)
            options.casField = index % 5 == 0 ? .fresh : .none
            if index % 4 == 0 { options.expiry = Milliseconds(engine.now.rawValue + 3_600_000 + Int64(index)) }
            let size = index % 50 == 7 ? 40_000 : index
            let value = [UInt8](repeating: UInt8(index % 251), count: size)
            _ = engine.store(key, value.span.rawBytes, options)
        }
        for size in [3, 2000] {
            for (name, kind) in [("l", ValueKind.list), ("s", .set), ("h", .hash), ("z", .sortedSet)] {
                var draft = engine.makeDraft(kind)
                for index in 0..<size {
                    let element = Array("element:\(index)".utf8)
                    switch kind {
                    case .list: draft.append(element.span.rawBytes)
                    case .set: _ = draft.insert(element.span.rawBytes)
                    case .hash: _ = draft.set(element.span.rawBytes, to: element.span.rawBytes)
                    case .sortedSet: _ = draft.add(element.span.rawBytes, Double(index) / 3)
                    case .string, .stream: break
                    }
                }
                let key = Array("\(name)\(size)".utf8)
                _ = engine.store(engine.key(key.span.rawBytes, in: .first), draft, StoreOptions())
            }
        }
    }

    /// Every item with all that a file keeps, as text.
    fileprivate func contents() -> [String: String] {
        var engine = handle()
        var all: [String: String] = [:]
        var encoder = ValueEncoder(compresses: false)
        for database in 0..<2 {
            var cursor: UInt64 = 0
            var keys: [[UInt8]] = []
            repeat {
                cursor = engine.scan(DatabaseIndex(database), from: cursor, count: 100) { item in
                    keys.append(item.key.copiedBytes())
                }
            } while cursor != 0
            for bytes in keys {
                let key = engine.key(bytes.span.rawBytes, in: DatabaseIndex(database))
                var output = OutputBuffer(capacity: 64)
                _ = encoder.append(key, of: &engine, to: &output)
                var facts = ""
                _ = engine.look(key) { facts = "\($0.flags) \($0.expiry.rawValue) \($0.cas) \($0.kind)" }
                let value = output.span.copiedBytes()
                let name = "\(database)/" + String(decoding: bytes, as: UTF8.self)
                all[name] = "\(facts) \(value.count) \(value.hashValue)"
            }
        }
        return all
    }
}

@Suite("Snapshots")
struct SnapshotTests {
    @Test(
        "what was saved comes back in another engine: values of every kind, flags, expiries, CAS numbers",
        arguments: [true, false])
    func roundTrip(compresses: Bool) throws {
        let folder = Folder()
        let notes = Notes()
        let engine = Engine(EngineOptions())
        engine.fill()
        let snapshots = Snapshots(engine, settings(folder) { $0.compresses = compresses }, log: notes.log)
        #expect(snapshots.saveAndWait() == nil)
        #expect(folder.names == ["dump.rdb"])
        #expect(snapshots.status.lastSucceeded && snapshots.status.changesSinceLastSave == 0)

        let other = Engine(EngineOptions())
        #expect(try Snapshots(other, settings(folder), log: notes.log).load())
        let expected = engine.contents()
        #expect(expected.count == 308)
        #expect(other.contents() == expected)

        let summary = try SnapshotCheck.run(folder.path + "/dump.rdb")
        #expect(summary.fault == nil && summary.isVerified && summary.keyCount == 308 && summary.expiringCount == 75)
        #expect(summary.largest.count == 10 && summary.largest[0].bytes >= summary.largest[9].bytes)
    }

    @Test("CAS numbers drawn after a load are none that were handed out before it")
    func casNumbers() throws {
        let folder = Folder()
        let engine = Engine(EngineOptions())
        engine.fill(count: 10)
        let snapshots = Snapshots(engine, settings(folder), log: Notes().log)
        #expect(snapshots.saveAndWait() == nil)
        // Handed out after the snapshot, and forgotten by it.
        var handle = engine.handle()
        var options = StoreOptions()
        options.casField = .fresh
        var late: UInt64 = 0
        for _ in 0..<1000 {
            let key = handle.key(Array("late".utf8).span.rawBytes, in: .first)
            _ = handle.store(key, Array("x".utf8).span.rawBytes, options)
            _ = handle.look(key) { late = $0.cas }
        }
        let other = Engine(EngineOptions())
        #expect(try Snapshots(other, settings(folder), log: Notes().log).load())
        var second = other.handle()
        for index in 0..<200 {
            let name = Array("new:\(index)".utf8)
            let key = second.key(name.span.rawBytes, in: .first)
            _ = second.store(key, name.span.rawBytes, options)
            var drawn: UInt64 = 0
            _ = second.look(key) { drawn = $0.cas }
            #expect(drawn > late)
        }
    }

    @Test("while writers go on, a file is one moment: of a pair, the second is never ahead of the first")
    func oneMoment() throws {
        let folder = Folder()
        let engine = Engine(EngineOptions())
        let stops = Atomic<Bool>(false)
        let pairCount = 2000
        let writers = try (0..<2).map { writer in
            try Thread(name: "writer-\(writer)") {
                var handle = engine.handle()
                var round = 0
                while !stops.load(ordering: .relaxed) {
                    round += 1
                    let value = Array(String(round).utf8)
                    for pair in stride(from: writer, to: pairCount, by: 2) {
                        for name in ["a", "b"] {
                            let key = Array("\(name):\(pair)".utf8)
                            let place = handle.key(key.span.rawBytes, in: .first)
                            _ = handle.store(place, value.span.rawBytes, StoreOptions())
                        }
                    }
                }
            }
        }
        let snapshots = Snapshots(engine, settings(folder), log: Notes().log)
        for _ in 0..<5 {
            #expect(snapshots.saveAndWait() == nil)
            let other = Engine(EngineOptions())
            #expect(try Snapshots(other, settings(folder), log: Notes().log).load())
            var handle = other.handle()
            func number(_ name: String) -> Int {
                var number = 0
                let key = Array(name.utf8)
                _ = handle.get(handle.key(key.span.rawBytes, in: .first)) { number = Int($0.value.copiedText()) ?? -1 }
                return number
            }
            // One writer goes over its pairs in order, so rounds differ by one at most, and only downwards.
            var rounds: [[Int]] = [[], []]
            for pair in 0..<pairCount {
                rounds[pair % 2].append(number("a:\(pair)"))
                rounds[pair % 2].append(number("b:\(pair)"))
            }
            for sequence in rounds {
                let first = sequence.first!
                #expect(sequence.allSatisfy { $0 == first || $0 == first - 1 })
                #expect(zip(sequence, sequence.dropFirst()).allSatisfy { $0 >= $1 })
            }
        }
        stops.store(true, ordering: .relaxed)
        for writer in writers { writer.join() }
    }

    @Test("a disk that fails at any step leaves the last good file, and is told of", arguments: [
        FaultyDisk.Fault.create, .write(afterBytes: 0), .write(afterBytes: 5000), .sync, .rename,
    ])
    func faults(_ fault: FaultyDisk.Fault) throws {
        let folder = Folder()
        let engine = Engine(EngineOptions())
        engine.fill()
        let points = [SavePoint(seconds: 1, changes: 1)]
        #expect(Snapshots(engine, settings(folder), log: Notes().log).saveAndWait() == nil)
        let good = try folder.read("dump.rdb")
        let disk = FaultyDisk(fault)
        let notes = Notes()
        let snapshots = Snapshots(engine, settings(folder) { $0.savePoints = points }, log: notes.log, disk: disk)
        #expect(snapshots.saveAndWait() != nil)
        #expect(snapshots.isFailing && !snapshots.status.lastSucceeded)
        #expect(folder.names == ["dump.rdb"])
        #expect(try folder.read("dump.rdb") == good)
        #expect(notes.lines.withLock { $0.contains { $0.hasPrefix("# ") } })
        disk.recover()
        #expect(snapshots.saveAndWait() == nil)
        #expect(!snapshots.isFailing)
    }

    @Test("a file that was cut or changed anywhere is refused, with the place")
    func damage() throws {
        let folder = Folder()
        let engine = Engine(EngineOptions())
        engine.fill(count: 20)
        #expect(Snapshots(engine, settings(folder), log: Notes().log).saveAndWait() == nil)
        let whole = try folder.read("dump.rdb")
        var random = SplitMix64(seed: 7)
        for _ in 0..<60 {
            var bytes = whole
            let place = random.next(below: bytes.count)
            bytes[place] ^= UInt8(1 << random.next(below: 8))
            try folder.write(bytes, to: "dump.rdb")
            #expect(throws: LoadFailure.self) {
                _ = try Snapshots(Engine(EngineOptions()), settings(folder), log: Notes().log).load()
            }
            try folder.write(Array(whole[..<place]), to: "dump.rdb")
            #expect(throws: LoadFailure.self) {
                _ = try Snapshots(Engine(EngineOptions()), settings(folder), log: Notes().log).load()
            }
            #expect(try SnapshotCheck.run(folder.path + "/dump.rdb").fault != nil)
        }
    }

    @Test("no file is no failure; what expired meanwhile is left out")
    func loading() throws {
        let folder = Folder()
        let engine = Engine(EngineOptions())
        let snapshots = Snapshots(engine, settings(folder), log: Notes().log)
        #expect(try !snapshots.load())
        var handle = engine.handle()
        var options = StoreOptions()
        options.expiry = Milliseconds(handle.now.rawValue + 1)
        for index in 0..<10 {
            let key = Array("k\(index)".utf8)
            let place = handle.key(key.span.rawBytes, in: .first)
            _ = handle.store(place, key.span.rawBytes, index < 4 ? options : StoreOptions())
        }
        #expect(snapshots.saveAndWait() == nil)
        System.sleep(milliseconds: 5)
        let other = Snapshots(Engine(EngineOptions()), settings(folder), log: Notes().log)
        #expect(try other.load())
        #expect(other.status.loaded.keysLoaded == 6 && other.status.loaded.keysExpired == 4)
    }

    @Test("flushes meanwhile leave the file whole, and of its moment")
    func flushed() throws {
        let folder = Folder()
        let engine = Engine(EngineOptions())
        let snapshots = Snapshots(engine, settings(folder), log: Notes().log)
        let stops = Atomic<Bool>(false)
        let flusher = try Thread(name: "flusher") {
            var handle = engine.handle()
            while !stops.load(ordering: .relaxed) {
                engine.fill(count: 100)
                handle.flushAll()
            }
        }
        for _ in 0..<10 {
            #expect(snapshots.saveAndWait() == nil)
            #expect(try SnapshotCheck.run(folder.path + "/dump.rdb").fault == nil)
        }
        stops.store(true, ordering: .relaxed)
        flusher.join()
        #expect(snapshots.saveAndWait() == nil)
        #expect(try SnapshotCheck.run(folder.path + "/dump.rdb").keyCount == 0)
    }

    @Test("save points ask for a snapshot when there were changes enough")
    func savePoints() throws {
        let folder = Folder()
        let engine = Engine(EngineOptions())
        let snapshots = Snapshots(
            engine, settings(folder) { $0.savePoints = [SavePoint(seconds: 10, changes: 5)] }, log: Notes().log)
        let start = snapshots.status.lastSaveAt
        let later = Milliseconds(start.rawValue + 11_000)
        snapshots.tick(now: later)
        #expect(!snapshots.status.isRunning && folder.names.isEmpty)
        engine.fill(count: 5)
        snapshots.tick(now: Milliseconds(start.rawValue + 9_000))
        #expect(!snapshots.status.isRunning)
        snapshots.tick(now: later)
        let end = monotonicNanoseconds() + 20_000_000_000
        while snapshots.status.savesDone == 0 && monotonicNanoseconds() < end { System.sleep(milliseconds: 1) }
        #expect(snapshots.status.savesDone == 1 && snapshots.status.changesSinceLastSave == 0)
        #expect(folder.names == ["dump.rdb"])
    }
}
