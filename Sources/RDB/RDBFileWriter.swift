// A whole file as bytes: what stands around the values. Source: Redis 7.0 rdb.c, rdbSaveRio.

public import Base
public import Engine

/// When strings are compressed that become shorter by it.
public enum RDBCompression: Sendable {
    case none
    case atOnce
    /// `compress` does it, when no lock is held.
    case later
}

/// Writes the parts of a file, each behind the last one.
///
///     | "REDIS0010" | field | ... | database | item | ... | database | item | ... | end: 1 | CRC-64 of all before: 8 |
///
///     item    | own fields | expiry | idle time or frequency | type: 1 | key | value |, of the first three what it has
///
/// Several writers may make one file: one begins and ends it, and each fills chunks, which go one behind the other in
/// any order. The checksum is for whoever does that, and so are eight zeros for none.
///
/// Keeps its working memory from one item to the next.
public struct RDBFileWriter: ~Copyable {
    private var encoder: ValueEncoder
    private let policy: EvictionPolicy
    /// The one that the chunk has named last.
    private var database: DatabaseIndex?

    /// - Parameter policy: says what is remembered of an item's use: its idle time, its frequency or nothing.
    public init(_ compression: RDBCompression, policy: EvictionPolicy = .noEviction) {
        encoder = ValueEncoder(compression)
        self.policy = policy
    }

    /// - Parameter compresses: strings that become shorter by it, at once but for large ones.
    public init(compresses: Bool, policy: EvictionPolicy = .noEviction) {
        self.init(compresses ? .atOnce : .none, policy: policy)
    }

    /// Begins a file with what it says of itself.
    /// - Parameter version: of the format, 2 digits at most: not below that of values which come as they are.
    public mutating func begin(
        _ facts: [(name: String, value: String)], version: Int = Int(RDBVersion.written), to output: inout OutputBuffer
    ) {
        output.append(version < 10 ? "REDIS000" : "REDIS00")
        output.append(decimal: version)
        for fact in facts {
            output.append(Opcode.field.rawValue)
            encoder.strings.append(Array(fact.name.utf8).span.rawBytes, to: &output)
            encoder.strings.append(Array(fact.value.utf8).span.rawBytes, to: &output)
        }
        startChunk()
    }

    /// Appends a library of functions. Libraries come behind the file's beginning and in front of items.
    public mutating func append(library code: RawSpan, to output: inout OutputBuffer) {
        LibraryPayload.append(code, &encoder.strings, to: &output)
    }

    /// Begins a chunk: it may stand anywhere behind the file's beginning.
    public mutating func startChunk() { database = nil }

    /// Tells how many items of a database follow, for whoever reads to make room for them. They need not follow at
    /// once, and `append` names databases by itself.
    public mutating func beginDatabase(_ index: Int, keys: Int, expiring: Int, to output: inout OutputBuffer) {
        select(DatabaseIndex(index), &output)
        output.append(Opcode.sizes.rawValue)
        output.append(length: keys)
        output.append(length: expiring)
    }

    private mutating func select(_ database: DatabaseIndex, _ output: inout OutputBuffer) {
        output.append(Opcode.database.rawValue)
        output.append(length: Int(database.rawValue))
        self.database = database
    }

    // MARK: Items

    /// Appends an item, under its shard's lock. A large value is not copied: `output` holds its block, and it is not
    /// compressed either, which `compress` does when there is time for it.
    public mutating func append(
        _ item: borrowing ItemView, in database: DatabaseIndex, to output: inout OutputBuffer
    ) {
        if database != self.database { select(database, &output) }
        appendOwnFields(item, &output)
        if item.expiry.rawValue != 0 {
            output.append(Opcode.expiry.rawValue)
            output.append(word: UInt64(bitPattern: item.expiry.rawValue))
        }
        appendUse(item, &output)
        encoder.front.append(item.key)
        encoder.hasFront = true
        guard let block = item.shared, block.byteCount >= Limits.sharedValueSizeMin else {
            return encoder.append(item, to: &output)
        }
        encoder.begin(.string, &output)
        output.append(length: block.byteCount)
        block.retain()
        output.append(shared: block)
    }

    /// What Redis has no place for. A winner is forgotten: whoever it was need not outlive the server.
    private mutating func appendOwnFields(_ item: borrowing ItemView, _ output: inout OutputBuffer) {
        if item.flags != 0 { append(.flags, UInt64(item.flags), &output) }
        if item.cas != 0 { append(.cas, item.cas, &output) }
        if item.isStale { append(.stale, 1, &output) }
        if item.hasBinaryKey { append(.binaryKey, 1, &output) }
    }

    private mutating func append(_ field: OwnField, _ number: UInt64, _ output: inout OutputBuffer) {
        encoder.strings.append(field, number, to: &output)
    }

    private func appendUse(_ item: borrowing ItemView, _ output: inout OutputBuffer) {
        switch policy {
        case .allKeysLRU, .volatileLRU:
            output.append(Opcode.idleTime.rawValue)
            output.append(integer: UInt64(max(0, item.idleMilliseconds) / 1000))
        case .allKeysLFU, .volatileLFU:
            guard let frequency = item.frequency else { return }
            output.append(Opcode.frequency.rawValue)
            output.append(frequency)
        case .noEviction, .allKeysRandom, .volatileRandom, .volatileTTL: break
        }
    }

    /// Appends an item whose value is at hand as bytes.
    /// - Parameter type: nil if these are a string's own; else they are what follows this type in a file.
    public mutating func append(
        _ key: RawSpan, _ facts: RDBItemFacts, type: UInt8?, _ value: RawSpan, in database: DatabaseIndex,
        to output: inout OutputBuffer
    ) {
        if database != self.database { select(database, &output) }
        if facts.flags != 0 { append(.flags, UInt64(facts.flags), &output) }
        if facts.cas != 0 { append(.cas, facts.cas, &output) }
        if facts.isStale { append(.stale, 1, &output) }
        if facts.hasBinaryKey { append(.binaryKey, 1, &output) }
        if facts.expiry.rawValue != 0 {
            output.append(Opcode.expiry.rawValue)
            output.append(word: UInt64(bitPattern: facts.expiry.rawValue))
        }
        output.append(type ?? ValueType.string.rawValue)
        encoder.strings.append(key, to: &output)
        guard type == nil else { return output.append(value) }
        encoder.strings.append(value, to: &output)
    }

    // MARK: Compression

    /// Takes what a chunk of this writer has of strings whose compression was put off, for `compress`.
    /// - Parameter strings: gets them; its own, which must be none, are for the next chunk to be kept in.
    public mutating func takePlainStrings(_ strings: inout [PlainString]) { swap(&strings, &encoder.strings.plain) }

    /// Appends a chunk with its large values compressed, and the strings that were put off, as far as that pays.
    /// - Parameter strings: of the chunk, from `takePlainStrings`.
    public mutating func compress(
        _ chunk: borrowing OutputBuffer, _ strings: [PlainString] = [], to output: inout OutputBuffer
    ) {
        var start = 0
        var next = 0
        for splice in chunk.splices {
            let size = splice.value.byteCount
            let end = splice.offset - OutputBuffer.lengthSize(size)
            compress(strings, from: &next, of: chunk, from: start, to: end, &output)
            start = splice.offset
            let isShorter = splice.value.show { appendIfShorter($0, &output) }
            if isShorter { continue }
            output.append(length: size)
            splice.value.retain()
            output.append(shared: splice.value)
        }
        compress(strings, from: &next, of: chunk, from: start, to: chunk.count, &output)
    }

    /// Appends the bytes `start..<end` of a chunk, and the strings in them as short as may be.
    private mutating func compress(
        _ strings: [PlainString], from next: inout Int, of chunk: borrowing OutputBuffer, from start: Int, to end: Int,
        _ output: inout OutputBuffer
    ) {
        var start = start
        while next < strings.count && strings[next].offset < end {
            let string = strings[next]
            next += 1
            let first = string.offset + OutputBuffer.lengthSize(string.size)
            output.append(chunk.span.slice(start, string.offset))
            start = string.offset
            let last = first + string.size
            if appendIfShorter(chunk.span.slice(first, last), &output) { start = last }
        }
        output.append(chunk.span.slice(start, end))
    }

    private mutating func appendIfShorter(_ string: RawSpan, _ output: inout OutputBuffer) -> Bool {
        string.byteCount <= RDBLimits.compressedSizeMax && encoder.strings.isWorthTrying(string)
            && encoder.strings.append(compressed: string, to: &output)
    }

    /// Ends a file, but for its checksum.
    public mutating func end(to output: inout OutputBuffer) { output.append(Opcode.end.rawValue) }
}
