// Values of all sizes, written and read again.

import Base
import Engine
import Testing

@testable import RDB

@Suite("Values there and back")
struct RoundTripTests {
    private static let kinds: [ValueKind] = [.list, .set, .hash, .sortedSet]

    @Test("a value of any size and form comes back whole", arguments: kinds, [1, 5, 130, 600, 5000])
    func sizes(_ kind: ValueKind, _ count: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var shelf = Shelf()
        shelf.put(draft(kind, count, shelf.handle, &random))
        let content = shelf.content()
        let whole = shelf.save(compresses: false)
        let compressed = shelf.save(compresses: true)
        for bytes in [whole, compressed] {
            let isWhole = try shelf.loadWhole(bytes)
            #expect(isWhole, "seed \(seed)")
            #expect(shelf.content() == content, "seed \(seed)")
            shelf.engine.checkInvariants { Issue.record("seed \(seed): \($0)") }
        }
        #expect(compressed.count <= whole.count)
    }

    private func draft(
        _ kind: ValueKind, _ count: Int, _ engine: EngineHandle, _ random: inout SplitMix64
    ) -> ValueDraft {
        var draft = engine.makeDraft(kind)
        for index in 0..<count {
            // Numbers of all sizes, texts short and long, and one that has a block of its own now and then.
            let size = [1, 3, 10, 60, 61, 125, 300][random.next(below: 7)]
            let text =
                random.next(below: 3) == 0
                ? String(Int64(bitPattern: random.next()) >> Int64(random.next(below: 64)))
                : "\(index) " + String(repeating: "v", count: index % 500 == 499 ? 5000 : size)
            let value = Array(text.utf8)
            let name = Array("\(index % 2 == 0 ? "member " : "")\(index)".utf8)
            switch kind {
            case .list: draft.append(unsafe value.span.bytes)
            case .set: _ = draft.insert(unsafe name.span.bytes)
            case .hash: _ = unsafe draft.set(name.span.bytes, to: value.span.bytes)
            case .sortedSet:
                let score = random.next(below: 4) == 0 ? 0.5 : Double(random.next(below: 1000)) / 8 - 20
                _ = draft.add(unsafe name.span.bytes, score)
            case .string, .stream: preconditionFailure("not here")
            }
        }
        return draft
    }

    @Test("a stream comes back whole, with its groups", arguments: [0, 1, 99, 100, 101, 3000])
    func streams(_ count: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var shelf = Shelf()
        var limits = CollectionLimitValues()
        limits[.streamNode] = [0, 3, 100][random.next(below: 3)]
        shelf.engine.limits = limits
        var draft = shelf.handle.makeDraft(.stream)
        let group = Array("group".utf8)
        let consumers = ["alice", "bob"].map { Array($0.utf8) }
        var id = StreamID(1_700_000_000_000, 5)
        draft.editStream { stream in
            stream.create()
            for index in 0..<count {
                // Now and then a sequence that begins anew, and other names.
                id = StreamID(id.milliseconds, id.sequence + 1)
                if random.next(below: 5) == 0 { id = StreamID(id.milliseconds + 3, 0) }
                let names = random.next(below: 10) == 0 ? ["x", "\(index)"] : ["temperature", "humidity"]
                let parts = names.flatMap { [$0, "\(index)"] }.map { Array($0.utf8) }
                stream.append(id, pairCount: 2) { visit in
                    for part in parts { unsafe visit(part.span.bytes) }
                }
            }
            _ = unsafe stream.createGroup(group.span.bytes, lastID: .zero, entriesRead: nil)
            guard let made = stream.group(unsafe group.span.bytes) else { return }
            for (index, name) in consumers.enumerated() {
                let consumer = stream.createConsumer(unsafe name.span.bytes, of: made)
                let half = index * count / 2..<(index + 1) * count / 2
                stream.deliver(half, to: consumer, of: made, isAcknowledged: false) { _ in }
            }
            if count > 2 { _ = stream.remove(id) }
        }
        shelf.put(draft)
        let content = shelf.content()
        for compresses in [false, true] {
            let isWhole = try shelf.loadWhole(shelf.save(compresses: compresses))
            #expect(isWhole)
            #expect(shelf.content() == content, "seed \(seed)")
            shelf.engine.checkInvariants { Issue.record("seed \(seed): \($0)") }
        }
    }

    @Test("a stream is cut into nodes by the setting in force", arguments: [(0, 1), (3, 34), (100, 1), (99, 2)])
    func streamNodes(_ setting: Int, _ nodeCount: Int) {
        var shelf = Shelf()
        var limits = CollectionLimitValues()
        limits[.streamNode] = setting
        shelf.engine.limits = limits
        var draft = shelf.handle.makeDraft(.stream)
        for index in 1...100 {
            draft.editStream { stream in
                stream.append(StreamID(UInt64(index), 0), pairCount: 1) { visit in
                    for part in 0..<2 { visit(DecimalText(Int64(part)).span) }
                }
            }
        }
        shelf.put(draft)
        let saved = shelf.save(compresses: false)
        #expect(Int(saved[1]) == nodeCount)
    }

    @Test("a string of any size comes back whole, numbers included")
    func strings() throws {
        var shelf = Shelf()
        let numbers = [0, -1, 127, 128, -128, -129, 32767, 32768, -32769, 2_147_483_647, 2_147_483_648, -99_999_999_999]
        var texts = numbers.map { Array(String($0).utf8) }
        texts += [0, 1, 20, 21, 63, 64, 16383, 16384, 100_000].map { [UInt8](repeating: 120, count: $0) }
        texts += ["-0", "007", "+1", "1.0", " 1"].map { Array($0.utf8) }
        for text in texts {
            for compresses in [false, true] {
                shelf.put(ValueDraft(string: unsafe text.span.bytes)!)
                let isWhole = try shelf.loadWhole(shelf.save(compresses: compresses))
                #expect(isWhole)
                #expect(shelf.content() == "string " + shown(unsafe text.span.bytes))
            }
        }
    }

    @Test("a list is cut into nodes by the setting in force", arguments: [-5, -2, -1, 1, 3, 128])
    func nodes(_ setting: Int) throws {
        var shelf = Shelf()
        var limits = CollectionLimitValues()
        limits[.listNode] = setting
        shelf.engine.limits = limits
        var draft = shelf.handle.makeDraft(.list)
        for index in 0..<400 {
            let element = Array("element \(index)".utf8)
            draft.append(unsafe element.span.bytes)
        }
        shelf.put(draft)
        let content = shelf.content()
        let saved = shelf.save(compresses: false)
        if setting > 0 {
            let nodeCount = (400 + setting - 1) / setting
            let isShort = nodeCount < 64
            #expect(isShort ? Int(saved[1]) == nodeCount : Int(saved[1] & 0x3F) << 8 | Int(saved[2]) == nodeCount)
        }
        let isWhole = try shelf.loadWhole(saved)
        #expect(isWhole)
        #expect(shelf.content() == content)
    }
}
