// Counting in strings.

import Base

extension EngineHandle {
    /// Adds to the number that a string spells.
    /// - Parameter after: shown the item as it is then, on `.number` and `.created`.
    /// - Parameter before: shown the item that is about to change, at most once for each attempt.
    /// Source: memcached "incr", "decr", "ma"; Redis INCR, DECRBY.
    public mutating func add(
        _ key: Key, _ options: AddOptions, after: (borrowing ItemView) -> Void = { _ in },
        before: (borrowing ItemView) -> Void = { _ in }
    ) -> AddOutcome {
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<AddOutcome> in
            guard let existing = unsafe handle.findLive(key, shard) else {
                guard options.createsMissing else { return .done(.notFound) }
                return unsafe handle.createNumber(key, options, shard, after: after)
            }
            return unsafe handle.addTo(existing, key, options, shard, before: before, after: after)
        }
        return outcome ?? .outOfMemory
    }

    private mutating func createNumber(
        _ key: Key, _ options: AddOptions, _ shard: UnsafeMutablePointer<Shard>, after: (borrowing ItemView) -> Void
    ) -> Attempt<AddOutcome> {
        let text = Self.text(options.initial, options.rule)
        var shape = ItemShape()
        shape.expiry = options.createExpiry
        shape.valueSize = text.byteCount
        shape.marks = options.hasBinaryKey ? .binaryKey : []
        shape.cas = options.casField == .none ? 0 : 1
        if let need = unsafe prepare(key, over: nil, shape, in: shard) { return .needsRoom(need) }
        shape.cas = unsafe casNumber(options.casField, shard)
        let item = unsafe place(key, over: nil, shape, in: shard) { item in
            unsafe Self.write(text.span, into: item.valueBytes, at: 0)
        }
        counters.add(.itemsStored)
        unsafe tell(.stored, key.database, item, shard, .counted)
        after(view(item))
        return .done(.created(options.initial))
    }

    private mutating func addTo(
        _ existing: SlotPosition, _ key: Key, _ options: AddOptions, _ shard: UnsafeMutablePointer<Shard>,
        before: (borrowing ItemView) -> Void, after: (borrowing ItemView) -> Void
    ) -> Attempt<AddOutcome> {
        let item = existing.item
        guard item.isString else { return .done(.otherKind) }
        // memcached: an empty value is no number, whatever CAS number the caller holds.
        if options.rule == .unsignedWrapping && item.valueSize == 0 { return .done(.notANumber) }
        if let expected = options.expectedCAS, item.cas != expected || expected == 0 { return .done(.exists) }
        let sum: UInt64
        switch options.rule {
        case .unsignedWrapping:
            guard let present = item.value.leadingUnsignedDecimal() else { return .done(.notANumber) }
            sum =
                options.isDecrement
                ? (options.delta > present ? 0 : present - options.delta) : present &+ options.delta
        case .signedChecked:
            guard let present = item.value.canonicalSignedDecimal() else { return .done(.notANumber) }
            let (result, overflow) = present.addingReportingOverflow(Int64(bitPattern: options.delta))
            if overflow { return .done(.overflow) }
            sum = UInt64(bitPattern: result)
        }
        let text = Self.text(sum, options.rule)
        let textSize = text.byteCount
        // memcached: a shorter number keeps the value's size, blanks on the right.
        let newSize = options.rule == .unsignedWrapping ? max(textSize, item.valueSize) : textSize
        // memcached: a number that grows is a new item: nobody has read it, nobody was told to refill it.
        let isNew = options.rule == .unsignedWrapping && newSize > item.valueSize
        let isResized = newSize != item.valueSize
        let marks = isNew ? item.marks.intersection(.binaryKey) : item.marks.subtracting([.raw, .fraction])
        before(view(item))
        let attempt = unsafe modify(
            key, existing, newSize: newSize, casField: options.casField, marks: marks, shard
        ) { new, _ in
            unsafe Self.write(text.span, into: new, at: 0)
            for index in textSize..<newSize { unsafe new[index] = UInt8(ascii: " ") }
        }
        switch attempt {
        case .needsRoom(let need): return .needsRoom(need)
        case .done(nil): return .done(.outOfMemory)
        case .done(var changed?):
            if let expiry = options.newExpiry { changed = unsafe setExpiry(key, existing, expiry, shard) }
            if isResized { counters.add(.itemsStored) }
            unsafe tell(.stored, key.database, changed, shard, .counted)
            after(view(changed))
            return .done(.number(sum))
        }
    }

    @inline(__always)
    private static func text(_ number: UInt64, _ rule: NumberRule) -> DecimalText {
        switch rule {
        case .unsignedWrapping: DecimalText(number)
        case .signedChecked: DecimalText(Int64(bitPattern: number))
        }
    }
}
