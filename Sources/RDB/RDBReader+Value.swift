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
        var draft = engine.makeDraft(try type.kind)
        switch type {
        case .list: try readList(&draft)
        case .quicklist: try readQuicklist(&draft, ofListpacks: false)
        case .listpackQuicklist: try readQuicklist(&draft, ofListpacks: true)
        case .ziplistList: try readPacked(.ziplist, &draft)
        case .set: try readSet(&draft)
        case .integerSet: try readPacked(.integers, &draft)
        case .hash: try readHash(&draft)
        case .zipmapHash: try readPacked(.zipmap, &draft)
        case .textSortedSet: try readSortedSet(&draft, hasTextScores: true)
        case .sortedSet: try readSortedSet(&draft, hasTextScores: false)
        case .ziplistHash, .ziplistSortedSet: try readPacked(.ziplist, &draft)
        case .listpackSet, .listpackHash, .listpackSortedSet: try readPacked(.listpack, &draft)
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
        for _ in 0..<(try elementCount()) {
            let element = try string()
            draft.append(bytes(element))
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
            case NodeContent.listpack: try readPacked(ofListpacks ? .listpack : .ziplist, &draft)
            default: throw .corrupt
            }
        }
    }

    private mutating func readSet(_ draft: inout ValueDraft) throws(RDBFault) {
        for _ in 0..<(try elementCount()) {
            let member = try string()
            guard draft.insert(bytes(member)) else { throw .corrupt }
            forgetStrings()
        }
    }

    private mutating func readHash(_ draft: inout ValueDraft) throws(RDBFault) {
        for _ in 0..<(try elementCount(sizeMin: 2)) {
            let field = try string()
            let value = try string()
            guard draft.set(bytes(field), to: bytes(value)) else { throw .corrupt }
            forgetStrings()
        }
    }

    private mutating func readSortedSet(_ draft: inout ValueDraft, hasTextScores: Bool) throws(RDBFault) {
        for _ in 0..<(try elementCount(sizeMin: 2)) {
            let member = try string()
            let score = hasTextScores ? try textScore() : try double()
            guard !score.isNaN, draft.add(bytes(member), score) else { throw .corrupt }
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

    /// Reads a string that is packed with elements of the draft's kind.
    private mutating func readPacked(_ format: PackedReader.Format, _ draft: inout ValueDraft) throws(RDBFault) {
        let text = try string()
        var run = try PackedReader(bytes(text), format)
        while let element = try run.next() {
            let isNew: Bool
            switch draft.kind {
            case .list:
                run.show(element) { draft.append($0) }
                isNew = true
            case .set: isNew = run.show(element) { draft.insert($0) }
            case .hash:
                let value = try run.expectNext()
                isNew = run.show(element) { field in run.show(value) { draft.set(field, to: $0) } }
            case .sortedSet:
                let score = try score(try run.expectNext(), in: run)
                isNew = run.show(element) { draft.add($0, score) }
            case .string, .stream: preconditionFailure("never packed like this")
            }
            guard isNew else { throw .corrupt }
        }
        forgetStrings()
    }

    private func score(_ element: PackedElement, in run: borrowing PackedReader) throws(RDBFault) -> Double {
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
