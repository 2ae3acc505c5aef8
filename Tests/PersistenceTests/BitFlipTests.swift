// One bit that is another, wherever it is: found, or without any meaning.

import Base
import Engine
import Testing

@testable import Persistence

/// A command and what a line says about its item.
private struct Command: Equatable {
    var words: [[UInt8]]
    var facts: LogItemFacts?
    /// Whether it is the first of its unit.
    var isFirst: Bool
}

/// What a start would do.
private func read(_ file: [UInt8]) -> (commands: [Command], fault: LogFault?) {
    var reader = LogReader(file.span.rawBytes)
    var walk = LogCommands(file.span.rawBytes)
    var commands: [Command] = []
    do throws(LogFault) {
        while let unit = try reader.nextUnit() {
            walk.begin(unit)
            var isFirst = true
            while walk.next() {
                let words = (0..<walk.argumentCount).map { walk.argument($0).copiedBytes() }
                commands.append(Command(words: words, facts: walk.facts, isFirst: isFirst))
                isFirst = false
            }
        }
        return (commands, nil)
    } catch {
        return (commands, error)
    }
}

@Suite("Single bits")
struct BitFlipTests {
    private func flipped(_ bytes: [UInt8], _ bit: Int) -> [UInt8] {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return bytes
    }

    @Test("with any bit of an increment turned round, its commands are the same, or it is called damaged")
    func increment() {
        let seed = System.randomNumber()
        var file = LogBuilder(seed: seed)
        file.timestamp()
        file.fill(runs: 4, sizeMax: 16, syncEvery: 2)
        // As a file ends that is on the disk.
        file.sum(synced: file.size)
        let whole = file.bytes
        let (commands, fault) = read(whole)
        #expect(fault == nil && commands.count > 3)
        for bit in 0..<whole.count * 8 {
            let (found, fault) = read(flipped(whole, bit))
            if found == commands { continue }
            // A torn end would be cut: but all of it was on the disk.
            let isFound = fault?.kind == .corrupt && found == Array(commands.prefix(found.count))
            #expect(isFound, "seed \(seed), bit \(bit): \(fault.map { "\($0)" } ?? "not found")")
        }
    }

    @Test("with any bit of the manifest turned round, it names the same files, or is refused")
    func manifest() throws {
        var manifest = LogManifest()
        manifest.base = .init(name: "appendonly.aof.2.base.rdb", sequence: 2)
        manifest.history = [.init(name: "appendonly.aof.1.incr.aof", sequence: 1)]
        manifest.increments = [2, 3].map { .init(name: "appendonly.aof.\($0).incr.aof", sequence: $0) }
        let text = Array(manifest.text.utf8)
        var refusals = 0
        for bit in 0..<text.count * 8 {
            do throws(LogManifestFault) {
                let read = try LogManifest(parsing: flipped(text, bit).span.rawBytes)
                #expect(read == manifest, "bit \(bit)")
            } catch {
                refusals += 1
            }
        }
        #expect(refusals > text.count * 6)
    }

    @Test(
        "with a bit of any file of a log turned round, a start has all of it, or does not take place",
        arguments: [true, false])
    func start(_ hasSnapshotBase: Bool) throws {
        let seed = System.randomNumber()
        var random = SplitMix64(seed: seed)
        let folder = Folder()
        defer { clear(folder) }
        let subject = Logged(folder.path, SystemDisk()) { $0.hasSnapshotBase = hasSnapshotBase }
        #expect(subject.log.turnOn(atOnce: true) == nil)
        var handle = subject.engine.makeHandle()
        for number in 1...20 {
            let place = subject.store(number, &handle)
            if number % 5 == 0 { #expect(subject.wait { subject.released >= place }) }
            if number == 10 {
                // Replies leave when the first base stands, and the thread that made it ends a little later.
                #expect(subject.wait { subject.log.rewrite() == .started })
                #expect(subject.wait { !subject.log.status.isRewriting })
            }
        }
        subject.log.close()
        let next = Logged(folder.path, SystemDisk())
        let settings = next.log.settings
        let listed = try #require(try next.log.readManifest(settings))
        let names = [LogNames.manifest(settings.fileName)] + listed.filesToRead.map(\.name)
        var refusals = 0
        for round in 0..<240 {
            let name = "appendonlydir/" + names[round % names.count]
            let whole = try folder.read(name)
            let bit = random.next(below: whole.count * 8)
            try folder.write(flipped(whole, bit), to: name)
            var clean = next.engine.makeHandle()
            clean.flushAll()
            do throws(LoadFailure) {
                guard let manifest = try next.log.readManifest(settings) else { continue }
                var loader = LogLoader(next.engine, settings, manifest)
                var replay = TestReplay(next.engine)
                try loader.load(&replay) { _ in }
                #expect(next.check() == 20, "seed \(seed), bit \(bit) of \(name)")
            } catch {
                refusals += 1
            }
            try folder.write(whole, to: name)
        }
        #expect(refusals > 120)
    }
}
