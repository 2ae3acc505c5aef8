// Streams, as Redis 7.0 writes them. Source: Redis 7.0 rdb.c, rdbSaveObject; t_stream.c, streamAppendItem.

public import Base
public import Engine

/// One listpack of a stream in the making.
private struct StreamNode: ~Copyable {
    /// 0 leaves the size alone to bound it.
    let countMax: Int
    private(set) var first = StreamID.zero
    private(set) var count = 0
    private var nameCount = 0
    /// The names of the first entry; and those of the one that is being added.
    private var names = ListpackWriter()
    private var ownNames = ListpackWriter()
    private var entries = ListpackWriter()

    init(countMax: Int) { self.countMax = countMax }

    /// Whether Redis would begin another node for an entry. Deleted entries, which counted there, are not here.
    func isFull(for entry: borrowing StreamEntry) -> Bool {
        guard count > 0 else { return false }
        var partsSize = 0
        entry.forEachPart { partsSize += $0.byteCount }
        let front = Listpack.entrySize(Int64(count)) + Listpack.entrySize(Int64(nameCount)) + 2 * Listpack.entrySize(0)
        let size = front + names.size - Listpack.emptySize + entries.size
        return size + partsSize >= RDBLimits.streamNodeSizeMax || countMax > 0 && count >= countMax
    }

    mutating func append(_ entry: borrowing StreamEntry) {
        ownNames.removeAll()
        var isName = true
        entry.forEachPart { part in
            if isName { ownNames.append(part) }
            isName.toggle()
        }
        if count == 0 {
            first = entry.id
            nameCount = entry.pairCount
            names.append(contentsOf: ownNames)
        }
        let sharesNames = entry.pairCount == nameCount && names.equals(ownNames)
        entries.append(sharesNames ? StreamFlag.sharesNames : 0)
        entries.append(Int64(bitPattern: entry.id.milliseconds &- first.milliseconds))
        entries.append(Int64(bitPattern: entry.id.sequence &- first.sequence))
        if !sharesNames { entries.append(Int64(entry.pairCount)) }
        isName = true
        entry.forEachPart { part in
            if !isName || !sharesNames { entries.append(part) }
            isName.toggle()
        }
        entries.append(Int64(sharesNames ? entry.pairCount + 3 : entry.pairCount * 2 + 4))
        count += 1
    }

    /// Moves everything into an empty listpack.
    mutating func finish(in listpack: inout ListpackWriter) {
        listpack.append(Int64(count))
        listpack.append(0)
        listpack.append(Int64(nameCount))
        listpack.append(contentsOf: names)
        listpack.append(0)
        listpack.append(contentsOf: entries)
        names.removeAll()
        entries.removeAll()
        count = 0
    }
}

extension ValueEncoder {
    /// Appends a stream, in nodes as if nothing had been taken out of it.
    public mutating func append(_ stream: borrowing StreamValue, to output: inout OutputBuffer) {
        begin(.stream2, &output)
        // Their count stands before them.
        var nodes = OutputBuffer(capacity: 1024)
        var nodeCount = 0
        let plainCount = strings.plain.count
        var node = StreamNode(countMax: stream.nodeEntryCount)
        stream.forEach(0..<stream.count) { entry in
            if node.isFull(for: entry) {
                end(&node, &nodes)
                nodeCount += 1
            }
            node.append(entry)
        }
        if node.count > 0 {
            end(&node, &nodes)
            nodeCount += 1
        }
        output.append(length: nodeCount)
        strings.movePlain(behind: plainCount, by: output.count)
        output.append(nodes.span)
        output.append(length: stream.count)
        output.append(id: stream.lastID)
        output.append(id: stream.firstID ?? .zero)
        output.append(id: stream.maxDeletedID)
        output.append(integer: UInt64(bitPattern: stream.addedCount))
        output.append(length: stream.groupCount)
        stream.forEachGroup { group in append(group, of: stream, to: &output) }
    }

    private mutating func end(_ node: inout StreamNode, _ output: inout OutputBuffer) {
        output.append(length: 16)
        output.append(wholeID: node.first)
        node.finish(in: &listpack)
        appendListpack(to: &output)
    }

    private mutating func append(
        _ group: StreamGroup, of stream: borrowing StreamValue, to output: inout OutputBuffer
    ) {
        strings.append(group.name, to: &output)
        output.append(id: group.lastID)
        output.append(integer: UInt64(bitPattern: group.entriesRead ?? -1))
        output.append(length: group.pendingCount)
        stream.forEachPending(stream.pendingPositions(of: group, from: .zero, through: .max)) { entry in
            output.append(wholeID: entry.id)
            output.append(number: entry.deliveredAt, bytes: 8)
            output.append(integer: entry.deliveryCount)
            return true
        }
        output.append(length: group.consumerCount)
        stream.forEachConsumer(of: group) { consumer in
            strings.append(consumer.name, to: &output)
            output.append(number: consumer.seenAt, bytes: 8)
            output.append(length: consumer.pendingCount)
            let positions = stream.ownPositions(of: consumer, from: .zero, through: .max)
            stream.forEachOwn(positions, of: consumer, group) { entry in
                output.append(wholeID: entry.id)
                return true
            }
        }
    }
}

extension OutputBuffer {
    fileprivate mutating func append(id: StreamID) {
        append(integer: id.milliseconds)
        append(integer: id.sequence)
    }

    /// Two numbers of eight bytes, the highest first.
    fileprivate mutating func append(wholeID id: StreamID) {
        append(word: id.milliseconds.byteSwapped)
        append(word: id.sequence.byteSwapped)
    }
}
