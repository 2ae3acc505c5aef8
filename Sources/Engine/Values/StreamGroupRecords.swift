// What a stream knows of its groups and their consumers, and of what these have not acknowledged.

import Base

/// A group of consumers that share a stream: a block of the stream's heap.
///
///     | number: 8 | last ID: 16 | entries read: 8 | pending: 8 | consumers: 8 | size: 4 | name |
@safe
struct GroupRecord: Equatable {
    static let headerSize = 52

    let place: Address
    @inline(__always) init(_ place: Address) { self.place = place }

    /// Not used twice.
    var number: UInt64 {
        get { place.load64(0) }
        nonmutating set { place.store64(newValue, 0) }
    }
    /// Of the last entry that was delivered.
    var lastID: StreamID {
        get { StreamID(place.load64(8), place.load64(16)) }
        nonmutating set {
            place.store64(newValue.milliseconds, 8)
            place.store64(newValue.sequence, 16)
        }
    }
    /// How many entries ever were up to the last ID; nil if that is not known.
    var entriesRead: Int64? {
        get {
            let count = Int64(bitPattern: place.load64(24))
            return count < 0 ? nil : count
        }
        nonmutating set { place.store64(UInt64(bitPattern: newValue ?? -1), 24) }
    }
    var pendingCount: Int {
        get { Int(place.load64(32)) }
        nonmutating set { place.store64(UInt64(newValue), 32) }
    }
    var consumerCount: Int {
        get { Int(place.load64(40)) }
        nonmutating set { place.store64(UInt64(newValue), 40) }
    }
    var name: RawSpan {
        @_lifetime(immortal) get { (place + Self.headerSize).bytes(Int(place.load32(48))) }
    }

    func setName(_ name: RawSpan) {
        place.store32(UInt32(truncatingIfNeeded: name.byteCount), 48)
        (place + Self.headerSize).write(name)
    }
}

/// A consumer of a group: a block of the stream's heap.
///
///     | number: 8 | number of its group: 8 | seen: 8 | active: 8 | pending: 8 | size: 4 | name |
@safe
struct ConsumerRecord: Equatable {
    static let headerSize = 44

    let place: Address
    @inline(__always) init(_ place: Address) { self.place = place }

    /// Not used twice in the stream.
    var number: UInt64 {
        get { place.load64(0) }
        nonmutating set { place.store64(newValue, 0) }
    }
    var groupNumber: UInt64 {
        get { place.load64(8) }
        nonmutating set { place.store64(newValue, 8) }
    }
    /// When it last asked for something.
    var seenAt: Int64 {
        get { Int64(bitPattern: place.load64(16)) }
        nonmutating set { place.store64(UInt64(bitPattern: newValue), 16) }
    }
    /// When it last got something; -1 before.
    var activeAt: Int64 {
        get { Int64(bitPattern: place.load64(24)) }
        nonmutating set { place.store64(UInt64(bitPattern: newValue), 24) }
    }
    var pendingCount: Int {
        get { Int(place.load64(32)) }
        nonmutating set { place.store64(UInt64(newValue), 32) }
    }
    var name: RawSpan {
        @_lifetime(immortal) get { (place + Self.headerSize).bytes(Int(place.load32(40))) }
    }

    func setName(_ name: RawSpan) {
        place.store32(UInt32(truncatingIfNeeded: name.byteCount), 40)
        (place + Self.headerSize).write(name)
    }
}

/// Elements that are addresses of records: groups by name.
enum GroupOrder: TreeOrder {
    static var isSorted: Bool { true }

    static func record(_ element: RawSpan) -> GroupRecord {
        // SAFETY-relevant: an element is the address of a record that lives until the element goes.
        GroupRecord(unsafe Address(bits: UInt(element.word(at: 0))).unsafelyUnwrapped)
    }

    static func prefix(of element: RawSpan) -> UInt64 { BytesOrder.prefix(of: record(element).name) }
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int { BytesOrder.compare(record(a).name, record(b).name) }
}

/// Elements that are addresses of records: consumers by group, then by name.
enum ConsumerOrder: TreeOrder {
    static var isSorted: Bool { true }

    static func record(_ element: RawSpan) -> ConsumerRecord {
        // SAFETY-relevant: as in `GroupOrder`.
        ConsumerRecord(unsafe Address(bits: UInt(element.word(at: 0))).unsafelyUnwrapped)
    }

    static func prefix(_ group: UInt64, _ name: RawSpan) -> UInt64 {
        NumberedPrefix.make(group, BytesOrder.prefix(of: name) &>> 16)
    }

    static func prefix(of element: RawSpan) -> UInt64 {
        let record = record(element)
        return prefix(record.groupNumber, record.name)
    }

    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int {
        let left = record(a)
        let right = record(b)
        if left.groupNumber != right.groupNumber { return left.groupNumber < right.groupNumber ? -1 : 1 }
        return BytesOrder.compare(left.name, right.name)
    }
}

/// Eight bytes that rise with a number and what is counted under it, as far as they have room.
enum NumberedPrefix {
    /// Greater numbers share their prefix, and are told apart by looking at the elements.
    private static let numberMax: UInt64 = 0xFFFF
    private static let restMax: UInt64 = (1 << 48) - 1

    @inline(__always)
    static func make(_ number: UInt64, _ rest: UInt64) -> UInt64 {
        number < numberMax ? number &<< 48 | min(rest, restMax) : numberMax &<< 48
    }
}

/// An entry that a group delivered and that is not acknowledged yet.
///
///     | number of the group: 6 | address of the consumer: 6 | delivered at: 6 | ID | times delivered |
struct PendingElement {
    static let headerSize = 18
    static let timeMax: Int64 = (1 << 48) - 1

    let id: StreamID
    let consumer: ConsumerRecord
    let deliveredAt: Int64
    let deliveryCount: UInt64

    @inline(__always)
    init(_ bytes: RawSpan) {
        // SAFETY-relevant: a consumer's record outlives what is pending for it.
        consumer = ConsumerRecord(unsafe Address(bits: UInt(bytes.word48(at: 6))).unsafelyUnwrapped)
        deliveredAt = Int64(bytes.word48(at: 12))
        let (id, end) = PackedID.read(bytes, at: Self.headerSize)
        self.id = id
        deliveryCount = PackedNumber.read(bytes, end, bytes.byteCount)
    }

    @inline(__always)
    static func size(_ id: StreamID, _ deliveryCount: UInt64) -> Int {
        headerSize &+ PackedID.size(of: id) &+ PackedNumber.size(of: deliveryCount)
    }

    @inline(__always)
    static func write(
        _ group: UInt64, _ consumer: ConsumerRecord, _ time: Int64, _ id: StreamID, _ deliveryCount: UInt64,
        at place: Address
    ) {
        place.store48(group, 0)
        place.store48(UInt64(consumer.place.bits), 6)
        place.store48(UInt64(max(0, min(time, timeMax))), 12)
        PackedID.write(id, at: place + headerSize)
        let size = PackedNumber.size(of: deliveryCount)
        PackedNumber.write(deliveryCount, size, at: place + (headerSize &+ PackedID.size(of: id)))
    }
}

/// Elements that begin with a number and have an ID at `idOffset`: by number, then by ID.
protocol NumberedIDs: TreeOrder {
    static var idOffset: Int { get }
}

extension NumberedIDs {
    static var isSorted: Bool { true }

    @inline(__always)
    static func number(of element: RawSpan) -> UInt64 { element.word48(at: 0) }
    @inline(__always)
    static func id(of element: RawSpan) -> StreamID { PackedID.read(element, at: idOffset).id }

    @inline(__always)
    static func prefix(of element: RawSpan) -> UInt64 {
        NumberedPrefix.make(number(of: element), PackedID.milliseconds(element, at: idOffset))
    }

    @inline(__always)
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int {
        let left = number(of: a)
        let right = number(of: b)
        if left != right { return left < right ? -1 : 1 }
        let leftID = id(of: a)
        let rightID = id(of: b)
        return leftID == rightID ? 0 : leftID < rightID ? -1 : 1
    }
}

/// What a group has pending, by ID.
enum PendingOrder: NumberedIDs {
    static var idOffset: Int { PendingElement.headerSize }
}

/// What a consumer has pending, by ID.
///
///     | number of the consumer: 6 | ID |
enum OwnedOrder: NumberedIDs {
    static var idOffset: Int { 6 }
}

extension PackedTree where Order: NumberedIDs {
    /// The first element of `number` from `id` on, or what follows it.
    @inline(__always)
    func lowerBound(_ number: UInt64, _ id: StreamID) -> TreeCursor {
        lowerBound(NumberedPrefix.make(number, id.milliseconds)) { element in
            let own = Order.number(of: element)
            return own == number ? Order.id(of: element) < id : own < number
        }
    }

    /// The positions of the elements of `number` from one ID to another, both included.
    func positions(_ number: UInt64, _ first: StreamID, _ last: StreamID) -> Range<Int> {
        guard first <= last else { return 0..<0 }
        let lower = position(of: lowerBound(number, first))
        let end = last.next.map { lowerBound(number, $0) } ?? lowerBound(number &+ 1, .zero)
        return lower..<position(of: end)
    }

    /// The element of `number` with this ID.
    @inline(__always)
    func find(_ number: UInt64, _ id: StreamID) -> TreeCursor? {
        let cursor = lowerBound(number, id)
        guard !cursor.isAtEnd else { return nil }
        let element = cursor.entry.bytes
        return Order.number(of: element) == number && Order.id(of: element) == id ? cursor : nil
    }
}
