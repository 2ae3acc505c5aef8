// Random verbs against a plain Dictionary, with the engine's invariants checked on the way.

import Base
import Engine
import Testing

/// What the model knows of one item.
private struct ModelItem {
    var value: [UInt8]
    var flags: UInt32
    var expiry: Int64
    var cas: UInt64
}

private struct ModelKey: Hashable {
    var name: Int
    var database: Int
    var bytes: [UInt8] {
        // A few keys are longer than the short form holds, some longer than any slot.
        let text = "key:\(name)"
        let size = name % 31 == 0 ? 70_000 : name % 17 == 0 ? 300 : name % 19 == 0 ? 1020 + name % 8 : 0
        return Array((text + String(repeating: "x", count: size)).utf8)
    }
}

private struct Model {
    var items: [ModelKey: ModelItem] = [:]
    var now: Int64 = 1_000_000

    mutating func live(_ key: ModelKey) -> ModelItem? {
        guard let item = items[key] else { return nil }
        if item.expiry != 0 && item.expiry <= now {
            items[key] = nil
            return nil
        }
        return item
    }
}

struct ModelRun: ~Copyable {
    var engine: TestEngine
    private var model = Model()
    var random: SplitMix64
    var trace = ""
    let databases: Int

    init(seed: UInt64, databases: Int) {
        engine = TestEngine(databases: databases, seed: seed)
        engine.engine.tracksItemSizes = seed % 2 == 1
        random = SplitMix64(seed: seed)
        self.databases = databases
    }

    private mutating func randomKey() -> ModelKey {
        ModelKey(name: random.next(below: 150), database: random.next(below: databases))
    }

    private mutating func randomValue() -> [UInt8] {
        let size =
            switch random.next(below: 40) {
            case 0: 20_000 + random.next(below: 30_000)
            case 1...3: random.next(below: 8000)
            default: random.next(below: 120)
            }
        let byte = UInt8(truncatingIfNeeded: random.next())
        return [UInt8](repeating: byte, count: size)
    }

    private mutating func randomExpiry() -> Int64 {
        random.next(below: 3) == 0 ? model.now + Int64(random.next(below: 5000)) + 1 : 0
    }

    mutating func step() {
        let key = randomKey()
        switch random.next(below: 20) {
        case 0...5: store(key)
        case 6...8: read(key)
        case 9: remove(key)
        case 10: extend(key)
        case 11: overwrite(key)
        case 12: add(key)
        case 13: expire(key)
        case 14: transfer(key)
        case 15: advance()
        case 16: invalidate(key)
        case 17: fetch(key)
        case 18: rarely(key)
        default: maintain()
        }
    }

    private mutating func store(_ key: ModelKey) {
        let value = randomValue()
        var options = StoreOptions()
        options.mode = [.set, .set, .set, .add, .replace][random.next(below: 5)]
        options.flags = random.next(below: 2) == 0 ? 0 : UInt32(random.next(below: 1000))
        options.expiry = Milliseconds(randomExpiry())
        options.keepsExpiry = random.next(below: 4) == 0
        options.casField = random.next(below: 2) == 0 ? .none : .fresh
        let old = model.live(key)
        if random.next(below: 6) == 0 { options.expectedCAS = old.map { $0.cas == 0 ? 7 : $0.cas } ?? 7 }
        var shownBefore: [UInt8]?
        var cas: UInt64 = 0
        let span = unsafe value.span.bytes
        let outcome = engine.withKey(key.bytes, key.database) { handle, key in
            handle.store(
                key, span, options, before: { shownBefore = $0.value.copiedBytes() }, after: { cas = $0.cas })
        }
        trace = "store \(key) \(options.mode) \(value.count) \(options)"
        let expected: StoreOutcome
        if let wanted = options.expectedCAS, old == nil || old!.cas != wanted || old!.cas == 0 {
            expected = old == nil ? .notFound : .exists
        } else if options.mode == .add && old != nil || options.mode == .replace && old == nil {
            expected = .notStored
        } else {
            expected = .stored
        }
        #expect("\(outcome)" == "\(expected)", "\(trace)")
        #expect(shownBefore == old?.value, "\(trace)")
        if case .stored = expected {
            let expiry = options.keepsExpiry && old != nil ? old!.expiry : options.expiry.rawValue
            model.items[key] = ModelItem(value: value, flags: options.flags, expiry: expiry, cas: cas)
            #expect((cas != 0) == (options.casField == .fresh), "\(trace)")
        }
    }

    private mutating func read(_ key: ModelKey) {
        trace = "read \(key)"
        var shown: ModelItem?
        let wantsCAS = random.next(below: 3) == 0
        _ = engine.withKey(key.bytes, key.database) { handle, key in
            handle.get(key, wantsCAS: wantsCAS) { item in
                shown = ModelItem(
                    value: item.value.copiedBytes(), flags: item.flags, expiry: item.expiry.rawValue, cas: item.cas)
            }
        }
        let expected = model.live(key)
        #expect(shown?.value == expected?.value, "\(trace)")
        #expect(shown?.flags == expected?.flags, "\(trace)")
        #expect(shown?.expiry == expected?.expiry, "\(trace)")
        if let expected, expected.cas != 0 { #expect(shown?.cas == expected.cas, "\(trace)") }
        if wantsCAS, expected != nil {
            #expect(shown!.cas != 0, "\(trace)")
            model.items[key]!.cas = shown!.cas
        }
    }

    private mutating func remove(_ key: ModelKey) {
        trace = "delete \(key)"
        let outcome = engine.withKey(key.bytes, key.database) { handle, key in handle.delete(key) }
        #expect((outcome == .deleted) == (model.live(key) != nil), "\(trace)")
        model.items[key] = nil
    }

    private mutating func extend(_ key: ModelKey) {
        let value = randomValue()
        var options = ExtendOptions()
        options.side = random.next(below: 2) == 0 ? .start : .end
        options.createsMissing = random.next(below: 2) == 0
        let old = model.live(key)
        if (old?.value.count ?? 0) > 200_000 { return }
        trace = "extend \(key) \(options.side) \(value.count)"
        let span = unsafe value.span.bytes
        var cas: UInt64 = 0
        let outcome = engine.withKey(key.bytes, key.database) { handle, key in
            handle.extend(key, with: span, options, after: { cas = $0.cas })
        }
        guard let old else {
            #expect("\(outcome)" == (options.createsMissing ? "stored" : "notStored"), "\(trace)")
            if options.createsMissing { model.items[key] = ModelItem(value: value, flags: 0, expiry: 0, cas: cas) }
            return
        }
        #expect("\(outcome)" == "stored", "\(trace)")
        #expect((old.cas == 0) == (cas == 0) && (cas == 0 || cas != old.cas), "\(trace)")
        model.items[key]!.value = options.side == .start ? value + old.value : old.value + value
        model.items[key]!.cas = cas
    }

    private mutating func overwrite(_ key: ModelKey) {
        let value = Array(randomValue().prefix(300))
        let offset = random.next(below: random.next(below: 10) == 0 ? 30_000 : 200)
        let old = model.live(key)
        trace = "overwrite \(key) at \(offset), \(value.count)"
        let span = unsafe value.span.bytes
        var cas: UInt64?
        let outcome = engine.withKey(key.bytes, key.database) { handle, key in
            handle.overwrite(key, at: offset, with: span, sizeMax: 1 << 29, after: { cas = $0.cas })
        }
        #expect("\(outcome)" == "stored", "\(trace)")
        guard !value.isEmpty else { return }
        var bytes = old?.value ?? []
        if bytes.count < offset + value.count {
            bytes += [UInt8](repeating: 0, count: offset + value.count - bytes.count)
        }
        bytes.replaceSubrange(offset..<(offset + value.count), with: value)
        model.items[key] = ModelItem(value: bytes, flags: old?.flags ?? 0, expiry: old?.expiry ?? 0, cas: cas ?? 0)
    }

    private mutating func add(_ key: ModelKey) {
        let isUnsigned = random.next(below: 2) == 0
        if random.next(below: 2) == 0 {
            let number = Array("\(random.next(below: 100_000))".utf8)
            _ = engine.withKey(key.bytes, key.database) { handle, key in
                unsafe handle.store(key, number.span.bytes, StoreOptions())
            }
            model.items[key] = ModelItem(value: number, flags: 0, expiry: 0, cas: 0)
        }
        let delta = UInt64(random.next(below: 1_000_000))
        var options = AddOptions(rule: isUnsigned ? .unsignedWrapping : .signedChecked, delta: delta)
        options.isDecrement = isUnsigned && random.next(below: 2) == 0
        trace = "add \(key) \(options)"
        let old = model.live(key)
        var shown: ModelItem?
        let outcome = engine.withKey(key.bytes, key.database) { handle, key in
            handle.add(key, options) { item in
                shown = ModelItem(
                    value: item.value.copiedBytes(), flags: item.flags, expiry: item.expiry.rawValue, cas: item.cas)
            }
        }
        guard let old else {
            if case .notFound = outcome { return }
            Issue.record("\(trace): \(outcome) without an item")
            return
        }
        let text = String(decoding: old.value, as: UTF8.self)
        let number = isUnsigned ? UInt64(text.prefix { $0 != " " }) : UInt64(text)
        guard let number, !(text.first == "0" && text.count > 1 && !isUnsigned) else {
            if case .number = outcome { Issue.record("\(trace) of \(text.prefix(30))") }
            return
        }
        let sum = options.isDecrement ? (number < delta ? 0 : number - delta) : number + delta
        guard case .number(sum) = outcome else {
            Issue.record("\(trace): \(outcome), not \(sum)")
            return
        }
        var expected = Array("\(sum)".utf8)
        if isUnsigned { while expected.count < old.value.count { expected.append(32) } }
        #expect(shown?.value == expected, "\(trace)")
        model.items[key] = shown
    }

    private mutating func expire(_ key: ModelKey) {
        let at = randomExpiry()
        let old = model.live(key)
        trace = "expire \(key) at \(at)"
        let outcome = engine.withKey(key.bytes, key.database) { handle, key in handle.expire(key, at: Milliseconds(at)) }
        guard old != nil else { return #expect(outcome == .notFound, "\(trace)") }
        #expect(outcome == (at == 0 && old!.expiry == 0 ? .unchanged : .changed), "\(trace)")
        model.items[key]!.expiry = at
    }

    private mutating func transfer(_ key: ModelKey) {
        let target = randomKey()
        let replaces = random.next(below: 2) == 0
        let moves = random.next(below: 2) == 0
        trace = "\(moves ? "rename" : "copy") \(key) to \(target) \(replaces)"
        let old = model.live(key)
        let there = model.live(target)
        let sourceBytes = key.bytes
        let targetBytes = target.bytes
        let source = engine.handle.key(unsafe sourceBytes.span.bytes, in: DatabaseIndex(key.database))
        let place = engine.handle.key(unsafe targetBytes.span.bytes, in: DatabaseIndex(target.database))
        let outcome =
            moves
            ? engine.handle.rename(source, to: place, replaces: replaces)
            : engine.handle.copy(source, to: place, replaces: replaces)
        let expected = old == nil ? "notFound" : there != nil && !replaces ? "notStored" : "stored"
        #expect("\(outcome)" == expected, "\(trace)")
        if expected == "stored" && key != target {
            model.items[target] = old
            if moves { model.items[key] = nil }
        }
    }

    private mutating func advance() {
        model.now += Int64(random.next(below: 2000))
        trace = "advance to \(model.now)"
        engine.handle.now = Milliseconds(model.now)
    }

    private mutating func invalidate(_ key: ModelKey) {
        var options = InvalidateOptions()
        options.marksStale = random.next(below: 2) == 0
        options.dropsValue = !options.marksStale || random.next(below: 2) == 0
        trace = "invalidate \(key) \(options)"
        let old = model.live(key)
        var cas: UInt64 = 0
        let outcome = engine.withKey(key.bytes, key.database) { handle, key in
            handle.invalidate(key, options, after: { cas = $0.cas })
        }
        #expect((outcome == .deleted) == (old != nil), "\(trace)")
        guard old != nil else { return }
        model.items[key]!.cas = cas
        if options.dropsValue {
            model.items[key]!.value = []
            model.items[key]!.flags = 0
        }
    }

    private mutating func fetch(_ key: ModelKey) {
        var options = FetchOptions()
        if random.next(below: 2) == 0 { options.newExpiry = Milliseconds(randomExpiry()) }
        if random.next(below: 2) == 0 { options.vivifyExpiry = Milliseconds(model.now + 1000) }
        trace = "fetch \(key)"
        let old = model.live(key)
        var shown: [UInt8]?
        let outcome = engine.withKey(key.bytes, key.database) { handle, key in
            handle.fetch(key, options) { item, _ in shown = item.value.copiedBytes() }
        }
        if let old {
            #expect(shown == old.value && outcome == .hit, "\(trace)")
            if let expiry = options.newExpiry { model.items[key]!.expiry = expiry.rawValue }
        } else if let expiry = options.vivifyExpiry {
            #expect(shown == [] && outcome == .created, "\(trace)")
            model.items[key] = ModelItem(value: [], flags: 0, expiry: expiry.rawValue, cas: 0)
        } else {
            #expect(shown == nil, "\(trace)")
        }
    }

    private mutating func rarely(_ key: ModelKey) {
        switch random.next(below: 30) {
        case 0:
            trace = "flush \(key.database)"
            engine.handle.flush(DatabaseIndex(key.database))
            model.items = model.items.filter { $0.key.database != key.database }
        case 1:
            let other = random.next(below: databases)
            trace = "swap \(key.database) \(other)"
            engine.handle.swap(DatabaseIndex(key.database), DatabaseIndex(other))
            var swapped: [ModelKey: ModelItem] = [:]
            for (place, item) in model.items {
                var place = place
                if place.database == key.database {
                    place.database = other
                } else if place.database == other {
                    place.database = key.database
                }
                swapped[place] = item
            }
            model.items = swapped
        case 2...6: compareAll(key.database)
        default: break
        }
    }

    private mutating func compareAll(_ database: Int) {
        trace = "scan \(database)"
        var names: Set<[UInt8]> = []
        var cursor: UInt64 = 0
        repeat {
            cursor = engine.handle.scan(DatabaseIndex(database), from: cursor, count: 1 + random.next(below: 20)) { item in
                #expect(names.insert(item.key.copiedBytes()).inserted, "shown twice without a write in between")
            }
        } while cursor != 0
        let now = model.now
        let expected = model.items.filter { $0.key.database == database && ($0.value.expiry == 0 || $0.value.expiry > now) }
        #expect(names == Set(expected.keys.map(\.bytes)), "\(trace)")
    }

    private mutating func maintain() {
        trace = "maintain"
        engine.handle.maintain(microseconds: 200)
    }
}

@Suite("The engine against a model")
struct ModelTests {
    @Test("random verbs do what a Dictionary would", arguments: 0..<6)
    func randomVerbs(_ index: Int) {
        let seed = UInt64(index) &* 7919 &+ 20_251
        print("model seed \(seed)")
        var run = ModelRun(seed: seed, databases: index % 2 == 0 ? 1 : 3)
        for step in 0..<6000 {
            run.step()
            if step % 7 == 0 || step < 200 { run.engine.check("seed \(seed), step \(step), after \(run.trace)") }
        }
    }
}
