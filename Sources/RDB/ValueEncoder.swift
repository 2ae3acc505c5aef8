// Values as bytes, in the encodings that Redis 7.0 has and all later ones read. Source: Redis 7.0 rdb.c, rdbSaveObject.

public import Base
public import Engine

/// Writes values, each behind its type byte. The encoding goes by the name that clients are told, so that a value has
/// the same bytes as in redis-server, wherever order and history leave a choice to neither.
///
/// Keeps its working memory from one value to the next: have one for many.
public struct ValueEncoder: ~Copyable {
    var strings: StringEncoder
    var listpack = ListpackWriter()
    /// A packed value before it is written as a string.
    private var packed = OutputBuffer(capacity: 1024)
    /// What stands between the type of the next value and the value: in a file its key, as a string.
    var front = OutputBuffer(capacity: 256)
    var hasFront = false

    /// - Parameter compresses: strings that become shorter by it.
    public init(compresses: Bool) { self.init(compresses ? .atOnce : .none) }

    init(_ compression: RDBCompression) { strings = StringEncoder(compression) }

    /// Appends the value at `key`, under its shard's lock. False, and nothing appended, if there is none. Counts as
    /// a read.
    public mutating func append(
        _ key: Key, of engine: inout EngineHandle, to output: inout OutputBuffer
    ) -> Bool {
        var shards = ShardSet()
        engine.insert(key.hash, into: &shards)
        return engine.section(shards) { engine in
            engine.exists(key, touches: true) && engine.look(key) { item in append(item, to: &output) }
        }
    }

    /// Appends an item's value.
    public mutating func append(_ item: borrowing ItemView, to output: inout OutputBuffer) {
        switch item.kind {
        case .string: append(string: item.value, to: &output)
        case .list: item.showCollection(as: ListValue.self) { list in append(list, to: &output) }
        case .set: item.showCollection(as: SetValue.self) { set in append(set, to: &output) }
        case .hash: item.showCollection(as: HashValue.self) { hash in append(hash, to: &output) }
        case .sortedSet: item.showCollection(as: SortedSetValue.self) { set in append(set, to: &output) }
        case .stream: item.showCollection(as: StreamValue.self) { stream in append(stream, to: &output) }
        }
    }

    /// Appends a string.
    public mutating func append(string: RawSpan, to output: inout OutputBuffer) {
        begin(.string, &output)
        strings.append(string, to: &output)
    }

    /// Begins a value: nothing of it is in `output` yet.
    mutating func begin(_ type: ValueType, _ output: inout OutputBuffer) {
        output.append(type.rawValue)
        if hasFront {
            strings.append(all: front, to: &output)
            front.removeAll()
            hasFront = false
        }
    }

    // MARK: Lists

    /// Appends a list, in nodes as if it had been filled from its start.
    public mutating func append(_ list: borrowing ListValue, to output: inout OutputBuffer) {
        begin(.listpackQuicklist, &output)
        // Both may change meanwhile, and the nodes must be those that were counted.
        let (setting, loneSize) = (list.nodeSetting, list.loneElementSize)
        var nodes = ListNodes(setting: setting, loneSize: loneSize)
        var count = 0
        list.forEach(in: 0..<list.count) { element in
            if nodes.begins(with: element) { count += 1 }
        }
        output.append(length: count)
        nodes = ListNodes(setting: setting, loneSize: loneSize)
        list.forEach(in: 0..<list.count) { element in
            if nodes.begins(with: element) { endNode(&output) }
            if element.byteCount < loneSize {
                listpack.append(element)
            } else {
                output.append(length: NodeContent.element)
                strings.append(element, to: &output)
            }
        }
        endNode(&output)
    }

    private mutating func endNode(_ output: inout OutputBuffer) {
        guard listpack.size > Listpack.emptySize else { return }
        output.append(length: NodeContent.listpack)
        appendListpack(to: &output)
    }

    mutating func appendListpack(to output: inout OutputBuffer) {
        listpack.finish(in: &packed)
        strings.append(all: packed, to: &output)
    }

    // MARK: Sets

    /// Appends a set. Redis 7.0 knows no packed ones but of whole numbers.
    public mutating func append(_ set: borrowing SetValue, to output: inout OutputBuffer) {
        if set.encoding == .integers && appendIntegers(set, to: &output) { return }
        begin(.set, &output)
        output.append(length: set.count)
        set.forEach { member in strings.append(member, to: &output) }
    }

    /// As an intset: | size of a number: 4 | count: 4 | numbers, ascending |
    private mutating func appendIntegers(_ set: borrowing SetValue, to output: inout OutputBuffer) -> Bool {
        var numbers: [Int64] = []
        numbers.reserveCapacity(set.count)
        set.forEach { member in
            if let number = member.canonicalSignedDecimal() { numbers.append(number) }
        }
        numbers.sort()
        guard let least = numbers.first, let most = numbers.last, numbers.count == set.count else { return false }
        let size =
            Int16(exactly: least) != nil && Int16(exactly: most) != nil
            ? 2 : Int32(exactly: least) != nil && Int32(exactly: most) != nil ? 4 : 8
        packed.removeAll()
        packed.append(halfWord: UInt32(size))
        packed.append(halfWord: UInt32(numbers.count))
        for number in numbers { packed.append(number: number, bytes: size) }
        begin(.integerSet, &output)
        strings.append(all: packed, to: &output)
        return true
    }

    // MARK: Hashes

    /// Appends a hash.
    public mutating func append(_ hash: borrowing HashValue, to output: inout OutputBuffer) {
        if hash.encoding == .packed {
            hash.forEach { field, value in
                listpack.append(field)
                listpack.append(value)
            }
            if listpack.size <= RDBLimits.listpackSizeMax {
                begin(.listpackHash, &output)
                return appendListpack(to: &output)
            }
            listpack.removeAll()
        }
        begin(.hash, &output)
        output.append(length: hash.count)
        hash.forEach { field, value in
            strings.append(field, to: &output)
            strings.append(value, to: &output)
        }
    }

    // MARK: Sorted sets

    /// Appends a sorted set.
    public mutating func append(_ set: borrowing SortedSetValue, to output: inout OutputBuffer) {
        let positions = 0..<set.count
        if set.encoding == .packed {
            set.forEach(positions) { member, score in
                listpack.append(member)
                append(score: score)
            }
            if listpack.size <= RDBLimits.listpackSizeMax {
                begin(.listpackSortedSet, &output)
                return appendListpack(to: &output)
            }
            listpack.removeAll()
        }
        begin(.sortedSet, &output)
        output.append(length: set.count)
        // The highest first: each finds its place at the front when it is read.
        set.forEach(positions, isReversed: true) { member, score in
            strings.append(member, to: &output)
            output.append(word: score.bitPattern)
        }
    }

    /// Whole numbers that a Double tells apart are written as such. Source: Redis zzlInsertAt, double2ll.
    private mutating func append(score: Double) {
        if score.magnitude < 0x1p52, let whole = Int64(exactly: score) {
            listpack.append(whole)
        } else {
            listpack.append(DoubleText(score).span)
        }
    }
}

/// Says where Redis begins the nodes of a list. Source: Redis 7.0 quicklist.c, _quicklistNodeAllowInsert.
private struct ListNodes {
    /// As `CollectionLimit.listNode`.
    let setting: Int
    /// As `Engine.loneElementSize`.
    let loneSize: Int
    private var size = Int.max
    private var count = 0

    private static let safeSizeMax = 8192
    /// What Redis thinks that an entry takes beside its content.
    private static let frontEstimate = 8

    init(setting: Int, loneSize: Int) {
        self.setting = setting
        self.loneSize = loneSize
    }

    /// Whether `element` begins a node: the first one does.
    mutating func begins(with element: RawSpan) -> Bool {
        let isPlain = element.byteCount >= loneSize
        if !isPlain && size != .max && fits(size + element.byteCount + Self.frontEstimate) {
            size += Listpack.size(of: element)
            count += 1
            return false
        }
        // Nothing goes into a node with an element of its own.
        size = isPlain ? .max : Listpack.emptySize + Listpack.size(of: element)
        count = 1
        return true
    }

    private func fits(_ newSize: Int) -> Bool {
        setting < 0
            ? newSize <= 4096 << (min(5, setting.magnitude) - 1) : newSize <= Self.safeSizeMax && count < setting
    }
}
