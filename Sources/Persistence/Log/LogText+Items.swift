// Items as the commands that make them, for a base without a snapshot. Source: Redis 7 aof.c, rewriteAppendOnlyFileRio.

import Base
import Engine
import RDB

extension LogText {
    /// Elements of one command. Source: Redis server.h, AOF_REWRITE_ITEMS_PER_CMD.
    private static let elementsMax = 64

    /// Appends what makes an item that is not there.
    /// - Parameter between: called behind each command: it may take the bytes away.
    mutating func append(
        making item: borrowing ItemView, _ database: DatabaseIndex, between: (inout LogText) -> Void
    ) {
        let key = item.key
        if !Self.canBeMade(item) {
            append(whole: item, database)
            return between(&self)
        }
        switch item.kind {
        case .string:
            // Its expiry is in it.
            select(database)
            appendSet(item)
            return between(&self)
        case .list:
            item.showCollection(as: ListValue.self) { list in
                var run = Run("RPUSH", database, count: list.count)
                list.forEach(in: 0..<list.count) { element in
                    begin(&run, key, between)
                    add(element)
                }
            }
        case .set:
            item.showCollection(as: SetValue.self) { set in
                var run = Run("SADD", database, count: set.count)
                set.forEach { member in
                    begin(&run, key, between)
                    add(member)
                }
            }
        case .hash:
            item.showCollection(as: HashValue.self) { hash in
                var run = Run("HSET", database, count: hash.count, partCount: 2)
                hash.forEach { field, value in
                    begin(&run, key, between)
                    add(field)
                    add(value)
                }
            }
        case .sortedSet:
            item.showCollection(as: SortedSetValue.self) { set in
                var run = Run("ZADD", database, count: set.count, partCount: 2)
                set.forEach(0..<set.count) { member, score in
                    begin(&run, key, between)
                    add(DoubleText(score).span)
                    add(member)
                }
            }
        case .stream:
            item.showCollection(as: StreamValue.self) { stream in append(stream, key, database, between) }
        }
        between(&self)
        guard item.expiry.rawValue != 0 else { return }
        select(database)
        appendExpiry(item)
        between(&self)
    }

    /// Whether commands come to the very same value.
    private static func canBeMade(_ item: borrowing ItemView) -> Bool {
        var canBe = true
        switch item.kind {
        case .string, .list, .set, .hash: break
        case .sortedSet:
            // While a set is small, its zeros have no sign.
            let near = Double.leastNonzeroMagnitude
            let zeros = ScoreBounds(-near, near, excludesLeast: true, excludesMost: true)
            item.showCollection(as: SortedSetValue.self) { set in
                set.forEach(set.positions(zeros)) { _, score in canBe = canBe && score.sign == .plus }
            }
        case .stream:
            // Nobody can claim what was delivered and removed then.
            item.showCollection(as: StreamValue.self) { stream in
                stream.forEachGroup { group in
                    stream.forEachPending(stream.pendingPositions(of: group, from: .zero, through: .max)) { entry in
                        canBe = canBe && stream.contains(entry.id)
                        return canBe
                    }
                }
            }
        }
        return canBe
    }

    /// Appends a collection as a whole, its expiry too: its value as DUMP would tell it.
    private mutating func append(whole item: borrowing ItemView, _ database: DatabaseIndex) {
        var encoder = ValueEncoder(compresses: true)
        var payload = OutputBuffer(capacity: 1024)
        encoder.append(item, to: &payload)
        DumpPayload.seal(&payload)
        append(whole: item, database, payload)
    }

    // MARK: Elements

    private struct Run {
        let name: StaticString
        let database: DatabaseIndex
        /// Arguments of an element.
        let partCount: Int
        var left: Int
        var inCommand = 0

        init(_ name: StaticString, _ database: DatabaseIndex, count: Int, partCount: Int = 1) {
            self.name = name
            self.database = database
            self.partCount = partCount
            left = count
        }
    }

    /// Begins an element, and a command if the last one has enough of them.
    private mutating func begin(_ run: inout Run, _ key: RawSpan, _ between: (inout LogText) -> Void) {
        if run.inCommand == 0 || run.inCommand == Self.elementsMax {
            if run.inCommand > 0 { between(&self) }
            select(run.database)
            begin(2 + min(Self.elementsMax, run.left) * run.partCount, run.name)
            add(key)
            commandCount += 1
            run.inCommand = 0
        }
        run.inCommand += 1
        run.left -= 1
    }

    // MARK: Streams

    /// Source: Redis aof.c, rewriteStreamObject.
    private mutating func append(
        _ stream: borrowing StreamValue, _ key: RawSpan, _ database: DatabaseIndex, _ between: (inout LogText) -> Void
    ) {
        func begin(_ text: inout LogText, _ count: Int, _ name: StaticString, _ verb: StaticString? = nil) {
            between(&text)
            text.select(database)
            text.begin(count, name)
            if let verb { text.add(verb) }
            text.add(key)
            text.commandCount += 1
        }
        stream.forEach(0..<stream.count) { entry in
            begin(&self, 3 + 2 * entry.pairCount, "XADD")
            add(entry.id)
            entry.forEachPart { add($0) }
        }
        if stream.count == 0 {
            // An entry that does not stay.
            begin(&self, 7, "XADD")
            for word: StaticString in ["MAXLEN", "0", "0-1", "x", "y"] { add(word) }
        }
        begin(&self, 7, "XSETID")
        add(stream.lastID)
        add("ENTRIESADDED")
        add(stream.addedCount)
        add("MAXDELETEDID")
        add(stream.maxDeletedID)
        stream.forEachGroup { group in
            begin(&self, 7, "XGROUP", "CREATE")
            add(group.name)
            add(group.lastID)
            add("ENTRIESREAD")
            add(group.entriesRead ?? -1)
            stream.forEachConsumer(of: group) { consumer in
                begin(&self, 5, "XGROUP", "CREATECONSUMER")
                add(group.name)
                add(consumer.name)
                let positions = stream.ownPositions(of: consumer, from: .zero, through: .max)
                stream.forEachOwn(positions, of: consumer, group) { entry in
                    begin(&self, 12, "XCLAIM")
                    add(group.name)
                    add(consumer.name)
                    add("0")
                    add(entry.id)
                    add("TIME")
                    add(entry.deliveredAt)
                    add("RETRYCOUNT")
                    add(Int64(clamping: entry.deliveryCount))
                    add("JUSTID")
                    add("FORCE")
                    return true
                }
            }
        }
    }

    private mutating func add(_ id: StreamID) {
        let milliseconds = DecimalText(id.milliseconds)
        let sequence = DecimalText(id.sequence)
        bytes.appendLine("$", milliseconds.span.byteCount + 1 + sequence.span.byteCount)
        bytes.append(milliseconds.span)
        bytes.append("-")
        bytes.append(sequence.span)
        bytes.append("\r\n")
    }
}
