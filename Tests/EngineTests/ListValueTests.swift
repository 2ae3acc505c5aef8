// Lists against arrays, in both forms, and the names that their encodings have.

import Base
import Engine
import Testing

@Suite("Lists")
struct ListValueTests {
    typealias Model = [[[UInt8]]]

    @Test("lists hold what arrays hold, whatever is done at their ends and inside", arguments: 0..<4)
    func model(_ index: Int) {
        let seed = UInt64(index) + 2345
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var engine = TestEngine(shards: [1, 2, 4, 8][index], seed: seed)
        var model = Model(repeating: [], count: 3)
        // Short lists keep to the compact form; long ones go over; long elements lie in blocks of their own.
        let lengthMax = [6, 100, 500, 1500][index]
        for step in 0..<4000 {
            let number = random.next(below: 3)
            if model[number].count > lengthMax && random.next(below: 3) == 0 {
                keep(&engine, number, &model[number], &random)
            }
            change(&engine, number, &model, lengthMax, &random)
            if step % 100 == 0 {
                engine.check("seed \(seed), step \(step)")
                engine.handle.maintain(microseconds: 200)
                compare(&engine, model, &random, "seed \(seed), step \(step)")
            }
        }
        compare(&engine, model, &random, "seed \(seed), at the end")
        for number in 0..<3 { edit(&engine, number, creates: false) { $0.keep(0..<0) } }
        for _ in 0..<1000 { engine.handle.maintain(microseconds: 1000) }
        engine.check("seed \(seed), emptied")
        #expect(engine.handle.itemCount(in: .first) == 0)
    }

    private func element(_ random: inout SplitMix64) -> [UInt8] {
        if random.next(below: 2) == 0 { return Array("\(Int64(random.next(below: 20)) - 5)".utf8) }
        let size = [0, 3, 20, 70, 300, 1500][random.next(below: random.next(below: 8) == 0 ? 6 : 3)]
        return [UInt8](repeating: UInt8(97 + random.next(below: 4)), count: size)
    }

    private func edit(
        _ engine: inout TestEngine, _ number: Int, creates: Bool = true, _ body: (inout ListValue) -> Void
    ) {
        _ = engine.withKey(Array("l\(number)".utf8)) { handle, key in
            handle.edit(key, as: ListValue.self, creates: creates, body)
        }
    }

    private func keep(
        _ engine: inout TestEngine, _ number: Int, _ array: inout [[UInt8]], _ random: inout SplitMix64
    ) {
        let start = random.next(below: array.count)
        let end = start + random.next(below: array.count - start + 1)
        edit(&engine, number, creates: false) { $0.keep(start..<end) }
        array = Array(array[start..<end])
    }

    private func change(
        _ engine: inout TestEngine, _ number: Int, _ model: inout Model, _ lengthMax: Int, _ random: inout SplitMix64
    ) {
        let element = element(&random)
        let count = model[number].count
        switch random.next(below: 12) {
        case 0, 1, 2, 3:
            let side: Side = random.next(below: 2) == 0 ? .start : .end
            for _ in 0...random.next(below: max(1, lengthMax / 20)) {
                edit(&engine, number) { list in
                    list.prepareGrowth(byteCount: element.count, count: 1)
                    unsafe list.push(element.span.bytes, side)
                }
                model[number].insert(element, at: side == .start ? 0 : model[number].count)
            }
        case 4, 5:
            let side: Side = random.next(below: 2) == 0 ? .start : .end
            let amount = random.next(below: 4)
            var taken: [[UInt8]] = []
            edit(&engine, number, creates: false) { $0.pop(amount, side) { taken.append($0.copiedBytes()) } }
            let isStart = side == .start
            #expect(taken == (isStart ? Array(model[number].prefix(amount)) : model[number].suffix(amount).reversed()))
            if side == .start { model[number].removeFirst(taken.count) } else { model[number].removeLast(taken.count) }
        case 6, 7:
            guard count > 0 else { return }
            let position = random.next(below: count + 1)
            edit(&engine, number) { list in
                list.prepareGrowth(byteCount: element.count, count: 1)
                let side: Side = position == list.count ? .end : .start
                let pivot = position - (side == .end ? 1 : 0)
                let present = list.element(at: pivot).copiedBytes()
                unsafe list.insert(element.span.bytes, side, of: present.span.bytes, at: pivot)
            }
            model[number].insert(element, at: position)
        case 8, 9:
            guard count > 0 else { return }
            let position = random.next(below: count)
            edit(&engine, number) { list in
                list.prepareGrowth(byteCount: element.count, count: 1)
                unsafe list.replace(at: position, with: element.span.bytes)
            }
            model[number][position] = element
        case 10:
            let countMax = 1 + random.next(below: 5)
            let isBack = random.next(below: 2) == 0
            var removed = 0
            edit(&engine, number, creates: false) { list in
                removed = unsafe list.remove(element.span.bytes, countMax: countMax, backwards: isBack)
            }
            let places = model[number].indices.filter { model[number][$0] == element }
            let gone = isBack ? places.suffix(countMax) : places.prefix(countMax)
            #expect(removed == gone.count)
            for place in gone.reversed() { model[number].remove(at: place) }
        default:
            let other = random.next(below: 3)
            let copies = random.next(below: 2) == 0
            let outcome = engine.withKey(Array("l\(number)".utf8)) { handle, from in
                let bytes = Array("l\(other)".utf8)
                let to = unsafe handle.key(bytes.span.bytes, in: .first)
                return copies ? handle.copy(from, to: to, replaces: true) : handle.rename(from, to: to, replaces: true)
            }
            #expect((outcome == .stored) == (count > 0))
            guard count > 0, other != number else { return }
            model[other] = model[number]
            if !copies { model[number] = [] }
        }
    }

    private func compare(_ engine: inout TestEngine, _ model: Model, _ random: inout SplitMix64, _ context: String) {
        for number in 0..<3 {
            let array = model[number]
            let element = element(&random)
            var found: [[UInt8]] = []
            var some: [[UInt8]] = []
            var positions: [Int] = []
            let start = random.next(below: array.count + 1)
            let end = start + random.next(below: array.count - start + 1)
            let isBack = random.next(below: 2) == 0
            let place = start == array.count ? 0 : start
            var count = 0
            var ends: [[UInt8]] = []
            var one: [UInt8] = []
            let outcome = engine.withKey(Array("l\(number)".utf8)) { handle, key in
                handle.read(key, as: ListValue.self) { list in
                    count = list.count
                    list.forEach(in: 0..<list.count) { found.append($0.copiedBytes()) }
                    list.forEach(in: start..<end) { some.append($0.copiedBytes()) }
                    ends = [list.element(atEnd: .start).copiedBytes(), list.element(atEnd: .end).copiedBytes()]
                    one = list.element(at: place).copiedBytes()
                    unsafe list.positions(of: element.span.bytes, backwards: isBack) { position in
                        positions.append(position)
                        return positions.count < 3
                    }
                }
            }
            #expect((outcome == .hit) == !array.isEmpty, "\(context)")
            #expect(found == array, "\(context)")
            guard !array.isEmpty else { continue }
            #expect(count == array.count && ends == [array.first, array.last] && one == array[place], "\(context)")
            #expect(some == Array(array[start..<end]), "\(context)")
            let places = array.indices.filter { array[$0] == element }
            #expect(positions == Array((isBack ? places.reversed() : places).prefix(3)), "\(context)")
        }
    }

    @Test("a list is packed up to the limit and again at half of it, by size or by count")
    func encodings() {
        var engine = TestEngine()
        // A hundred bytes take 103 in a listpack, and 7 are its own: 78 of them are 8041.
        push(&engine, 100, 78)
        #expect(encoding(&engine) == .packed)
        push(&engine, 100)
        #expect(encoding(&engine) == .packed)
        push(&engine, 100)
        #expect(encoding(&engine) == .nodes)
        pop(&engine, 40)
        #expect(encoding(&engine) == .nodes)
        pop(&engine, 1)
        #expect(encoding(&engine) == .packed)
        pop(&engine, 100)
        // One that is long alone.
        push(&engine, 9000)
        #expect(encoding(&engine) == .nodes)
        pop(&engine, 1)
        // Far beyond what is counted, and back.
        push(&engine, 100, 4000)
        pop(&engine, 3940)
        #expect(encoding(&engine) == .nodes)
        pop(&engine, 30)
        #expect(encoding(&engine) == .packed)
        pop(&engine, 100)
        engine.engine.limits[.listNode] = 4
        push(&engine, 1, 4)
        #expect(encoding(&engine) == .packed)
        push(&engine, 1)
        #expect(encoding(&engine) == .nodes)
        pop(&engine, 2)
        #expect(encoding(&engine) == .nodes)
        pop(&engine, 1)
        #expect(encoding(&engine) == .packed)
        engine.check()
    }

    private func push(_ engine: inout TestEngine, _ size: Int, _ times: Int = 1) {
        let element = [UInt8](repeating: 120, count: size)
        for _ in 0..<times {
            edit(&engine, 0) { list in
                list.prepareGrowth(byteCount: size, count: 1)
                unsafe list.push(element.span.bytes, .end)
            }
        }
    }

    private func pop(_ engine: inout TestEngine, _ amount: Int) {
        edit(&engine, 0, creates: false) { $0.pop(amount, .start) { _ in } }
    }

    private func encoding(_ engine: inout TestEngine) -> CollectionEncoding? {
        var encoding: CollectionEncoding?
        _ = engine.withKey(Array("l0".utf8)) { handle, key in handle.look(key) { encoding = $0.encoding } }
        return encoding
    }

    @Test("a list that is deleted while it is large is freed in slices, and its memory counted until then")
    func lazyFreeing() {
        var engine = TestEngine(shards: 1)
        let element = [UInt8](repeating: 7, count: 20)
        for _ in 0..<60_000 { edit(&engine, 0) { unsafe $0.push(element.span.bytes, .start) } }
        let full = engine.engine.memory().used
        edit(&engine, 0) { $0.keep(0..<0) }
        #expect(engine.engine.memory().used > full / 2)
        engine.check()
        for _ in 0..<200 { engine.handle.maintain(microseconds: 1000) }
        #expect(engine.engine.memory().used < full / 4)
        engine.check()
    }
}
