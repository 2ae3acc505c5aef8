// Files as they are written and read again, and as other servers write them.

import Base
import Engine
import Testing

@testable import RDB

@Suite("Files")
struct FileTests {
    @Test("all that an engine holds comes back from a file", arguments: [false, true])
    func roundTrip(_ compresses: Bool) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var library = Library()
        library.fill(&random, count: 150)
        let file = library.file(compresses: compresses, facts: [("duet-ver", "1"), ("ctime", "1700000000")])
        var copy = Library()
        let events = try copy.read(file)
        #expect(events[0...1] == ["field duet-ver 1", "field ctime 1700000000"])
        #expect(events.last == "end \(file.count)")
        #expect(copy.lines() == library.lines(), "seed \(seed)")
        copy.engine.checkInvariants { Issue.record("seed \(seed): \($0)") }
    }

    @Test("idle times and frequencies come back under the policy that knows them")
    func use() throws {
        let policies: [EvictionPolicy] = [.allKeysLRU, .volatileLFU, .allKeysRandom]
        for (policy, expected) in zip(policies, ["64 0", "0 77", "0 0"]) {
            var library = Library(policy)
            library.put("k", in: 0, [1])
            let name = Array("k".utf8)
            let key = library.handle.key(name.span.rawBytes, in: .first)
            library.handle.setAccess(key, idleMilliseconds: 64_000, frequency: 77)
            var copy = Library(policy)
            _ = try copy.read(library.file(policy: policy))
            #expect(copy.lines() == ["0 k 0 0 0 \(expected) string \u{1}"], "\(policy)")
        }
    }

    @Test("what stands around values has the bytes that redis-server gives it")
    func exact() throws {
        var library = Library(.allKeysLRU)
        var options = StoreOptions()
        options.expiry = Milliseconds(0x1A2_1F74_35B3)
        library.put("e", in: 0, Array("x".utf8), options)
        var writer = RDBFileWriter(compresses: true, policy: .allKeysLRU)
        var output = OutputBuffer(capacity: 64)
        writer.begin([("redis-ver", "7.0.15"), ("redis-bits", "64"), ("ctime", "1795724039")], to: &output)
        writer.beginDatabase(0, keys: 3, expiring: 1, to: &output)
        _ = library.handle.scan(.first, from: 0, count: 10) { writer.append($0, in: .first, to: &output) }
        writer.beginDatabase(3, keys: 300, expiring: 0, to: &output)
        writer.end(to: &output)
        // The first bytes are recorded from redis-server 7.0.15.
        let expected = """
            524544495330303130fa0972656469732d76657206372e302e3135fa0a72656469732d62697473c040fa056374696d65\
            c20793086bfe00fb0301fcb335741fa2010000f80000016501 78fe03fb412c00ff
            """
        #expect(flat(output) == bytes(hex: expected.filter { $0 != " " }))
    }

    @Test("a large value is not copied into the file, and compressed only when it is asked for")
    func large() throws {
        var library = Library()
        library.put("k", in: 2, [UInt8](repeating: 120, count: 40_000))
        var writer = RDBFileWriter(compresses: true)
        var output = OutputBuffer(capacity: 64)
        _ = library.handle.scan(DatabaseIndex(2), from: 0, count: 10) {
            writer.append($0, in: DatabaseIndex(2), to: &output)
        }
        #expect(output.splices.count == 1)
        #expect(output.count == 2 + 1 + 2 + 5)
        #expect(flat(output).count == output.totalCount)
        for compresses in [true, false] {
            var other = RDBFileWriter(compresses: compresses)
            var packed = OutputBuffer(capacity: 64)
            other.compress(output, to: &packed)
            #expect(packed.splices.isEmpty == compresses)
            if !compresses { #expect(flat(packed) == flat(output)) }
            let file =
                Array("REDIS0010".utf8) + flat(packed) + [255] + [UInt8](repeating: 0, count: 8)
            var copy = Library()
            _ = try copy.read(file)
            #expect(copy.lines() == library.lines())
        }
        // A number of this many digits is no number.
        #expect(output.span.copiedBytes().suffix(5) == [0x80, 0, 0, 0x9C, 0x40])
    }

    @Test("compression that is put off comes to the same bytes, of keys and values of every kind")
    func putOff() {
        var library = Library()
        for index in 0..<40 {
            let size = [0, 5, 20, 21, 100, 3000, 40_000][index % 7]
            let value = (0..<size).map { UInt8(truncatingIfNeeded: $0 / (index + 1)) }
            library.put(String(repeating: "k", count: index * 3) + "\(index)", in: 1, value)
        }
        for kind in [ValueKind.list, .set, .hash, .sortedSet, .stream] {
            for size in [3, 1000] {
                var draft = library.handle.makeDraft(kind)
                for index in 0..<size {
                    let element = Array("the element with the number \(index), and a long tail".utf8)
                    switch kind {
                    case .list: draft.append(element.span.rawBytes)
                    case .set: _ = draft.insert(element.span.rawBytes)
                    case .hash: _ = draft.set(element.span.rawBytes, to: element.span.rawBytes)
                    case .sortedSet: _ = draft.add(element.span.rawBytes, Double(index))
                    case .stream:
                        draft.editStream { stream in
                            stream.append(StreamID(UInt64(index + 1), 0), pairCount: 1) { visit in
                                for _ in 0..<2 { visit(element.span.rawBytes) }
                            }
                        }
                    case .string: break
                    }
                }
                let name = Array("\(kind) of \(size)".utf8)
                _ = library.handle.store(
                    library.handle.key(name.span.rawBytes, in: DatabaseIndex(1)), draft, StoreOptions())
            }
        }
        var files: [[UInt8]] = []
        for compression in [RDBCompression.atOnce, .later] {
            var writer = RDBFileWriter(compression)
            var compressor = RDBFileWriter(.atOnce)
            var output = OutputBuffer(capacity: 64)
            var cursor: UInt64 = 0
            repeat {
                var chunk = OutputBuffer(capacity: 64)
                var strings: [PlainString] = []
                writer.startChunk()
                cursor = library.handle.scan(DatabaseIndex(1), from: cursor, count: 7) {
                    writer.append($0, in: DatabaseIndex(1), to: &chunk)
                }
                writer.takePlainStrings(&strings)
                #expect(compression == .later || strings.isEmpty)
                compressor.compress(chunk, strings, to: &output)
            } while cursor != 0
            files.append(flat(output))
        }
        #expect(files[0] == files[1])
        #expect(files[0].count > 10_000)
    }

    @Test("chunks of several writers stand in one file in any order")
    func chunks() throws {
        var library = Library()
        for index in 0..<Library.databaseCount { library.put("k\(index)", in: index, [UInt8(index)]) }
        var chunks: [[UInt8]] = []
        for index in 0..<Library.databaseCount {
            var writer = RDBFileWriter(compresses: true)
            var output = OutputBuffer(capacity: 64)
            _ = library.handle.scan(DatabaseIndex(index), from: 0, count: 10) {
                writer.append($0, in: DatabaseIndex(index), to: &output)
            }
            chunks.append(flat(output))
        }
        var copy = Library()
        let items = chunks.reversed().flatMap { $0 }
        _ = try copy.read(Array("REDIS0010".utf8) + items + [255] + [UInt8](repeating: 0, count: 8))
        #expect(copy.lines() == library.lines())
    }

    @Test("a file of redis-server 7.0.15 is read as it is")
    func recorded() throws {
        let file = bytes(hex: RecordedFile.hex)
        var library = Library(.allKeysLRU)
        let events = try library.read(file)
        #expect(events == RecordedFile.events)
        #expect(library.lines() == RecordedFile.lines)
    }

    @Test("passing over a value leads to where reading it leads")
    func skips() throws {
        var library = Library()
        let payloads = RecordedPayload.all.map { ($0.title, Array(bytes(hex: $0.hex).dropLast(10))) }
        for (title, payload) in payloads + OldPayload.all.map({ ($0.title, $0.bytes) }) {
            let file = Array("REDIS0004".utf8) + [payload[0], 1, 107] + payload.dropFirst() + [255]
            var copy = Library()
            let skipped = try copy.read(file, skipsCollections: true)
            let read = try library.read(file)
            #expect(skipped == read, "\(title)")
            #expect(read.last == "end \(file.count)", "\(title)")
        }
    }
}
