// A stream's groups, as a verb sees them.

import Base

/// A group of a stream. Valid until it is removed or the verb ends.
public struct StreamGroup {
    let record: GroupRecord

    public var name: RawSpan { @_lifetime(immortal) get { record.name } }
    /// Of the last entry that was delivered.
    public var lastID: StreamID { record.lastID }
    /// How many entries ever were up to the last ID; nil if that is not known.
    public var entriesRead: Int64? { record.entriesRead }
    public var pendingCount: Int { record.pendingCount }
    public var consumerCount: Int { record.consumerCount }
}

/// A consumer of a group. Valid until it or its group is removed or the verb ends.
public struct StreamConsumer: Equatable {
    let record: ConsumerRecord

    public var name: RawSpan { @_lifetime(immortal) get { record.name } }
    /// When it last asked for something, in milliseconds.
    public var seenAt: Int64 { record.seenAt }
    /// When it last got something; nil before.
    public var activeAt: Int64? { record.activeAt < 0 ? nil : record.activeAt }
    public var pendingCount: Int { record.pendingCount }
}

/// An entry that was delivered and not acknowledged.
public struct PendingEntry {
    public let id: StreamID
    public let consumer: StreamConsumer
    public let deliveredAt: Int64
    public let deliveryCount: UInt64

    init(_ element: RawSpan) {
        let element = PendingElement(element)
        id = element.id
        consumer = StreamConsumer(record: element.consumer)
        deliveredAt = element.deliveredAt
        deliveryCount = element.deliveryCount
    }
}

extension StreamValue {
    private var groups: UnsafeMutablePointer<StreamGroups>? { unsafe large?.pointee.groups }

    private var now: Int64 { unsafe site.handle.pointee.now.rawValue }

    // MARK: Groups

    public var groupCount: Int { unsafe groups?.pointee.groups.count ?? 0 }

    public func group(_ name: RawSpan) -> StreamGroup? {
        unsafe groups?.pointee.find(name).map { StreamGroup(record: $0) }
    }

    /// Shows all groups, in the order of their names.
    public func forEachGroup(_ visit: (StreamGroup) -> Void) {
        guard let groups = unsafe groups else { return }
        var cursor = unsafe groups.pointee.groups.start()
        while !cursor.isAtEnd {
            visit(StreamGroup(record: GroupOrder.record(cursor.entry.bytes)))
            cursor.moveForward()
        }
    }

    /// Makes a group, and the stream if there is none. False if there is one of this name.
    public mutating func createGroup(_ name: RawSpan, lastID: StreamID, entriesRead: Int64?) -> Bool {
        if group(name) != nil { return false }
        note(.createGroup, name, lastID, entriesRead)
        let groups = unsafe changing().pointee.makeGroups()
        unsafe groups.pointee.create(name, lastID: lastID, entriesRead: entriesRead)
        return true
    }

    /// Ends a group, its consumers and what they have pending.
    public mutating func remove(_ group: StreamGroup) {
        site.notes?.add(.removeGroup, group.name)
        unsafe groups!.pointee.remove(group.record)
        site.isChanged = true
    }

    private func note(_ kind: StepKind, _ group: RawSpan, _ lastID: StreamID, _ entriesRead: Int64?) {
        guard let notes = site.notes else { return }
        notes.add(kind, group)
        notes.add(lastID)
        notes.add(entriesRead ?? -1)
    }

    private func note(_ kind: StepKind, _ group: StreamGroup, _ consumer: RawSpan) {
        guard let notes = site.notes else { return }
        notes.add(kind, group.name)
        notes.add(consumer)
    }

    private func noteDelivery(
        _ group: StreamGroup, _ consumer: StreamConsumer, _ id: StreamID, _ deliveredAt: Int64, _ count: UInt64
    ) {
        guard let notes = site.notes else { return }
        note(.deliver, group, consumer.name)
        notes.add(id)
        notes.add(deliveredAt)
        notes.add(Int64(clamping: count))
    }

    /// Says what was delivered last.
    public mutating func set(_ group: StreamGroup, lastID: StreamID, entriesRead: Int64?) {
        group.record.lastID = lastID
        group.record.entriesRead = entriesRead
        site.isChanged = true
        note(.setGroup, group.name, lastID, entriesRead)
    }

    // MARK: Consumers

    public func consumer(_ name: RawSpan, of group: StreamGroup) -> StreamConsumer? {
        unsafe groups!.pointee.find(name, of: group.record).map { StreamConsumer(record: $0) }
    }

    /// Shows a group's consumers, in the order of their names.
    public func forEachConsumer(of group: StreamGroup, _ visit: (StreamConsumer) -> Void) {
        var cursor = unsafe groups!.pointee.firstConsumer(of: group.record)
        for _ in 0..<group.consumerCount {
            visit(StreamConsumer(record: ConsumerOrder.record(cursor.entry.bytes)))
            cursor.moveForward()
        }
    }

    /// Makes a consumer, of whom nothing was seen yet but this; the group must have none of this name.
    @discardableResult
    public mutating func createConsumer(_ name: RawSpan, of group: StreamGroup) -> StreamConsumer {
        site.isChanged = true
        note(.createConsumer, group, name)
        return StreamConsumer(record: unsafe groups!.pointee.create(name, of: group.record, seenAt: now))
    }

    /// The consumer of this name, made if there is none, who asks for something now.
    public mutating func seenConsumer(_ name: RawSpan, of group: StreamGroup) -> StreamConsumer {
        guard let consumer = consumer(name, of: group) else { return createConsumer(name, of: group) }
        consumer.record.seenAt = now
        return consumer
    }

    /// Says when a consumer was seen, and when it last got something.
    public mutating func set(_ consumer: StreamConsumer, seenAt: Int64, activeAt: Int64?) {
        consumer.record.seenAt = seenAt
        consumer.record.activeAt = activeAt ?? -1
        site.isChanged = true
        site.noteWhole()
    }

    /// Ends a consumer and what it has pending.
    public mutating func remove(_ consumer: StreamConsumer, of group: StreamGroup) {
        note(.removeConsumer, group, consumer.name)
        unsafe groups!.pointee.remove(consumer.record, of: group.record)
        site.isChanged = true
    }

    /// Lets the first of what a consumer has pending go: `amount` of it, at most all. Before the consumer goes itself, if
    /// that would be much at once.
    public mutating func drop(_ amount: Int, of consumer: StreamConsumer, _ group: StreamGroup) {
        if let notes = site.notes { noteDrop(amount, of: consumer, group, notes) }
        unsafe groups!.pointee.drop(amount, of: consumer.record, group.record)
        site.isChanged = true
    }

    private func noteDrop(_ amount: Int, of consumer: StreamConsumer, _ group: StreamGroup, _ notes: StepNotes) {
        let own = ownPositions(of: consumer, from: .zero, through: .max)
        forEachOwn(own.lowerBound..<min(own.upperBound, own.lowerBound + amount), of: consumer, group) { entry in
            notes.add(.acknowledge, group.name)
            notes.add(entry.id)
            return true
        }
    }

    // MARK: Delivery

    /// Delivers the entries at some positions, all behind the group's last ID, showing each. They are pending for the
    /// consumer afterwards, unless `isAcknowledged`.
    public mutating func deliver(
        _ positions: Range<Int>, to consumer: StreamConsumer, of group: StreamGroup, isAcknowledged: Bool,
        _ visit: (borrowing StreamEntry) -> Void
    ) {
        guard let large = unsafe large, let groups = unsafe groups, !positions.isEmpty else { return }
        site.isChanged = true
        let now = now
        let record = group.record
        let names = unsafe large.pointee.names
        var cursor = unsafe large.pointee.entries.cursor(at: positions.lowerBound)
        for _ in positions {
            let entry = StreamEntry(cursor.entry.bytes, names)
            let id = entry.id
            if id > record.lastID {
                if let count = record.entriesRead, unsafe !large.pointee.hasGaps(from: id) {
                    record.entriesRead = count &+ 1
                } else if unsafe large.pointee.addedCount > 0 {
                    record.entriesRead = unsafe large.pointee.addedCount(upTo: id)
                }
                record.lastID = id
            }
            visit(entry)
            if !isAcknowledged {
                unsafe groups.pointee.assign(id, of: record, to: consumer.record, at: now) { _ in 1 }
                noteDelivery(group, consumer, id, now, 1)
                consumer.record.activeAt = now
            }
            cursor.moveForward()
        }
        note(.setGroup, group.name, record.lastID, record.entriesRead)
    }

    /// Delivers again what a consumer has pending at some of its `ownPositions`: shows each ID, with its entry if that
    /// is still there.
    /// - Parameter visit: shows an entry.
    /// - Parameter gone: shows the ID of one that is not there any more.
    public mutating func deliverAgain(
        _ positions: Range<Int>, to consumer: StreamConsumer, of group: StreamGroup,
        _ visit: (borrowing StreamEntry) -> Void, gone: (StreamID) -> Void
    ) {
        guard let groups = unsafe groups, !positions.isEmpty else { return }
        var cursor = unsafe groups.pointee.owned.cursor(at: positions.lowerBound)
        for _ in positions {
            let id = OwnedOrder.id(of: cursor.entry.bytes)
            if show(id, visit) {
                var deliveries: UInt64 = 0
                unsafe groups.pointee.assign(id, of: group.record, to: consumer.record, at: now) { before in
                    deliveries = (before ?? 0) &+ 1
                    return deliveries
                }
                noteDelivery(group, consumer, id, now, deliveries)
                site.isChanged = true
            } else {
                gone(id)
            }
            cursor.moveForward()
        }
    }

    /// Raises what was delivered last, if `id` is above it.
    public mutating func raise(_ group: StreamGroup, to id: StreamID) {
        guard id > group.lastID else { return }
        group.record.lastID = id
        site.isChanged = true
        note(.setGroup, group.name, id, group.record.entriesRead)
    }

    // MARK: What is pending

    /// The positions, among all pending, of what a group has from one ID to another, both included.
    public func pendingPositions(of group: StreamGroup, from first: StreamID, through last: StreamID) -> Range<Int> {
        unsafe groups!.pointee.pending.positions(group.record.number, first, last)
    }

    /// Shows what is pending at some positions, for as long as `visit` says true.
    public func forEachPending(_ positions: Range<Int>, _ visit: (PendingEntry) -> Bool) {
        guard let groups = unsafe groups, !positions.isEmpty else { return }
        var cursor = unsafe groups.pointee.pending.cursor(at: positions.lowerBound)
        for _ in positions {
            guard visit(PendingEntry(cursor.entry.bytes)) else { return }
            cursor.moveForward()
        }
    }

    /// The positions, among all owned, of what a consumer has from one ID to another, both included.
    public func ownPositions(of consumer: StreamConsumer, from first: StreamID, through last: StreamID) -> Range<Int> {
        unsafe groups!.pointee.owned.positions(consumer.record.number, first, last)
    }

    /// Shows what a consumer has pending at some of its `ownPositions`, for as long as `visit` says true.
    public func forEachOwn(
        _ positions: Range<Int>, of consumer: StreamConsumer, _ group: StreamGroup, _ visit: (PendingEntry) -> Bool
    ) {
        guard let groups = unsafe groups, !positions.isEmpty else { return }
        var cursor = unsafe groups.pointee.owned.cursor(at: positions.lowerBound)
        for _ in positions {
            if let entry = pending(OwnedOrder.id(of: cursor.entry.bytes), of: group), !visit(entry) { return }
            cursor.moveForward()
        }
    }

    /// The pending entry of this ID.
    public func pending(_ id: StreamID, of group: StreamGroup) -> PendingEntry? {
        unsafe groups!.pointee.pending.find(group.record.number, id).map { PendingEntry($0.entry.bytes) }
    }

    /// The first pending entry from `id` on.
    public func firstPending(from id: StreamID, of group: StreamGroup) -> PendingEntry? {
        let cursor = unsafe groups!.pointee.pending.lowerBound(group.record.number, id)
        guard !cursor.isAtEnd else { return nil }
        let element = cursor.entry.bytes
        return PendingOrder.number(of: element) == group.record.number ? PendingEntry(element) : nil
    }

    /// Makes an entry pending for a consumer, whoever had it before.
    public mutating func claim(
        _ id: StreamID, for consumer: StreamConsumer, of group: StreamGroup, deliveredAt: Int64, deliveryCount: UInt64
    ) {
        precondition(id > .zero)
        unsafe groups!.pointee.assign(id, of: group.record, to: consumer.record, at: deliveredAt) { _ in deliveryCount }
        noteDelivery(group, consumer, id, deliveredAt, deliveryCount)
        consumer.record.activeAt = now
        site.isChanged = true
    }

    /// An entry is pending no more. False if it was not.
    public mutating func acknowledge(_ id: StreamID, of group: StreamGroup) -> Bool {
        guard unsafe groups!.pointee.acknowledge(id, of: group.record) else { return false }
        site.isChanged = true
        if let notes = site.notes {
            notes.add(.acknowledge, group.name)
            notes.add(id)
        }
        return true
    }

    // MARK: How far a group is

    /// How many entries ever were up to an ID; nil if that cannot be told.
    public func addedCount(upTo id: StreamID) -> Int64? { unsafe large?.pointee.addedCount(upTo: id) ?? 0 }

    /// Entries that a group has not read yet; nil if that cannot be told.
    public func lag(of group: StreamGroup) -> Int64? {
        guard let large = unsafe large else { return nil }
        return unsafe large.pointee.lag(of: group.record)
    }
}

extension LargeStream {
    /// Whether entries were taken out from an ID on, among those that are there.
    /// Source: Redis streamRangeHasTombstones.
    fileprivate func hasGaps(from id: StreamID) -> Bool {
        guard let firstID, maxDeletedID != .zero else { return false }
        return firstID <= maxDeletedID && id <= maxDeletedID
    }

    /// How many entries ever were up to an ID; nil if that is not known.
    /// Source: Redis streamEstimateDistanceFromFirstEverEntry.
    fileprivate func addedCount(upTo id: StreamID) -> Int64? {
        if addedCount == 0 { return 0 }
        if count == 0 && id <= lastID || id == lastID { return addedCount }
        guard id < lastID, let firstID else { return nil }
        // Nothing was taken out behind it.
        if maxDeletedID == .zero || maxDeletedID < firstID {
            if id < firstID { return addedCount &- Int64(count) }
            if id == firstID { return addedCount &- Int64(count) &+ 1 }
        }
        return nil
    }

    /// Source: Redis streamReplyWithCGLag.
    fileprivate func lag(of group: GroupRecord) -> Int64? {
        if addedCount == 0 { return 0 }
        if let count = group.entriesRead, !hasGaps(from: group.lastID) { return addedCount &- count }
        return addedCount(upTo: group.lastID).map { addedCount &- $0 }
    }
}
