// An engine of several databases as a file, and a file as an engine.

import Base
import Engine

@testable import RDB

/// Four databases whose items come from files, and go to files.
struct Library: ~Copyable {
    let engine: Engine
    var handle: EngineHandle
    static let databaseCount = 4
    static let now = Milliseconds(1_700_000_000_000)

    init(_ policy: EvictionPolicy = .noEviction) {
        var options = EngineOptions()
        options.shardCount = 2
        options.databaseCount = Self.databaseCount
        options.hashSeed = 7
        options.evictionPolicy = policy
        engine = Engine(options)
        handle = engine.makeHandle()
        handle.now = Self.now
    }

    // MARK: In

    mutating func put(_ name: String, in database: Int, _ value: [UInt8], _ options: StoreOptions = StoreOptions()) {
        let name = Array(name.utf8)
        let key = handle.key(name.span.rawBytes, in: DatabaseIndex(database))
        let outcome = handle.store(key, value.span.rawBytes, options)
        precondition(outcome == .stored)
    }

    /// Reads a value, its type byte in front, and stores it.
    mutating func put(_ name: String, in database: Int, payload: [UInt8], _ options: StoreOptions = StoreOptions()) {
        let name = Array(name.utf8)
        var reader = RDBReader(payload.span.rawBytes, sizeMax: .max)
        do {
            let draft = try reader.value(for: handle)
            let outcome = handle.store(handle.key(name.span.rawBytes, in: DatabaseIndex(database)), draft, options)
            precondition(outcome == .stored)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Stores all that a file holds, the collections of a kind in `skipped` left out. Returns what came in order.
    mutating func read(
        _ file: [UInt8], verifies: Bool = true, skipsCollections: Bool = false
    ) throws(RDBFileFault) -> [String] {
        var reader = try RDBFileReader(file.span.rawBytes, verifiesChecksum: verifies)
        var database = DatabaseIndex.first
        var events: [String] = []
        while true {
            let event = try reader.next()
            switch event {
            case .field: events.append("field \(shown(reader.name)) \(shown(reader.string))")
            case .functions: events.append("functions \(shown(reader.string))")
            case .module(let name, let isItem): events.append("module \(name) \(isItem)")
            case .database(let index):
                // What a damaged file says is as good as any.
                database = DatabaseIndex(index % Self.databaseCount)
                events.append("\(event)")
            case .sizes: events.append("\(event)")
            case .end: events.append("end \(reader.place)")
            case .string:
                let key = handle.key(reader.name, in: database)
                _ = handle.store(key, reader.string, reader.facts.storeOptions)
                setUse(key, reader.facts)
                events.append("\(event) \(shown(reader.name)) \(shown(reader.string))")
            case .collection:
                events.append("\(event) \(shown(reader.name))")
                if skipsCollections { continue }
                guard let draft = try reader.draft(for: handle) else { continue }
                let key = handle.key(reader.name, in: database)
                _ = handle.store(key, draft, reader.facts.storeOptions)
                setUse(key, reader.facts)
            }
            if event == .end { return events }
        }
    }

    private mutating func setUse(_ key: Key, _ facts: RDBItemFacts) {
        handle.setAccess(key, idleMilliseconds: facts.idleSeconds.map { $0 * 1000 }, frequency: facts.frequency)
    }

    // MARK: Out

    /// A file of all items, of several chunks if there are many.
    mutating func file(
        compresses: Bool = true, policy: EvictionPolicy = .noEviction, facts: [(name: String, value: String)] = []
    ) -> [UInt8] {
        var writer = RDBFileWriter(compresses: compresses, policy: policy)
        var output = OutputBuffer(capacity: 64)
        var chunk = OutputBuffer(capacity: 64)
        writer.begin(facts, to: &output)
        for index in 0..<Self.databaseCount {
            var cursor: UInt64 = 0
            repeat {
                writer.startChunk()
                let database = DatabaseIndex(index)
                cursor = handle.scan(database, from: cursor, count: 3) { writer.append($0, in: database, to: &chunk) }
                writer.compress(chunk, to: &output)
                chunk.removeAll()
            } while cursor != 0
        }
        writer.end(to: &output)
        return Self.seal(&output)
    }

    static func seal(_ output: inout OutputBuffer) -> [UInt8] {
        var sum = CRC64()
        sum.add(output)
        output.append(word: sum.value)
        return flat(output)
    }

    /// All items, each in a line with what is known of it, sorted.
    mutating func lines() -> [String] {
        var lines: [String] = []
        for index in 0..<Self.databaseCount {
            var cursor: UInt64 = 0
            repeat {
                cursor = handle.scan(DatabaseIndex(index), from: cursor, count: 100) { item in
                    let marks = (item.isStale ? " stale" : "") + (item.hasBinaryKey ? " binary" : "")
                    let use = "\(item.idleMilliseconds / 1000) \(item.frequency ?? 0)"
                    lines.append(
                        "\(index) \(shown(item.key)) \(item.expiry.rawValue) \(item.flags) \(item.cas) \(use)\(marks) "
                            + Shelf.content(of: item))
                }
            } while cursor != 0
        }
        return lines.sorted()
    }
}

/// All bytes of a buffer, those of shared values included.
func flat(_ output: borrowing OutputBuffer) -> [UInt8] {
    var bytes: [UInt8] = []
    output.forEachPiece { bytes += $0.copiedBytes() }
    return bytes
}

extension Library {
    /// Items of all kinds in all databases, with whatever an item may have, some of them large.
    mutating func fill(_ random: inout SplitMix64, count: Int) {
        let payloads =
            RecordedPayload.all.map { Array(bytes(hex: $0.hex).dropLast(10)) } + OldPayload.all.map(\.bytes)
        for index in 0..<count {
            var options = StoreOptions()
            if random.next(below: 3) == 0 { options.expiry = Milliseconds(Self.now.rawValue + Int64(index) + 1) }
            let database = random.next(below: Self.databaseCount)
            let name = ["", "key ", String(repeating: "long", count: 80)][random.next(below: 3)] + "\(index)"
            if random.next(below: 2) == 0 {
                put(name, in: database, payload: payloads[random.next(below: payloads.count)], options)
                continue
            }
            if random.next(below: 2) == 0 { options.flags = UInt32(truncatingIfNeeded: random.next()) }
            if random.next(below: 2) == 0 {
                options.casField = .exact(random.next() >> UInt64(random.next(below: 64)) | 1)
            }
            options.isStale = random.next(below: 4) == 0
            options.hasBinaryKey = random.next(below: 4) == 0
            let size = [0, 1, 11, 20, 21, 100, 5000, 40_000][random.next(below: 8)]
            let isDull = random.next(below: 2) == 0
            let value = (0..<size).map { _ in isDull ? 120 : UInt8(truncatingIfNeeded: random.next()) }
            put(name, in: database, value, options)
        }
    }
}
