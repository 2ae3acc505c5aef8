// The groups of a stream with all that is theirs, in four trees, so that their memory is four numbers.

import Base

struct StreamGroups {
    private var records = Heap()
    private(set) var groups = PackedTree<GroupOrder>()
    private(set) var consumers = PackedTree<ConsumerOrder>()
    /// Of all groups.
    private(set) var pending = PackedTree<PendingOrder>()
    /// The same once more, by consumer.
    private(set) var owned = PackedTree<OwnedOrder>()
    /// The number that the next group or consumer gets. Those of six bytes do not run out.
    private var nextNumber: UInt64 = 0

    var heapSize: Int {
        records.size &+ groups.heap.size &+ consumers.heap.size &+ pending.heap.size &+ owned.heap.size
    }

    private mutating func drawNumber() -> UInt64 {
        nextNumber &+= 1
        return nextNumber
    }

    // MARK: Groups

    private func lowerBound(_ name: RawSpan) -> TreeCursor {
        groups.lowerBound(BytesOrder.prefix(of: name)) { BytesOrder.compare(GroupOrder.record($0).name, name) < 0 }
    }

    func find(_ name: RawSpan) -> GroupRecord? {
        let cursor = lowerBound(name)
        guard !cursor.isAtEnd else { return nil }
        let record = GroupOrder.record(cursor.entry.bytes)
        return record.name.equals(name) ? record : nil
    }

    /// A new group; there must be none of this name.
    @discardableResult
    mutating func create(_ name: RawSpan, lastID: StreamID, entriesRead: Int64?) -> GroupRecord {
        let record = GroupRecord(records.allocate(GroupRecord.headerSize &+ name.byteCount))
        record.number = drawNumber()
        record.lastID = lastID
        record.entriesRead = entriesRead
        record.pendingCount = 0
        record.consumerCount = 0
        record.setName(name)
        groups.insert(at: lowerBound(name), 8) { $0.store64(UInt64(record.place.bits), 0) }
        return record
    }

    /// Ends a group, its consumers and what they have pending.
    mutating func remove(_ group: GroupRecord) {
        var place = firstConsumer(of: group)
        for _ in 0..<group.consumerCount {
            let consumer = ConsumerOrder.record(place.entry.bytes)
            // A tree may look at its elements until they are out of it.
            consumers.remove(at: &place)
            owned.removeRange(owned.positions(consumer.number, .zero, .max))
            records.free(consumer.place)
        }
        pending.removeRange(pending.positions(group.number, .zero, .max))
        var cursor = lowerBound(group.name)
        groups.remove(at: &cursor)
        records.free(group.place)
    }

    // MARK: Consumers

    private func lowerBound(_ name: RawSpan, of group: GroupRecord) -> TreeCursor {
        let number = group.number
        return consumers.lowerBound(ConsumerOrder.prefix(number, name)) { element in
            let record = ConsumerOrder.record(element)
            let own = record.groupNumber
            return own == number ? BytesOrder.compare(record.name, name) < 0 : own < number
        }
    }

    /// Where the consumers of a group begin, in the order of their names.
    func firstConsumer(of group: GroupRecord) -> TreeCursor {
        let number = group.number
        return consumers.lowerBound(NumberedPrefix.make(number, 0)) {
            ConsumerOrder.record($0).groupNumber < number
        }
    }

    func find(_ name: RawSpan, of group: GroupRecord) -> ConsumerRecord? {
        let cursor = lowerBound(name, of: group)
        guard !cursor.isAtEnd else { return nil }
        let record = ConsumerOrder.record(cursor.entry.bytes)
        return record.groupNumber == group.number && record.name.equals(name) ? record : nil
    }

    /// A new consumer; the group must have none of this name.
    mutating func create(_ name: RawSpan, of group: GroupRecord, seenAt: Int64) -> ConsumerRecord {
        let record = ConsumerRecord(records.allocate(ConsumerRecord.headerSize &+ name.byteCount))
        record.number = drawNumber()
        record.groupNumber = group.number
        record.seenAt = seenAt
        record.activeAt = -1
        record.pendingCount = 0
        record.setName(name)
        consumers.insert(at: lowerBound(name, of: group), 8) { $0.store64(UInt64(record.place.bits), 0) }
        group.consumerCount &+= 1
        return record
    }

    /// Ends a consumer and what it has pending.
    mutating func remove(_ consumer: ConsumerRecord, of group: GroupRecord) {
        drop(consumer.pendingCount, of: consumer, group)
        var place = lowerBound(consumer.name, of: group)
        consumers.remove(at: &place)
        records.free(consumer.place)
        group.consumerCount &-= 1
    }

    /// Lets the first of what a consumer has pending go: `amount` of it, at most all.
    mutating func drop(_ amount: Int, of consumer: ConsumerRecord, _ group: GroupRecord) {
        let range = owned.positions(consumer.number, .zero, .max).prefix(amount)
        guard !range.isEmpty else { return }
        var cursor = owned.cursor(at: range.lowerBound)
        for _ in range {
            let id = OwnedOrder.id(of: cursor.entry.bytes)
            if var found = pending.find(group.number, id) { pending.remove(at: &found) }
            cursor.moveForward()
        }
        owned.removeRange(range)
        consumer.pendingCount &-= range.count
        group.pendingCount &-= range.count
    }

    // MARK: What is pending

    /// Makes an entry pending for a consumer, whoever had it before.
    /// - Parameter deliveryCount: is given that of the entry if it is pending already.
    mutating func assign(
        _ id: StreamID, of group: GroupRecord, to consumer: ConsumerRecord, at time: Int64,
        deliveryCount: (_ present: UInt64?) -> UInt64
    ) {
        var cursor = pending.lowerBound(group.number, id)
        if !cursor.isAtEnd {
            let element = cursor.entry.bytes
            if PendingOrder.number(of: element) == group.number {
                let present = PendingElement(element)
                if present.id == id {
                    let owner = present.consumer
                    rewrite(&cursor, of: group, consumer, time, id, deliveryCount(present.deliveryCount))
                    guard owner != consumer else { return }
                    disown(id, owner)
                    own(id, consumer)
                    return
                }
            }
        }
        let count = deliveryCount(nil)
        pending.insert(at: cursor, PendingElement.size(id, count)) {
            PendingElement.write(group.number, consumer, time, id, count, at: $0)
        }
        group.pendingCount &+= 1
        own(id, consumer)
    }

    private mutating func rewrite(
        _ cursor: inout TreeCursor, of group: GroupRecord, _ consumer: ConsumerRecord, _ time: Int64, _ id: StreamID,
        _ count: UInt64
    ) {
        let size = PendingElement.size(id, count)
        let entry = cursor.entry
        if entry.count == size {
            return PendingElement.write(group.number, consumer, time, id, count, at: entry.content)
        }
        pending.remove(at: &cursor)
        pending.insert(at: cursor, size) { PendingElement.write(group.number, consumer, time, id, count, at: $0) }
    }

    private mutating func own(_ id: StreamID, _ consumer: ConsumerRecord) {
        let number = consumer.number
        owned.insert(at: owned.lowerBound(number, id), OwnedOrder.idOffset &+ PackedID.size(of: id)) {
            $0.store48(number, 0)
            PackedID.write(id, at: $0 + OwnedOrder.idOffset)
        }
        consumer.pendingCount &+= 1
    }

    private mutating func disown(_ id: StreamID, _ consumer: ConsumerRecord) {
        guard var cursor = owned.find(consumer.number, id) else { return }
        owned.remove(at: &cursor)
        consumer.pendingCount &-= 1
    }

    /// An entry is pending no more. False if it was not.
    mutating func acknowledge(_ id: StreamID, of group: GroupRecord) -> Bool {
        guard var cursor = pending.find(group.number, id) else { return false }
        let consumer = PendingElement(cursor.entry.bytes).consumer
        pending.remove(at: &cursor)
        group.pendingCount &-= 1
        disown(id, consumer)
        return true
    }

    // MARK: As a whole

    /// Copies all into an empty one.
    func copy(into copy: inout StreamGroups) {
        var groupCursor = groups.start()
        while !groupCursor.isAtEnd {
            let group = GroupOrder.record(groupCursor.entry.bytes)
            let copied = copy.create(group.name, lastID: group.lastID, entriesRead: group.entriesRead)
            var cursor = firstConsumer(of: group)
            for _ in 0..<group.consumerCount {
                copyConsumer(ConsumerOrder.record(cursor.entry.bytes), of: group, to: copied, &copy)
                cursor.moveForward()
            }
            groupCursor.moveForward()
        }
    }

    private func copyConsumer(
        _ consumer: ConsumerRecord, of group: GroupRecord, to copiedGroup: GroupRecord, _ copy: inout StreamGroups
    ) {
        let copied = copy.create(consumer.name, of: copiedGroup, seenAt: consumer.seenAt)
        copied.activeAt = consumer.activeAt
        var cursor = owned.lowerBound(consumer.number, .zero)
        for _ in 0..<consumer.pendingCount {
            let id = OwnedOrder.id(of: cursor.entry.bytes)
            if let found = pending.find(group.number, id) {
                let element = PendingElement(found.entry.bytes)
                let count = element.deliveryCount
                copy.assign(id, of: copiedGroup, to: copied, at: element.deliveredAt) { _ in count }
            }
            cursor.moveForward()
        }
    }

    mutating func free(blocks: Int) -> Bool {
        if pending.destroySlice(blocks) || owned.destroySlice(blocks) { return false }
        var left = blocks
        while consumers.count > 0 {
            if left == 0 { return false }
            let consumer = ConsumerOrder.record(consumers.lastEntry.bytes)
            consumers.popLast()
            records.free(consumer.place)
            left -= 1
        }
        while groups.count > 0 {
            if left == 0 { return false }
            let group = GroupOrder.record(groups.lastEntry.bytes)
            groups.popLast()
            records.free(group.place)
            left -= 1
        }
        return !consumers.destroySlice(blocks) && !groups.destroySlice(blocks)
    }

    func checkInvariants(fail: (String) -> Void) {
        groups.checkInvariants(fail: fail)
        consumers.checkInvariants(fail: fail)
        pending.checkInvariants(fail: fail)
        owned.checkInvariants(fail: fail)
        var consumerCount = 0
        var pendingCount = 0
        var groupCursor = groups.start()
        while !groupCursor.isAtEnd {
            let group = GroupOrder.record(groupCursor.entry.bytes)
            consumerCount += group.consumerCount
            pendingCount += group.pendingCount
            var ownedCount = 0
            var cursor = firstConsumer(of: group)
            for _ in 0..<group.consumerCount {
                let consumer = ConsumerOrder.record(cursor.entry.bytes)
                if consumer.groupNumber != group.number { fail("a consumer of another group") }
                ownedCount += consumer.pendingCount
                checkOwned(consumer, group, fail)
                cursor.moveForward()
            }
            if ownedCount != group.pendingCount { fail("a group's consumers have not what it has pending") }
            groupCursor.moveForward()
        }
        if consumerCount != consumers.count { fail("\(consumers.count) consumers, counted \(consumerCount)") }
        if pendingCount != pending.count { fail("\(pending.count) pending, counted \(pendingCount)") }
        if pending.count != owned.count { fail("\(pending.count) pending, \(owned.count) owned") }
    }

    private func checkOwned(_ consumer: ConsumerRecord, _ group: GroupRecord, _ fail: (String) -> Void) {
        let range = owned.positions(consumer.number, .zero, .max)
        if range.count != consumer.pendingCount { fail("\(range.count) owned, counted \(consumer.pendingCount)") }
        for position in range {
            let id = OwnedOrder.id(of: owned.entry(at: position).bytes)
            guard let found = pending.find(group.number, id) else {
                fail("an entry is owned and not pending")
                continue
            }
            if PendingElement(found.entry.bytes).consumer != consumer { fail("an entry of another consumer") }
        }
    }
}
