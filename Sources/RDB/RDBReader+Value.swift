// From a type byte to a value, whatever server and version wrote it. Source: Redis 7.2 rdb.c, rdbLoadObject.

import Base
public import Engine

extension RDBReader {
    /// Reads a type byte and the value behind it, and checks all of it: elements that must differ do, and what is
    /// packed in a string is what it says.
    /// - Parameter engine: where the value will be stored.
    public mutating func value(for engine: EngineHandle) throws(RDBFault) -> ValueDraft {
        let first = try byte()
        guard let type = ValueType(rawValue: first) else { throw .unknownType(first) }
        return try value(of: type, for: engine)
    }

    /// Reads a value whose type is known.
    mutating func value(of type: ValueType, for engine: EngineHandle) throws(RDBFault) -> ValueDraft {
        if type == .string { return try stringValue() }
        var draft = ValueDraft(try type.kind, in: draftSpace(engine))
        switch type {
        case .list: try readList(&draft)
        case .quicklist: try readQuicklist(&draft, ofListpacks: false)
        case .listpackQuicklist: try readQuicklist(&draft, ofListpacks: true)
        case .ziplistList: try readPackedList(.ziplist, &draft)
        case .set: try readSet(&draft, engine)
        case .integerSet: try readPackedSet(.integers, &draft, engine)
        case .listpackSet: try readPackedSet(.listpack, &draft, engine)
        case .hash: try readHash(&draft, engine)
        case .zipmapHash: try readPackedHash(.zipmap, &draft, engine)
        case .ziplistHash: try readPackedHash(.ziplist, &draft, engine)
        case .listpackHash: try readPackedHash(.listpack, &draft, engine)
        case .textSortedSet: try readSortedSet(&draft, engine, hasTextScores: true)
        case .sortedSet: try readSortedSet(&draft, engine, hasTextScores: false)
        case .ziplistSortedSet: try readPackedSortedSet(.ziplist, &draft, engine)
        case .listpackSortedSet: try readPackedSortedSet(.listpack, &draft, engine)
        case .stream, .stream2, .stream3: try readStream(type, &draft)
        case .string, .module, .moduleSelfContained: preconditionFailure("no collection")
        }
        guard !draft.isEmpty else { throw .empty }
        return draft
    }

    private mutating func stringValue() throws(RDBFault) -> ValueDraft {
        let text = try string()
        guard let draft = ValueDraft(string: bytes(text)) else { throw .tooLarge }
        forgetStrings()
        return draft
    }

    // MARK: Element by element

    private mutating func readList(_ draft: inout ValueDraft) throws(RDBFault) {
        var list = ListValue(site: draft.open())
        defer { draft.close(list.site) }
        for _ in 0..<(try elementCount()) {
            let element = try string()
            list.push(bytes(element), .end)
            forgetStrings()
        }
    }

    private mutating func readQuicklist(_ draft: inout ValueDraft, ofListpacks: Bool) throws(RDBFault) {
        for _ in 0..<(try elementCount()) {
            let content = ofListpacks ? try length() : NodeContent.listpack
            switch content {
            case NodeContent.element:
                let element = try string()
                draft.append(bytes(element))
                forgetStrings()
            case NodeContent.listpack: try readPackedList(ofListpacks ? .listpack : .ziplist, &draft)
            default: throw .corrupt
            }
        }
    }

    private mutating func readSet(_ draft: inout ValueDraft, _ engine: EngineHandle) throws(RDBFault) {
        var set = SetValue(site: draft.open())
        defer { draft.close(set.site) }
        var seen = NameFilter()
        for _ in 0..<(try elementCount()) {
            let member = try string()
            let isKnownNew = seen.isNew(engine.hash(bytes(member)))
            guard set.insert(bytes(member), isKnownNew: isKnownNew) else { throw .corrupt }
            forgetStrings()
        }
    }

    private mutating func readHash(_ draft: inout ValueDraft, _ engine: EngineHandle) throws(RDBFault) {
        var hash = HashValue(site: draft.open())
        defer { draft.close(hash.site) }
        var seen = NameFilter()
        for _ in 0..<(try elementCount(sizeMin: 2)) {
            let field = try string()
            let value = try string()
            let isKnownNew = seen.isNew(engine.hash(bytes(field)))
            guard hash.set(bytes(field), to: bytes(value), isKnownNew: isKnownNew) else { throw .corrupt }
            forgetStrings()
        }
    }

    private mutating func readSortedSet(
        _ draft: inout ValueDraft, _ engine: EngineHandle, hasTextScores: Bool
    ) throws(RDBFault) {
        var set = SortedSetValue(site: draft.open())
        defer { draft.close(set.site) }
        var seen = NameFilter()
        for _ in 0..<(try elementCount(sizeMin: 2)) {
            let member = try string()
            let score = hasTextScores ? try textScore() : try double()
            let isKnownNew = seen.isNew(engine.hash(bytes(member)))
            guard !score.isNaN, set.addNew(bytes(member), score, isKnownNew: isKnownNew) else { throw .corrupt }
            forgetStrings()
        }
    }

    /// | size: 1 | text |, or one byte for what has none.
    private mutating func textScore() throws(RDBFault) -> Double {
        let size = Int(try byte())
        switch size {
        case 253: return .nan
        case 254: return .infinity
        case 255: return -.infinity
        default: break
        }
        guard size <= rest else { throw .truncated }
        guard let score = source.slice(place, place + size).double() else { throw .corrupt }
        place += size
        return score
    }

    // MARK: Packed

    /// Goes through a string that is packed with elements.
    /// - Parameter take: takes an element, and from the run what belongs to it. False if it was there already.
    @inline(__always)
    private mutating func readRun(
        _ format: PackedReader.Format, _ take: (inout PackedReader, PackedElement) throws(RDBFault) -> Bool
    ) throws(RDBFault) {
        let text = try string()
        var run = try PackedReader(bytes(text), format)
        while let element = try run.next() {
            guard try take(&run, element) else { throw .corrupt }
        }
        forgetStrings()
    }

    private mutating func readPackedList(
        _ format: PackedReader.Format, _ draft: inout ValueDraft
    ) throws(RDBFault) {
        var list = ListValue(site: draft.open())
        defer { draft.close(list.site) }
        try readRun(format) { run, element in
            run.show(element) { list.push($0, .end) }
            return true
        }
    }

    private mutating func readPackedSet(
        _ format: PackedReader.Format, _ draft: inout ValueDraft, _ engine: EngineHandle
    ) throws(RDBFault) {
        var set = SetValue(site: draft.open())
        defer { draft.close(set.site) }
        var seen = NameFilter()
        try readRun(format) { run, element in
            run.show(element) { set.insert($0, isKnownNew: seen.isNew(engine.hash($0))) }
        }
    }

    private mutating func readPackedHash(
        _ format: PackedReader.Format, _ draft: inout ValueDraft, _ engine: EngineHandle
    ) throws(RDBFault) {
        var hash = HashValue(site: draft.open())
        defer { draft.close(hash.site) }
        var seen = NameFilter()
        try readRun(format) { run, element throws(RDBFault) in
            let value = try run.expectNext()
            return run.show(element) { field in
                let isKnownNew = seen.isNew(engine.hash(field))
                return run.show(value) { hash.set(field, to: $0, isKnownNew: isKnownNew) }
            }
        }
    }

    private mutating func readPackedSortedSet(
        _ format: PackedReader.Format, _ draft: inout ValueDraft, _ engine: EngineHandle
    ) throws(RDBFault) {
        var set = SortedSetValue(site: draft.open())
        defer { draft.close(set.site) }
        var seen = NameFilter()
        try readRun(format) { run, element throws(RDBFault) in
            let score = try Self.score(try run.expectNext(), in: run)
            return run.show(element) { set.addNew($0, score, isKnownNew: seen.isNew(engine.hash($0))) }
        }
    }

    private static func score(_ element: PackedElement, in run: borrowing PackedReader) throws(RDBFault) -> Double {
        switch element {
        case .number(let number): return Double(number)
        case .bytes(let range):
            guard let score = run.bytes.slice(range.lowerBound, range.upperBound).double() else { throw .corrupt }
            return score
        }
    }
}

extension ValueType {
    /// What the engine calls it.
    var kind: ValueKind {
        get throws(RDBFault) {
            switch self {
            case .string: .string
            case .list, .ziplistList, .quicklist, .listpackQuicklist: .list
            case .set, .integerSet, .listpackSet: .set
            case .hash, .zipmapHash, .ziplistHash, .listpackHash: .hash
            case .textSortedSet, .sortedSet, .ziplistSortedSet, .listpackSortedSet: .sortedSet
            case .module, .moduleSelfContained: throw .module
            case .stream, .stream2, .stream3: .stream
            }
        }
    }
}
