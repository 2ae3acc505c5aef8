// Random verbs of every kind of value, for tests that compare states and not answers.

import Base
import Engine

/// Writes into an engine by one handle of its own.
struct RandomWriter {
    var handle: EngineHandle
    var random: SplitMix64
    let databases: Int
    /// Keys in each database; their numbers say what they usually hold.
    let keyCount: Int
    /// What was done last.
    private(set) var trace = ""

    init(_ engine: Engine, seed: UInt64, databases: Int, keyCount: Int) {
        handle = engine.makeHandle()
        handle.now = Milliseconds(1_000_000)
        random = SplitMix64(seed: seed)
        self.databases = databases
        self.keyCount = keyCount
    }

    mutating func advance() { handle.now = Milliseconds(handle.now.rawValue + Int64(random.next(below: 400))) }

    // MARK: Choices

    private func name(_ number: Int) -> [UInt8] {
        // Some keys are longer than the short form holds, some longer than an item.
        let size = number % 29 == 0 ? 1100 : number % 17 == 0 ? 300 : 0
        return Array(("key:\(number)" + String(repeating: "x", count: size)).utf8)
    }

    private mutating func chance(_ one: Int) -> Bool { random.next(below: one) == 0 }

    private mutating func bytes(_ sizeMax: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(97 + random.next(below: 26)), count: random.next(below: sizeMax))
    }

    private mutating func element() -> [UInt8] {
        var element = Array("\(random.next(below: 300))".utf8)
        if chance(3) { element += bytes(chance(40) ? 1500 : 80) }
        return element
    }

    private mutating func expiry() -> Milliseconds {
        Milliseconds(chance(3) ? handle.now.rawValue + 1 + Int64(random.next(below: 5000)) : 0)
    }

    private mutating func on(_ number: Int, _ body: (inout RandomWriter, Key) -> Void) {
        let bytes = name(number)
        let database = DatabaseIndex(random.next(below: databases))
        let key = handle.key(unsafe bytes.span.bytes, in: database)
        body(&self, key)
    }

    // MARK: Verbs

    /// Does one thing to a few keys.
    mutating func step() {
        let number = random.next(below: keyCount)
        if chance(8) {
            on(number) { writer, key in writer.changeAny(key, number) }
            return
        }
        on(number) { writer, key in
            switch number % 9 {
            case 0, 1: writer.changeString(key, sizeMax: 200)
            case 2: writer.changeString(key, sizeMax: 60_000)
            case 3: writer.changeList(key)
            case 4: writer.changeSet(key)
            case 5: writer.changeHash(key)
            case 6: writer.changeSortedSet(key)
            case 7: writer.changeStream(key)
            default: writer.changeRegisters(key)
            }
        }
    }

    private mutating func changeAny(_ key: Key, _ number: Int) {
        let other = name(chance(2) ? (number + 9 * random.next(below: 5)) % keyCount : random.next(below: keyCount))
        let target = handle.key(unsafe other.span.bytes, in: DatabaseIndex(random.next(below: databases)))
        switch random.next(below: 10) {
        case 0...1:
            trace = "delete"
            _ = handle.delete(key)
        case 2...3:
            trace = "rename"
            _ = handle.rename(key, to: target, replaces: true)
        case 4...5:
            trace = "copy"
            _ = handle.copy(key, to: target, replaces: true)
        case 6:
            trace = "expire"
            _ = handle.expire(key, at: expiry())
        case 7:
            trace = "invalidate"
            var options = InvalidateOptions()
            options.marksStale = chance(2)
            options.dropsValue = !options.marksStale
            _ = handle.invalidate(key, options)
        case 8:
            trace = "take"
            _ = handle.take(key) { _ in }
        default: storeDraft(key)
        }
    }

    private mutating func storeDraft(_ key: Key) {
        trace = "store a draft"
        let isList = chance(2)
        var draft = handle.makeDraft(isList ? .list : .hash)
        for _ in 0...random.next(below: chance(2) ? 5 : 200) {
            let element = element()
            if isList {
                draft.append(unsafe element.span.bytes)
            } else {
                _ = draft.set(unsafe element.span.bytes, to: unsafe element.span.bytes)
            }
        }
        _ = handle.store(key, draft, StoreOptions())
    }

    private mutating func changeString(_ key: Key, sizeMax: Int) {
        switch random.next(below: 12) {
        case 0...3:
            trace = "store"
            let value = bytes(sizeMax)
            var options = StoreOptions()
            options.flags = chance(2) ? 0 : UInt32(random.next(below: 1000))
            options.expiry = expiry()
            options.keepsExpiry = chance(4)
            options.casField = chance(2) ? .none : .fresh
            _ = handle.store(key, unsafe value.span.bytes, options)
        case 4:
            trace = "extend"
            let value = bytes(sizeMax / 10)
            var options = ExtendOptions()
            options.side = chance(2) ? .start : .end
            options.createsMissing = true
            options.sizeMax = 100_000
            _ = handle.extend(key, with: unsafe value.span.bytes, options)
        case 5:
            trace = "overwrite"
            let value = bytes(50)
            _ = handle.overwrite(key, at: random.next(below: sizeMax), with: unsafe value.span.bytes, sizeMax: 1 << 20)
        case 6...7:
            trace = "edit"
            let place = random.next(below: sizeMax)
            _ = handle.edit(key, sizeMin: place + 1) { bytes in
                bytes[place] ^= 1
                return true
            }
        case 8:
            trace = "add"
            var options = AddOptions(rule: chance(2) ? .signedChecked : .unsignedWrapping, delta: 1)
            options.newExpiry = chance(4) ? expiry() : nil
            if chance(2) { _ = handle.store(key, DecimalText(Int64(random.next(below: 1000))).span, StoreOptions()) }
            _ = handle.add(key, options)
        case 9:
            trace = "get with CAS"
            _ = handle.get(key, wantsCAS: true) { _ in }
        case 10:
            trace = "fetch"
            var options = FetchOptions()
            options.claimsRefill = true
            options.recacheBelow = 4000
            options.wantsCAS = chance(3)
            if chance(2) { options.newExpiry = expiry() }
            if chance(2) { options.vivifyExpiry = expiry() }
            _ = handle.fetch(key, options) { _, _ in }
        default:
            trace = "rewrite"
            let value = bytes(100)
            _ = handle.rewrite(key) { _, new in
                new.append(unsafe value.span.bytes)
                return true
            }
        }
    }

    private mutating func changeList(_ key: Key) {
        trace = "list"
        let elements = (0...random.next(below: chance(10) ? 100 : 3)).map { _ in element() }
        let choice = random.next(below: 8)
        let place = random.next(below: 1000)
        let side = chance(2) ? Side.start : .end
        _ = handle.edit(key, as: ListValue.self) { list in
            let first = elements[0]
            switch choice {
            case 0...3:
                list.prepareGrowth(byteCount: elements.reduce(0) { $0 + $1.count }, count: elements.count)
                for element in elements { list.push(unsafe element.span.bytes, side) }
            case 4: list.pop(elements.count * 3, side) { _ in }
            case 5 where list.count > 0: list.replace(at: place % list.count, with: unsafe first.span.bytes)
            case 6 where list.count > 0: 
                let pivot = list.element(at: place % list.count).copiedBytes()
                var position = 0
                list.positions(of: unsafe pivot.span.bytes, backwards: false) { found in
                    position = found
                    return false
                }
                unsafe list.insert(first.span.bytes, side, of: pivot.span.bytes, at: position)
            default: _ = list.remove(unsafe first.span.bytes, countMax: 2, backwards: false)
            }
        }
    }

    private mutating func changeSet(_ key: Key) {
        trace = "set"
        let members = (0...random.next(below: chance(10) ? 100 : 3)).map { _ in element() }
        let choice = random.next(below: 4)
        _ = handle.edit(key, as: SetValue.self) { set in
            for member in members {
                switch choice {
                case 0...1: _ = set.insert(unsafe member.span.bytes)
                case 2: _ = set.remove(unsafe member.span.bytes)
                default: _ = set.removeRandom { _ in }
                }
            }
        }
    }

    private mutating func changeHash(_ key: Key) {
        trace = "hash"
        let fields = (0...random.next(below: chance(10) ? 100 : 3)).map { _ in element() }
        let value = element()
        let removes = chance(3)
        _ = handle.edit(key, as: HashValue.self) { hash in
            for field in fields {
                if removes {
                    _ = hash.remove(unsafe field.span.bytes)
                } else {
                    _ = hash.set(unsafe field.span.bytes, to: unsafe value.span.bytes)
                }
            }
        }
    }

    private mutating func changeSortedSet(_ key: Key) {
        trace = "sorted set"
        let members = (0...random.next(below: chance(10) ? 100 : 3)).map { _ in element() }
        let choice = random.next(below: 5)
        let score = Double(random.next(below: 100)) / 4
        _ = handle.edit(key, as: SortedSetValue.self) { set in
            if choice == 4 { return set.removeRange(0..<min(set.count, members.count)) }
            for (index, member) in members.enumerated() {
                if choice < 3 {
                    _ = set.add(unsafe member.span.bytes, score + Double(index))
                } else {
                    _ = set.remove(unsafe member.span.bytes)
                }
            }
        }
    }

    private mutating func changeStream(_ key: Key) {
        trace = "stream"
        let value = element()
        let field = Array("f".utf8)
        let group = Array("g\(random.next(below: 3))".utf8)
        let choice = random.next(below: 8)
        let count = random.next(below: 30)
        _ = handle.edit(key, as: StreamValue.self) { stream in
            switch choice {
            case 0...2:
                for _ in 0..<count {
                    guard let id = stream.lastID.next else { return }
                    stream.append(id, pairCount: 1) { show in
                        show(unsafe field.span.bytes)
                        show(unsafe value.span.bytes)
                    }
                }
            case 3: stream.removeFirst(min(count, stream.count))
            case 4: if let id = stream.firstID { _ = stream.remove(id) }
            case 5: _ = stream.createGroup(unsafe group.span.bytes, lastID: .zero, entriesRead: 0)
            case 6:
                guard let found = stream.group(unsafe group.span.bytes), let from = found.lastID.next else { return }
                let consumer = stream.seenConsumer(unsafe value.span.bytes, of: found)
                let positions = stream.positions(from: from, through: .max)
                stream.deliver(
                    positions.lowerBound..<min(positions.upperBound, positions.lowerBound + count), to: consumer,
                    of: found, isAcknowledged: false
                ) { _ in }
            default:
                guard let found = stream.group(unsafe group.span.bytes) else { return }
                if let first = stream.firstPending(from: .zero, of: found) { _ = stream.acknowledge(first.id, of: found) }
                if count == 0 { stream.remove(found) }
            }
        }
    }

    private mutating func changeRegisters(_ key: Key) {
        trace = "registers"
        var options = HyperLogLogOptions()
        options.createsMissing = true
        options.makesDense = chance(10)
        let elements = (0..<10).map { _ in Array("\(random.next())".utf8) }
        if chance(4) {
            _ = handle.count(key) { _ in }
        } else {
            _ = handle.raise(key, options, count: elements.count) { index in
                let element = elements[index]
                return HyperLogLog.Register(of: unsafe element.span.bytes)
            }
        }
    }
}
