// Streams against an array of entries, and their groups against dictionaries.

import Base
import Engine
import Testing

@Suite("Streams")
struct StreamValueTests {
    struct Entry: Equatable {
        var id: StreamID
        var parts: [String]
    }

    struct Pending: Equatable {
        var consumer: String
        var time: Int64
        var count: UInt64
    }

    struct Group: Equatable {
        var lastID = StreamID.zero
        var consumers: Set<String> = []
        var pending: [UInt64: [UInt64: Pending]] = [:]

        mutating func give(_ id: StreamID, _ pending: Pending?) {
            self.pending[id.milliseconds, default: [:]][id.sequence] = pending
        }
        func find(_ id: StreamID) -> Pending? { pending[id.milliseconds]?[id.sequence] }
        /// By ID.
        var all: [(id: StreamID, pending: Pending)] {
            pending.flatMap { milliseconds, rest in
                rest.map { (id: StreamID(milliseconds, $0.key), pending: $0.value) }
            }.sorted { $0.id < $1.id }
        }
    }

    struct Model: Equatable {
        var entries: [Entry] = []
        var lastID = StreamID.zero
        var maxDeletedID = StreamID.zero
        var addedCount: Int64 = 0
        var groups: [String: Group] = [:]
        var exists = false
    }

    private func edit(_ engine: inout TestEngine, _ number: Int, _ body: (inout StreamValue) -> Void) {
        _ = engine.withKey(Array("stream\(number)".utf8)) { handle, key in
            handle.edit(key, as: StreamValue.self) { stream in body(&stream) }
        }
    }

    private func append(_ stream: inout StreamValue, _ entry: Entry) {
        let parts = entry.parts.map { Array($0.utf8) }
        stream.append(entry.id, pairCount: parts.count / 2) { visit in
            for part in parts { unsafe visit(part.span.bytes) }
        }
    }

    // MARK: Entries

    @Test("a stream holds what an array holds, and its groups what dictionaries hold", arguments: 0..<5)
    func model(_ index: Int) {
        let seed = UInt64(index) + 4242
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var engine = TestEngine(shards: 4, seed: seed)
        var models = [Model(), Model()]
        let names = [["a"], ["temperature", "humidity"], ["x", "y"], [String(repeating: "n", count: 300)]]
        let stepCount = [300, 2500, 2500, 2500, 2500][index]
        let adding = [5, 5, 30, 12, 12][index]
        for step in 0..<stepCount {
            let number = random.next(below: 8) == 0 ? 1 : 0
            engine.handle.now = Milliseconds(1_000_000 + Int64(step))
            switch random.next(below: adding + 22) {
            case 0..<adding:
                var id = models[number].lastID
                switch random.next(below: 4) {
                case 0: id = id.next!
                case 1: id = StreamID(id.milliseconds + 1 + UInt64(random.next(below: 1 << 40)), 0)
                case 2: id = StreamID(id.milliseconds + UInt64(random.next(below: 3)), id.sequence + 1 + 300)
                default: id = StreamID(id.milliseconds + 1, UInt64(random.next(below: 2)))
                }
                let kind = random.next(below: 6)
                let own = kind < 4 ? names[kind] : (0..<random.next(below: kind == 5 ? 300 : 4) + 1).map { "f\($0)\(step)" }
                let length = random.next(below: 60) == 0 ? 1500 : random.next(below: 30)
                let value = String(repeating: "v", count: length)
                let entry = Entry(id: id, parts: own.flatMap { [$0, value] })
                edit(&engine, number) { append(&$0, entry) }
                models[number].entries.append(entry)
                models[number].lastID = id
                models[number].addedCount += 1
                models[number].exists = true
            case adding..<adding + 2:
                let amount = min(models[number].entries.count, [1, 2, 30][random.next(below: 3)])
                edit(&engine, number) { $0.removeFirst(amount) }
                models[number].entries.removeFirst(amount)
            case adding + 2..<adding + 5:
                remove(&engine, number, &models[number], &random)
            case adding + 5 where random.next(below: 8) == 0:
                copy(&engine, from: number)
                if models[number].exists { models[1 - number] = models[number] }
            default:
                useGroups(&engine, number, &models[number], &random, step)
            }
            if step % 100 == 0 { compare(&engine, models, &random, "seed \(seed), step \(step)") }
        }
        compare(&engine, models, &random, "seed \(seed), at the end")
        for number in 0..<2 {
            _ = engine.withKey(Array("stream\(number)".utf8)) { handle, key in handle.delete(key) }
        }
        engine.check("seed \(seed), after the end")
    }

    private func remove(_ engine: inout TestEngine, _ number: Int, _ model: inout Model, _ random: inout SplitMix64) {
        guard !model.entries.isEmpty else { return }
        let place = random.next(below: model.entries.count)
        let id = model.entries[place].id
        var outcomes: [Bool] = []
        edit(&engine, number) { stream in
            outcomes = [stream.remove(id), stream.remove(id)]
        }
        #expect(outcomes == [true, false])
        model.entries.remove(at: place)
        model.maxDeletedID = max(model.maxDeletedID, id)
    }

    private func copy(_ engine: inout TestEngine, from number: Int) {
        _ = engine.withKey(Array("stream\(number)".utf8)) { handle, key in
            let bytes = Array("stream\(1 - number)".utf8)
            let target = unsafe handle.key(bytes.span.bytes, in: .first)
            return handle.copy(key, to: target, replaces: true)
        }
    }

    // MARK: Groups

    private func useGroups(
        _ engine: inout TestEngine, _ number: Int, _ model: inout Model, _ random: inout SplitMix64, _ step: Int
    ) {
        let groupName = "group\(random.next(below: 3))"
        let consumerName = random.next(below: 40) == 0 ? String(repeating: "c", count: 1200) : "c\(random.next(below: 4))"
        let nameBytes = Array(groupName.utf8)
        let consumerBytes = Array(consumerName.utf8)
        let now = engine.handle.now.rawValue
        var group = model.groups[groupName]
        let choice = random.next(below: 30)
        let amount = random.next(below: 8)
        let place = model.entries.isEmpty ? 0 : random.next(below: model.entries.count)
        let some = model.entries.isEmpty ? StreamID(1, 1) : model.entries[place].id
        let entries = model.entries
        edit(&engine, number) { stream in
            let name = unsafe nameBytes.span.bytes
            guard let found = stream.group(name) else {
                let wasGone = group == nil
                #expect(wasGone)
                let isMade = stream.createGroup(name, lastID: some, entriesRead: nil)
                #expect(isMade)
                group = Group(lastID: some)
                return
            }
            guard group != nil else {
                Issue.record("a group that was not made")
                return
            }
            let consumer = unsafe stream.seenConsumer(consumerBytes.span.bytes, of: found)
            #expect(consumer.seenAt == now)
            group!.consumers.insert(consumerName)
            switch choice {
            case 0 where step % 50 == 0:
                stream.remove(found)
                group = nil
            case 1 where amount < 4:
                let own = group!.all.filter { $0.pending.consumer == consumerName }.prefix(amount)
                stream.drop(amount, of: consumer, found)
                for (id, _) in own { group!.give(id, nil) }
            case 1:
                stream.remove(consumer, of: found)
                for (id, pending) in group!.all where pending.consumer == consumerName { group!.give(id, nil) }
                group!.consumers.remove(consumerName)
            case 2:
                stream.set(found, lastID: .zero, entriesRead: nil)
                group!.lastID = .zero
            case 3..<10:
                let isPending = group!.find(some) != nil
                let wasPending = stream.acknowledge(some, of: found)
                #expect(wasPending == isPending)
                group!.give(some, nil)
            case 10..<15:
                stream.claim(some, for: consumer, of: found, deliveredAt: now - 7, deliveryCount: UInt64(step) << 20)
                group!.give(some, Pending(consumer: consumerName, time: now - 7, count: UInt64(step) << 20))
            case 15..<18:
                let own = group!.all.filter { $0.pending.consumer == consumerName }
                var shown: [StreamID] = []
                let all = stream.ownPositions(of: consumer, from: .zero, through: .max)
                #expect(all.count == own.count)
                let positions = all.prefix(amount)
                stream.deliverAgain(positions, to: consumer, of: found, { shown.append($0.id) }, gone: { shown.append($0) })
                #expect(shown == own.prefix(amount).map(\.id))
                for (id, pending) in own.prefix(amount) where entries.contains(where: { $0.id == id }) {
                    group!.give(id, Pending(consumer: consumerName, time: now, count: pending.count + 1))
                }
            default:
                let lastID = found.lastID
                #expect(lastID == group!.lastID)
                let positions = stream.positions(from: lastID.next!, through: .max).prefix(amount)
                var shown: [StreamID] = []
                stream.deliver(positions, to: consumer, of: found, isAcknowledged: choice == 29) { shown.append($0.id) }
                #expect(shown == entries.filter { $0.id > lastID }.prefix(amount).map(\.id))
                for id in shown {
                    group!.lastID = id
                    if choice != 29 { group!.give(id, Pending(consumer: consumerName, time: now, count: 1)) }
                }
            }
        }
        model.groups[groupName] = group
        model.exists = true
    }

    // MARK: Comparison

    private func compare(
        _ engine: inout TestEngine, _ models: [Model], _ random: inout SplitMix64, _ context: String
    ) {
        engine.check(context)
        for number in 0..<2 {
            let model = models[number]
            let first = StreamID(UInt64(random.next(below: 1 << 42)), 0)
            let last = StreamID(UInt64(random.next(below: 1 << 42)), 5)
            var isThere = false
            _ = engine.withKey(Array("stream\(number)".utf8)) { handle, key in
                handle.read(key, as: StreamValue.self) { stream in
                    isThere = true
                    let all = Self.entries(stream, 0..<stream.count, isReversed: false)
                    #expect(all == model.entries, "\(context)")
                    let positions = stream.positions(from: first, through: last)
                    let wanted = model.entries.filter { $0.id >= first && $0.id <= last }
                    let found = Self.entries(stream, positions, isReversed: true)
                    #expect(found == wanted.reversed(), "\(context)")
                    let (last, deleted, added) = (stream.lastID, stream.maxDeletedID, stream.addedCount)
                    #expect(last == model.lastID && deleted == model.maxDeletedID, "\(context)")
                    #expect(added == model.addedCount, "\(context)")
                    let (firstID, topID, groupCount) = (stream.firstID, stream.topID, stream.groupCount)
                    #expect(firstID == model.entries.first?.id, "\(context)")
                    #expect(topID == model.entries.last?.id, "\(context)")
                    #expect(groupCount == model.groups.count, "\(context)")
                    stream.forEachGroup { group in
                        Self.compare(stream, group, model.groups[group.name.copiedText()], context)
                    }
                }
            }
            #expect(isThere == model.exists, "\(context)")
        }
    }

    private static func entries(_ stream: borrowing StreamValue, _ range: Range<Int>, isReversed: Bool) -> [Entry] {
        var found: [Entry] = []
        stream.forEach(range, isReversed: isReversed) { entry in
            var parts: [String] = []
            entry.forEachPart { parts.append($0.copiedText()) }
            let pairCount = entry.pairCount
            #expect(parts.count == pairCount * 2)
            found.append(Entry(id: entry.id, parts: parts))
        }
        return found
    }

    private static func compare(
        _ stream: borrowing StreamValue, _ group: StreamGroup, _ model: Group?, _ context: String
    ) {
        guard let model else {
            Issue.record("a group that was not made, \(context)")
            return
        }
        #expect(group.lastID == model.lastID, "\(context)")
        var consumers: [String] = []
        stream.forEachConsumer(of: group) { consumers.append($0.name.copiedText()) }
        #expect(consumers == model.consumers.sorted(), "\(context)")
        var found: [StreamID] = []
        var pending: [Pending] = []
        stream.forEachPending(stream.pendingPositions(of: group, from: .zero, through: .max)) { entry in
            found.append(entry.id)
            let name = entry.consumer.name.copiedText()
            pending.append(Pending(consumer: name, time: entry.deliveredAt, count: entry.deliveryCount))
            return true
        }
        let wanted = model.all
        #expect(found == wanted.map(\.id), "\(context)")
        #expect(pending == wanted.map(\.pending), "\(context)")
        #expect(group.pendingCount == wanted.count, "\(context)")
    }

    // MARK: What it costs

    @Test("entries that have the same names keep them once")
    func sharedNames() {
        var engine = TestEngine(shards: 1)
        edit(&engine, 0) { stream in
            for index in 0..<10_000 {
                let id = StreamID(1_700_000_000_000 + UInt64(index), 0)
                append(&stream, Entry(id: id, parts: ["temperature", "21.5", "humidity", "40"]))
            }
        }
        var size = 0
        _ = engine.withKey(Array("stream0".utf8)) { handle, key in handle.look(key) { size = $0.footprint } }
        // ID 7, number of the names 1, values 8, entry 2, leaves and nodes 1.
        #expect(size / 10_000 == 19)
        edit(&engine, 0) { $0.removeFirst(10_000) }
        engine.check("emptied")
    }
}
