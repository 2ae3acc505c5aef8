// SORT and SORT_RO: the elements of a list, set or sorted set in an order, or what other keys hold for them.
// Source: Redis 7 command reference, SORT.

import Base
import Engine

/// The arguments of SORT.
private struct SortOptions {
    var isReversed = false
    var isAlphabetic = false
    /// BY a word without a star: as the key itself has them.
    var isUnsorted = false
    var start: Int64 = 0
    /// Negative is all.
    var count: Int64 = -1
    var weight: SortPattern?
    var shown: [SortPattern] = []
    var targetPlace: Int?

    var readsOtherKeys: Bool { weight?.namesKeys == true || shown.contains { $0.namesKeys } }

    /// The part of `total` elements that is wanted.
    func range(of total: Int) -> Range<Int> {
        let lower = Int(min(max(start, 0), Int64(total)))
        return lower..<(count < 0 ? total : lower + Int(min(count, Int64(total - lower))))
    }
}

/// A pattern behind BY or GET: `before*behind->field`, or # for the element itself. What is in it is looked for up to a
/// NUL. Source: Redis lookupKeyByPattern.
private struct SortPattern {
    /// The argument.
    let place: Int
    let isElement: Bool
    /// Where the element's text goes; nil if the pattern names nothing.
    let star: Int?
    let keyEnd: Int
    let fieldStart: Int?

    var namesKeys: Bool { star != nil }

    init(_ text: RawSpan, at place: Int) {
        self.place = place
        let end = text.firstIndex(of: 0) ?? text.byteCount
        isElement = end == 1 && text[0] == UInt8(ascii: "#")
        var arrow: Int?
        var star = isElement ? nil : text.firstIndex(of: UInt8(ascii: "*"))
        if let found = star, found >= end { star = nil }
        if let star {
            arrow = (star + 1..<max(star + 1, end - 1)).first {
                text[$0] == UInt8(ascii: "-") && text[$0 + 1] == UInt8(ascii: ">")
            }
        }
        // An arrow with nothing behind it belongs to the key.
        if let found = arrow, found + 2 >= end { arrow = nil }
        self.star = star
        keyEnd = arrow ?? text.byteCount
        fieldStart = arrow.map { $0 + 2 }
    }
}

/// The order of elements, and what it comes from.
private struct SortOrder: ~Copyable {
    /// One for each element, if they are sorted by something else and as text.
    var weights = TextList()
    /// One for each element, if they are sorted as numbers.
    var scores: [Double] = []
    var hasBadNumber = false
    /// Which elements are wanted, in order, by their index.
    var indices: [Int] = []

    mutating func addScore(_ text: RawSpan?) {
        guard let text else { return scores.append(0) }
        let score = text.lenientDouble(mayBeOutOfRange: false)
        if score == nil { hasBadNumber = true }
        scores.append(score ?? 0)
    }

    /// Puts all elements in order, and leaves those that are wanted.
    mutating func sort(_ elements: borrowing TextList, _ options: SortOptions) {
        var indices = Array(0..<elements.count)
        let hasWeights = options.weight != nil
        indices.sort { a, b in
            let comparison: Int
            if !options.isAlphabetic {
                // What weighs the same is in the order of its text.
                comparison =
                    scores[a] == scores[b] ? elements[a]!.compare(elements[b]!) : scores[a] < scores[b] ? -1 : 1
            } else if hasWeights {
                comparison = weights.compare(a, b)
            } else {
                comparison = elements.compare(a, b)
            }
            return options.isReversed ? comparison > 0 : comparison < 0
        }
        self.indices = Array(indices[options.range(of: indices.count)])
    }
}

extension RESPSession {
    func sort(_ request: Request, readsOnly: Bool, _ output: inout OutputBuffer) {
        if !readsOnly && !engine.makeRoomToWrite() { return failMemory(&output) }
        guard var options = sortOptions(request, readsOnly: readsOnly, &output) else { return }
        let source = request.key(in: database)
        var shards = ShardSet()
        engine.insert(source.hash, into: &shards)
        if let place = options.targetPlace { engine.insert(engine.hash(request[place]), into: &shards) }
        if options.readsOtherKeys { shards = .all }
        // Sorting itself is left until the shards are free, if they are not needed any more.
        let endsInside = options.targetPlace != nil || options.shown.contains { $0.namesKeys }
        var elements = TextList()
        var order = SortOrder()
        var isOtherKind = false
        engine.section(shards) { engine in
            guard gather(source, &options, &elements, &order, &engine) else {
                isOtherKind = true
                return
            }
            if !options.isUnsorted { weigh(request, options, elements, &order, &engine) }
            guard endsInside && !order.hasBadNumber else { return }
            if !options.isUnsorted { order.sort(elements, options) }
            if let place = options.targetPlace {
                let target = engine.key(request[place], in: database)
                store(request, options, elements, order, at: target, &engine, &output)
            } else {
                show(request, options, elements, order, &engine, &output)
            }
        }
        if isOtherKind { return failKind(&output) }
        if order.hasBadNumber { return fail("ERR One or more scores can't be converted into double", &output) }
        if endsInside { return }
        if !options.isUnsorted { order.sort(elements, options) }
        var engine = engine
        show(request, options, elements, order, &engine, &output)
    }

    /// Copies the elements; without sorting, those that are wanted. False if the key holds something else.
    private func gather(
        _ source: Key, _ options: inout SortOptions, _ elements: inout TextList, _ order: inout SortOrder,
        _ engine: inout EngineHandle
    ) -> Bool {
        var reverses = false
        switch engine.kind(of: source) {
        case nil: return true
        case .list:
            _ = engine.read(source, as: ListValue.self) { list in
                var positions = 0..<list.count
                if options.isUnsorted {
                    reverses = options.isReversed
                    positions = Self.flipped(options.range(of: list.count), in: list.count, if: reverses)
                }
                list.forEach(in: positions) { elements.append($0) }
            }
        case .set:
            // A stored list is to have an order.
            if options.isUnsorted && options.targetPlace != nil {
                options.isUnsorted = false
                options.isAlphabetic = true
                options.weight = nil
            }
            _ = engine.read(source, as: SetValue.self) { set in set.forEach { elements.append($0) } }
            order.indices = Array(options.range(of: elements.count))
            return true
        case .sortedSet:
            _ = engine.read(source, as: SortedSetValue.self) { set in
                var positions = 0..<set.count
                if options.isUnsorted {
                    reverses = options.isReversed
                    positions = Self.flipped(options.range(of: set.count), in: set.count, if: reverses)
                }
                set.forEach(positions) { member, _ in elements.append(member) }
            }
        case .string, .hash, .stream: return false
        }
        order.indices = Array(0..<elements.count)
        if reverses { order.indices.reverse() }
        return true
    }

    private static func flipped(_ range: Range<Int>, in count: Int, if isReversed: Bool) -> Range<Int> {
        isReversed ? count - range.upperBound..<count - range.lowerBound : range
    }

    /// Finds what the elements are sorted by.
    private func weigh(
        _ request: Request, _ options: SortOptions, _ elements: borrowing TextList, _ order: inout SortOrder,
        _ engine: inout EngineHandle
    ) {
        if options.weight == nil && options.isAlphabetic { return }
        var name = OutputBuffer(capacity: 256)
        for index in 0..<elements.count {
            let element = elements[index]!
            guard let pattern = options.weight else {
                order.addScore(element)
                continue
            }
            look(pattern, request, element, &name, &engine) { text in
                options.isAlphabetic ? order.weights.append(text) : order.addScore(text)
            }
        }
    }

    /// Shows what `pattern` finds for an element.
    private func look(
        _ pattern: SortPattern, _ request: Request, _ element: RawSpan, _ name: inout OutputBuffer,
        _ engine: inout EngineHandle, _ body: (RawSpan?) -> Void
    ) {
        if pattern.isElement { return body(element) }
        guard let star = pattern.star else { return body(nil) }
        let text = request[pattern.place]
        name.removeAll()
        name.append(text.slice(0, star))
        name.append(element)
        name.append(text.slice(star + 1, pattern.keyEnd))
        let key = engine.key(name.span, in: database)
        var isFound = false
        if let start = pattern.fieldStart {
            _ = engine.read(key, as: HashValue.self) { hash in
                guard let value = hash.value(of: text.slice(start, text.byteCount)) else { return }
                isFound = true
                body(value)
            }
        } else {
            _ = engine.get(key) { item in
                isFound = true
                body(item.value)
            }
        }
        if !isFound { body(nil) }
    }

    private func show(
        _ request: Request, _ options: SortOptions, _ elements: borrowing TextList, _ order: borrowing SortOrder,
        _ engine: inout EngineHandle, _ output: inout OutputBuffer
    ) {
        output.appendArray(order.indices.count * max(1, options.shown.count))
        eachResult(request, options, elements, order, &engine) { text in
            if let text { output.appendBulk(text) } else { output.appendNull(version) }
        }
    }

    private func store(
        _ request: Request, _ options: SortOptions, _ elements: borrowing TextList, _ order: borrowing SortOrder,
        at target: Key, _ engine: inout EngineHandle, _ output: inout OutputBuffer
    ) {
        // The target may be among what is read.
        var results = TextList()
        eachResult(request, options, elements, order, &engine) { text in
            if let text { results.append(text) } else { results.appendEmpty() }
        }
        engine.clear(target, isLast: results.count == 0)
        if results.count > 0 {
            _ = engine.edit(target, as: ListValue.self) { list in
                list.prepareGrowth(byteCount: results.byteCount, count: results.count)
                for index in 0..<results.count { list.push(results[index]!, .end) }
            }
        }
        output.appendInteger(results.count)
    }

    /// The elements in order, or for each what is to be shown of it.
    private func eachResult(
        _ request: Request, _ options: SortOptions, _ elements: borrowing TextList, _ order: borrowing SortOrder,
        _ engine: inout EngineHandle, _ body: (RawSpan?) -> Void
    ) {
        var name = OutputBuffer(capacity: 256)
        for index in order.indices {
            let element = elements[index]!
            if options.shown.isEmpty { body(element) }
            for pattern in options.shown { look(pattern, request, element, &name, &engine, body) }
        }
    }

    // MARK: Arguments

    private func sortOptions(
        _ request: Request, readsOnly: Bool, _ output: inout OutputBuffer
    ) -> SortOptions? {
        var options = SortOptions()
        var index = 2
        while index < request.count {
            let word = request[index]
            let left = request.count - index - 1
            if word.equalsIgnoringCase("asc") {
                options.isReversed = false
            } else if word.equalsIgnoringCase("desc") {
                options.isReversed = true
            } else if word.equalsIgnoringCase("alpha") {
                options.isAlphabetic = true
            } else if left >= 2 && word.equalsIgnoringCase("limit") {
                guard let start = request[index + 1].integer, let count = request[index + 2].integer else {
                    failInteger(&output)
                    return nil
                }
                options.start = start
                options.count = count
                index += 2
            } else if !readsOnly && left >= 1 && word.equalsIgnoringCase("store") {
                options.targetPlace = index + 1
                index += 1
            } else if left >= 1 && word.equalsIgnoringCase("by") {
                let pattern = SortPattern(request[index + 1], at: index + 1)
                // For good, whatever another BY says.
                if !pattern.namesKeys { options.isUnsorted = true }
                if pattern.namesKeys && !mayReadAllKeys(readsOnly ? .sortRO : .sort, request) {
                    fail("ERR BY option of SORT denied due to insufficient ACL permissions.", &output)
                    return nil
                }
                options.weight = pattern
                index += 1
            } else if left >= 1 && word.equalsIgnoringCase("get") {
                guard mayReadAllKeys(readsOnly ? .sortRO : .sort, request) else {
                    fail("ERR GET option of SORT denied due to insufficient ACL permissions.", &output)
                    return nil
                }
                options.shown.append(SortPattern(request[index + 1], at: index + 1))
                index += 1
            } else {
                failSyntax(&output)
                return nil
            }
            index += 1
        }
        return options
    }
}
