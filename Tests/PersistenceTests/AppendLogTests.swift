// The append log and its disk: power that fails, disks that are full or sick, ends that are cut anywhere.

import Base
import Engine
import Glibc
import Synchronization
import Testing

@testable import Persistence

@Suite("The append log and its disk")
struct AppendLogTests {
    @Test("whenever the power fails, what was released under always is there, and all of it up to some moment")
    func power() throws {
        try failPower(rounds: 40, faultsOneOf: 0)
    }

    @Test("the same on a disk whose calls fail now and then, and when they do no more, the log goes on by itself")
    func faultsAndPower() throws {
        for rate in [4, 12, 40] { try failPower(rounds: 30, faultsOneOf: rate) }
    }

    /// - Parameter rate: one call of so many fails; 0 is none.
    private func failPower(rounds: Int, faultsOneOf rate: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("power seed \(seed)")
        var random = SplitMix64(seed: seed)
        var reached = 0
        for round in 1...rounds {
            let disk = PowerDisk()
            let subject = Logged("/none", disk)
            disk.fail(oneOf: rate, seed: random.next())
            var later: Int64 = 0
            /// Each time as if the pause behind a failure were over.
            func tick() {
                later += PersistenceLimits.retryMilliseconds + 1000
                subject.log.tick(now: Milliseconds(Milliseconds.readClock().rawValue + later))
            }
            let isOn = (0..<1000).contains { _ in subject.log.turnOn(atOnce: true) == nil }
            #expect(isOn)
            let stopAt = 1 + random.next(below: 400)
            var handle = subject.engine.makeHandle()
            handle.now = Milliseconds.readClock()
            var places: [UInt64] = []
            for number in 1...stopAt {
                places.append(subject.store(number, &handle))
                if random.next(below: rate > 0 ? 60 : 400) == 0 { _ = subject.log.rewrite() }
                if random.next(below: 20) == 0 {
                    System.sleep(milliseconds: 1)
                    if rate > 0 { tick() }
                }
                if rate == 0 && random.next(below: 100) == 0 {
                    let last = places.last!
                    #expect(subject.wait { subject.released >= last })
                }
            }
            if rate > 0 && round % 2 == 0 {
                disk.fail(oneOf: 0, seed: 0)
                let last = places.last!
                let isReleased = subject.wait {
                    tick()
                    return subject.released >= last && !subject.log.isFailing
                }
                #expect(isReleased, "seed \(seed), round \(round)")
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
            #expect(
                last >= acknowledged && last <= stopAt,
                "seed \(seed), round \(round): \(last), of \(acknowledged) to \(stopAt)")
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
        let subject = Logged.turnedOn(folder.path, disk)
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
        let subject = Logged.turnedOn(folder.path, disk)
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

    @Test(
        "a rewrite that fails, wherever, loses nothing and stops nobody, and the next one leaves nothing of it",
        arguments: [FaultyDisk.Fault.rename, .folderSync, .append, .create, .write(afterBytes: 0)])
    func failedRewrite(_ fault: FaultyDisk.Fault) throws {
        let folder = Folder()
        defer { clear(folder) }
        let disk = FaultyDisk(nil)
        let subject = Logged.turnedOn(folder.path, disk)
        var handle = subject.engine.makeHandle()
        var number = 0
        func store() -> Bool {
            number += 1
            let place = subject.store(number, &handle)
            return subject.wait { subject.released >= place }
        }
        func rewrite() -> Bool {
            #expect(subject.wait { !subject.log.status.isRewriting })
            #expect(subject.wait { subject.log.rewrite() == .started })
            #expect(subject.wait { !subject.log.status.isRewriting })
            return subject.log.status.lastRewriteSucceeded
        }
        #expect(store() && store())
        for _ in 1...2 {
            disk.begin(fault)
            #expect(!rewrite())
            disk.recover()
            #expect(store() && !subject.log.isFailing)
            #expect(try reloadedCopy(of: folder) == number)
        }
        #expect(rewrite() && store())
        let names = Files.matching(logFolder(folder) + "/*").map { String($0.split(separator: "/").last!) }
        #expect(names.count == 3 && names.filter { $0.contains(".base.") }.count == 1, "\(names)")
        #expect(try reloadedCopy(of: folder) == number)
        subject.log.close()
        #expect(try reloaded(folder) == number)
    }

    /// How far a start would come if the server ended now.
    private func reloadedCopy(of folder: Folder) throws -> Int {
        let copy = Folder()
        defer { clear(copy) }
        try SystemDisk().makeFolder(logFolder(copy))
        for path in Files.matching(logFolder(folder) + "/*") {
            let name = "appendonlydir/" + path.split(separator: "/").last!
            try copy.write(try folder.read(name), to: name)
        }
        return try reloaded(copy)
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
            let subject = Logged.turnedOn(folder.path, SystemDisk())
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

    @Test("a base of commands has every item, however many chunks it takes, and knows the CAS numbers of those gone")
    func commands() throws {
        let folder = Folder()
        defer { clear(folder) }
        let subject = Logged(folder.path, SystemDisk()) { $0.hasSnapshotBase = false }
        var handle = subject.engine.makeHandle()
        handle.raiseCAS(above: 1 << 50)
        func key(_ number: Int) -> [UInt8] { Array("item:\(number)".utf8) }
        for number in 0..<3000 {
            let value = [UInt8](repeating: UInt8(number & 255), count: number % 1000 == 0 ? 40_000 : 100)
            let name = key(number)
            var options = StoreOptions()
            options.flags = UInt32(number)
            _ = handle.store(handle.key(name.span.rawBytes, in: .first), value.span.rawBytes, options)
        }
        #expect(subject.log.turnOn(atOnce: true) == nil)
        subject.log.close()
        let base = "appendonlydir/appendonly.aof.1.base.aof"
        let file = try folder.read(base)
        let summary = try LogCheck.run(folder.path + "/" + base)
        #expect(summary.damage == nil && summary.keyCount == 3000 && summary.sumCount > 5)
        // It vouches for all of itself.
        var damaged = file
        damaged[file.count / 2] ^= 1
        #expect(Reading(damaged).fault?.kind == .corrupt)
        let next = Logged(folder.path, SystemDisk())
        #expect(try next.load())
        defer { next.log.close() }
        var other = next.engine.makeHandle()
        #expect(other.itemCount(in: .first) == 3000 && other.highestCAS() >= 1 << 50)
        for number in 0..<3000 {
            let name = key(number)
            var facts = (0, UInt32(0), UInt8(0))
            _ = other.look(other.key(name.span.rawBytes, in: .first)) { item in
                facts = (item.value.byteCount, item.flags, item.value[99])
            }
            #expect(facts == (number % 1000 == 0 ? 40_000 : 100, UInt32(number), UInt8(number & 255)))
        }
    }

    @Test("a log of one file is taken over, also where an end had come between its manifest and its move", arguments: [
        false, true,
    ])
    func singleFile(isNamed: Bool) throws {
        let folder = Folder()
        defer { clear(folder) }
        var file = LogBuilder(seed: 1)
        file.command("SET", "key:1", "1")
        file.command("SET", "twin", "1")
        try folder.write(file.bytes, to: "appendonly.aof")
        if isNamed {
            try SystemDisk().makeFolder(logFolder(folder))
            let line = "file appendonly.aof seq 1 type b\n"
            try folder.write(Array(line.utf8), to: "appendonlydir/appendonly.aof.manifest")
        }
        #expect(try reloaded(folder) == 1)
        #expect(!folder.names.contains("appendonly.aof"))
        #expect(try reloaded(folder) == 1)
    }

    @Test("cut at each byte of its last 4 KB, a log gives the units before of which a sum speaks")
    func cut() throws {
        let folder = Folder()
        defer { clear(folder) }
        let subject = Logged.turnedOn(folder.path, SystemDisk())
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
        let scan = LogScan(whole.span.rawBytes)
        // The first ones are in the base.
        let inBase = 40 - Reading(whole).units.count { $0.isTransaction }
        var (end, unitCount, summed) = (0, inBase, inBase)
        for size in max(0, whole.count - 4096)...whole.count {
            try folder.write(Array(whole[..<size]), to: name)
            var clean = next.engine.makeHandle()
            clean.flushAll()
            var loader = LogLoader(next.engine, next.log.settings, manifest)
            var replay = TestReplay(next.engine)
            try loader.load(&replay) { _ in }
            while end < size {
                if case .unit(let unit) = scan.piece(at: end), unit.end <= size {
                    (end, unitCount) = (unit.end, unitCount + unit.commandCount / 2)
                } else if case .sum(let sum) = scan.piece(at: end), sum.end <= size {
                    (end, summed) = (sum.end, unitCount)
                } else {
                    break
                }
            }
            #expect(next.check() == summed, "cut at \(size)")
        }
        #expect(summed == 40)
    }
}
