// The packed tree against plain arrays: by position, by order, as a queue, to its end.

import Base
import Testing

@testable import Engine

/// Small parts, so that a few hundred elements make a deep tree.
private enum SmallPositions: TreeOrder {
    static var isSorted: Bool { false }
    static func prefix(of element: RawSpan) -> UInt64 { 0 }
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int { 0 }
    static var leafSizeMax: Int { 60 }
    static var childCountMax: Int { 4 }
}

private enum SmallBytes: TreeOrder {
    static var isSorted: Bool { true }
    static func prefix(of element: RawSpan) -> UInt64 { BytesOrder.prefix(of: element) }
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int { BytesOrder.compare(a, b) }
    static var leafSizeMax: Int { 60 }
    static var childCountMax: Int { 5 }
}

extension PackedTree {
    fileprivate func check(_ note: String) {
        var failures: [String] = []
        checkInvariants { failures.append($0) }
        #expect(failures.isEmpty, "\(note): \(failures.first ?? "")")
    }

    fileprivate func elements() -> [[UInt8]] {
        var all: [[UInt8]] = []
        var cursor = start()
        while !cursor.isAtEnd {
            all.append(cursor.entry.bytes.copiedBytes())
            cursor.moveForward()
        }
        return all
    }

    fileprivate func elementsFromBehind() -> [[UInt8]] {
        var all: [[UInt8]] = []
        var cursor = end()
        while cursor.moveBack() { all.append(cursor.entry.bytes.copiedBytes()) }
        return all
    }

    fileprivate mutating func insert(_ element: [UInt8], at position: Int) {
        insert(at: position, element.count) { unsafe $0.write(element.span.bytes) }
    }
    fileprivate mutating func pushLast(_ element: [UInt8]) {
        pushLast(element.count) { unsafe $0.write(element.span.bytes) }
    }
    fileprivate mutating func insert(_ element: [UInt8]) { unsafe insert(element.span.bytes) }
    fileprivate func find(_ key: [UInt8]) -> TreeCursor? { unsafe find(key.span.bytes) }
    fileprivate func lowerBound(of key: [UInt8]) -> TreeCursor { unsafe lowerBound(of: key.span.bytes) }
    fileprivate func upperBound(of key: [UInt8]) -> TreeCursor { unsafe upperBound(of: key.span.bytes) }
    fileprivate mutating func pushFirst(_ element: [UInt8]) {
        pushFirst(element.count) { unsafe $0.write(element.span.bytes) }
    }
}

private func prefix(_ element: [UInt8]) -> UInt64 { unsafe BytesOrder.prefix(of: element.span.bytes) }

private func sizedElement(_ random: inout SplitMix64) -> [UInt8] {
    let size =
        switch random.next(below: 40) {
        case 0: random.next(below: 2) == 0 ? 0 : 1024 + random.next(below: 3)
        case 1: 5000
        case 2: 20 + random.next(below: 60)
        case 3: 240 + random.next(below: 30)
        default: random.next(below: 14)
        }
    return (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// Random edits by position; returns how deep the tree became.
private func runPositions<Order: TreeOrder>(_: Order.Type, seed: UInt64, steps: Int, checkEvery: Int) -> Int {
    var random = SplitMix64(seed: seed)
    var tree = PackedTree<Order>()
    var model: [[UInt8]] = []
    var depth = 0
    for step in 0..<steps {
        let note = "seed \(seed), step \(step)"
        // It grows and shrinks in turns, so that each kind of joining is met.
        let isGrowing = (step / (steps / 6 + 1)) % 2 == 0
        let choice = random.next(below: 24)
        switch choice {
        case 0...4 where isGrowing, 0...1:
            let element = sizedElement(&random)
            tree.pushLast(element)
            model.append(element)
        case 5...8 where isGrowing, 5:
            let element = sizedElement(&random)
            tree.pushFirst(element)
            model.insert(element, at: 0)
        case 9...16 where isGrowing, 9...11:
            let element = sizedElement(&random)
            let position = random.next(below: model.count + 1)
            tree.insert(element, at: position)
            model.insert(element, at: position)
        case 17 where !model.isEmpty:
            let element = sizedElement(&random)
            let position = random.next(below: model.count)
            tree.replace(at: position, element.count) { unsafe $0.write(element.span.bytes) }
            model[position] = element
        case 18 where !model.isEmpty && random.next(below: 8) == 0:
            let start = random.next(below: model.count)
            let end = min(model.count, start + random.next(below: random.next(below: 4) == 0 ? model.count : 12))
            tree.removeRange(start..<end)
            model.removeSubrange(start..<end)
        case 19 where !model.isEmpty:
            #expect(tree.firstEntry.bytes.copiedBytes() == model[0], "\(note)")
            tree.popFirst()
            model.removeFirst()
        case 20 where !model.isEmpty:
            #expect(tree.lastEntry.bytes.copiedBytes() == model[model.count - 1], "\(note)")
            tree.popLast()
            model.removeLast()
        case 2...16 where !model.isEmpty, 21 where !model.isEmpty:
            let position = random.next(below: model.count)
            var cursor = tree.cursor(at: position)
            #expect(cursor.entry.bytes.copiedBytes() == model[position], "\(note)")
            tree.remove(at: &cursor)
            model.remove(at: position)
            #expect(cursor.isAtEnd == (position == model.count), "\(note)")
            if !cursor.isAtEnd { #expect(cursor.entry.bytes.copiedBytes() == model[position], "\(note)") }
            #expect(tree.position(of: cursor) == position, "\(note)")
        default:
            guard !model.isEmpty else { break }
            let position = random.next(below: model.count)
            let cursor = tree.cursor(at: position)
            #expect(cursor.entry.bytes.copiedBytes() == model[position], "\(note)")
            #expect(tree.position(of: cursor) == position, "\(note)")
        }
        depth = max(depth, tree.height)
        #expect(tree.count == model.count, "\(note)")
        if step % checkEvery == 0 { tree.check(note) }
        if step % (checkEvery * 50) == 0 {
            #expect(tree.elements() == model, "\(note)")
            #expect(tree.elementsFromBehind() == model.reversed(), "\(note)")
        }
    }
    #expect(tree.elements() == model, "seed \(seed)")
    while tree.destroySlice(7) {}
    #expect(tree.heap.size == 0)
    return depth
}

/// Random edits by order. Elements have few different prefixes, so that ties are usual.
private func runOrder<Order: TreeOrder>(_: Order.Type, seed: UInt64, steps: Int, checkEvery: Int) -> Int {
    var random = SplitMix64(seed: seed)
    var tree = PackedTree<Order>()
    var model: [[UInt8]] = []
    var depth = 0
    func index(_ isBefore: ([UInt8]) -> Bool) -> Int {
        var low = 0
        var high = model.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(model[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
    func key(_ random: inout SplitMix64) -> [UInt8] {
        let score = seed % 3 == 0 ? 7 : random.next(below: seed % 3 == 1 ? 20 : 100_000)
        let long = random.next(below: 60) == 0 ? 1100 : random.next(below: 5)
        let tail = (0..<long).map { _ in UInt8(97 + random.next(below: 3)) }
        let isShort = random.next(below: 50) == 0
        return Array(repeating: 0, count: 5) + [UInt8(score >> 16), UInt8(score >> 8 & 255)]
            + (isShort ? [] : [UInt8(score & 255)] + tail)
    }
    for step in 0..<steps {
        let note = "seed \(seed), step \(step)"
        let isGrowing = (step / (steps / 6 + 1)) % 2 == 0
        let wanted = key(&random)
        let lower = index { $0.lexicographicallyPrecedes(wanted) }
        switch random.next(below: 10) {
        case 0...5 where isGrowing, 0...1:
            tree.insert(wanted)
            model.insert(wanted, at: index { !wanted.lexicographicallyPrecedes($0) })
        case 2...5:
            guard !model.isEmpty else { break }
            let position = min(lower, model.count - 1)
            let victim = model[position]
            guard var cursor = tree.find(victim) else {
                Issue.record("\(note): not found")
                break
            }
            #expect(tree.position(of: cursor) == index { $0.lexicographicallyPrecedes(victim) }, "\(note)")
            tree.remove(at: &cursor)
            model.remove(at: position)
        case 6:
            guard !model.isEmpty else { break }
            if random.next(below: 2) == 0 {
                tree.popFirst()
                model.removeFirst()
            } else {
                tree.popLast()
                model.removeLast()
            }
        case 7:
            let last = (model.last ?? [0]) + [UInt8(97)]
            guard last.count < 20 else { break }
            tree.pushLast(last)
            model.append(last)
        case 8 where random.next(below: 20) == 0:
            let end = min(model.count, lower + random.next(below: 40))
            tree.removeRange(lower..<end)
            model.removeSubrange(lower..<end)
        default: break
        }
        #expect(tree.count == model.count, "\(note)")
        let probe = key(&random)
        let below = index { $0.lexicographicallyPrecedes(probe) }
        let above = index { !probe.lexicographicallyPrecedes($0) }
        let low = tree.lowerBound(of: probe)
        let high = tree.upperBound(of: probe)
        #expect(tree.position(of: low) == below, "\(note)")
        #expect(tree.position(of: high) == above, "\(note)")
        #expect((tree.find(probe) != nil) == (below != above), "\(note)")
        let place = prefix(probe)
        let behind = tree.lowerBound(place) { _ in true }
        #expect(
            tree.position(of: behind) == index { prefix($0) <= place }, "\(note)")
        depth = max(depth, tree.height)
        if step % checkEvery == 0 { tree.check(note) }
    }
    #expect(tree.elements() == model, "seed \(seed)")
    #expect(tree.elementsFromBehind() == model.reversed(), "seed \(seed)")
    tree.destroy()
    #expect(tree.heap.size == 0)
    return depth
}

@Suite("Packed trees")
struct PackedTreeTests {
    @Test("small parts hold what an array holds", arguments: UInt64(1)...4)
    func smallPositions(seed: UInt64) {
        #expect(runPositions(SmallPositions.self, seed: seed, steps: 2400, checkEvery: 1) >= 3)
    }

    @Test("real parts hold what an array holds", arguments: UInt64(1)...2)
    func realPositions(seed: UInt64) {
        #expect(runPositions(PositionOrder.self, seed: seed, steps: 8000, checkEvery: 100) >= 1)
    }

    @Test("small parts hold what a sorted array holds", arguments: UInt64(1)...6)
    func smallOrder(seed: UInt64) {
        #expect(runOrder(SmallBytes.self, seed: seed, steps: 1500, checkEvery: 1) >= 2)
    }

    @Test("real parts hold what a sorted array holds", arguments: UInt64(1)...2)
    func realOrder(seed: UInt64) {
        _ = runOrder(BytesOrder.self, seed: seed, steps: 4000, checkEvery: 100)
    }

    @Test("a random run holds, whatever the seed")
    func anySeed() {
        let seed = UInt64.random(in: 1000...UInt64.max)
        print("seed \(seed)")
        _ = runPositions(SmallPositions.self, seed: seed, steps: 1200, checkEvery: 1)
        _ = runOrder(SmallBytes.self, seed: seed, steps: 1200, checkEvery: 1)
    }

    @Test("a queue takes no more memory however long it runs, in both directions", arguments: [false, true])
    func queue(isBackward: Bool) {
        var tree = PackedTree<PositionOrder>()
        let element = [UInt8](repeating: 7, count: 20)
        func push() { if isBackward { tree.pushFirst(element) } else { tree.pushLast(element) } }
        func pop() { if isBackward { tree.popLast() } else { tree.popFirst() } }
        for _ in 0..<5000 { push() }
        let size = tree.heap.size
        for _ in 0..<60_000 {
            push()
            pop()
        }
        #expect(tree.heap.size < size + 4096)
        tree.check("after the queue")
        for _ in 0..<5000 { pop() }
        #expect(tree.count == 0 && tree.height == 0)
        #expect(tree.heap.size <= 1100)
        tree.check("empty")
        tree.pushLast(element)
        tree.pushFirst(element)
        #expect(tree.elements() == [element, element])
        tree.destroy()
    }

    @Test("what is appended in order fills its leaves")
    func density() {
        var tree = PackedTree<BytesOrder>()
        var element = [UInt8](repeating: 0, count: 14)
        for number in 0..<20_000 {
            element[6] = UInt8(number >> 8)
            element[7] = UInt8(number & 255)
            tree.pushLast(element)
        }
        let overhead = Double(tree.heap.size) / 20_000 - 14
        #expect(overhead < 3.5, "\(overhead) bytes an element")
        tree.check("appended")
        tree.destroy()
    }

    @Test("long elements lie in blocks of their own and go with their element")
    func farElements() {
        var tree = PackedTree<PositionOrder>()
        let empty = tree.heap.size
        let long = [UInt8](repeating: 1, count: 100_000)
        tree.pushLast(long)
        tree.pushFirst(long)
        tree.insert([1, 2, 3], at: 1)
        #expect(tree.heap.size > 200_000)
        tree.replace(at: 0, 3) { unsafe $0.write([UInt8](repeating: 9, count: 3).span.bytes) }
        #expect(tree.heap.size < 110_000)
        tree.check("replaced")
        tree.removeRange(0..<3)
        #expect(tree.heap.size < empty + 100)
        for _ in 0..<100 { tree.pushLast(long) }
        var slices = 0
        while tree.destroySlice(10) { slices += 1 }
        #expect(slices == 10)
        #expect(tree.heap.size == 0)
        tree.check("destroyed")
    }

    @Test("a range is removed leaf by leaf")
    func removeRange() {
        var tree = PackedTree<PositionOrder>()
        for number in 0..<50_000 { tree.pushLast([UInt8(number >> 8), UInt8(number & 255)]) }
        tree.removeRange(100..<49_900)
        tree.check("cut")
        #expect(tree.count == 200)
        #expect(tree.entry(at: 99).bytes.copiedBytes() == [0, 99])
        #expect(tree.entry(at: 100).bytes.copiedBytes() == [UInt8(49_900 >> 8), UInt8(49_900 & 255)])
        #expect(tree.heap.size < 4096)
        tree.destroy()
    }
}
