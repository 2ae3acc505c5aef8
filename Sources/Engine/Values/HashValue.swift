// A hash: fields with a value each. Source: Redis "hashes".

import Base

/// A hash under a verb.
public struct HashValue: CollectionValue, ~Escapable {
    public static var kind: ValueKind { .hash }
    public private(set) var site: CollectionSite

    @_lifetime(immortal)
    public init(site: CollectionSite) { self.site = site }

    private var large: UnsafeMutablePointer<LargeHash>? {
        @inline(__always) get { unsafe site.structure?.body(as: LargeHash.self) }
    }

    private var hasher: Hasher64 { unsafe site.handle.pointee.hasher }

    /// Fields.
    public var count: Int {
        if let large = unsafe large { return unsafe large.pointee.table.count }
        return site.count
    }

    /// `.packed` or `.table`.
    public var encoding: CollectionEncoding { site.encoding }

    // MARK: Looking

    /// The value of `field`, or nil.
    @_lifetime(borrow self)
    public func value(of field: RawSpan) -> RawSpan? {
        if let large = unsafe large {
            guard let entry = unsafe large.pointee.find(field, hasher) else { return nil }
            return HashElement(entry.bytes).value
        }
        guard let entry = findPacked(field) else { return nil }
        return HashElement(entry.bytes).value
    }

    @inline(__always)
    private func findPacked(_ field: RawSpan) -> PackedEntry? {
        guard site.value != nil else { return nil }
        var at = site.start
        let end = site.end
        while at != end {
            let entry = Packed.entry(at: at)
            if HashElement(entry.bytes).hasField(field) { return entry }
            at = entry.end
        }
        return nil
    }

    /// Shows each field with its value, in no order that anything may rely on.
    public func forEach(_ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) {
        if let large = unsafe large {
            _ = unsafe large.pointee.table.forEach { element in
                let element = HashElement(element)
                visit(element.field, element.value)
                return true
            }
            return
        }
        site.forEachEntry { entry in
            let element = HashElement(entry.bytes)
            visit(element.field, element.value)
        }
    }

    /// Shows some fields; a field that is there from the first call (`cursor` 0) to the last (which returns 0) is shown
    /// by at least one of them. Source: Redis SCAN.
    public func scan(_ cursor: UInt64, _ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) -> UInt64 {
        guard let large = unsafe large else {
            forEach(visit)
            return 0
        }
        return unsafe large.pointee.table.scan(cursor, hasher) { element in
            let element = HashElement(element)
            visit(element.field, element.value)
        }
    }

    /// Shows one field, each with nearly the same chance; nothing if there is none.
    public func random(_ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) {
        if let large = unsafe large {
            let entry = unsafe large.pointee.table.randomEntry(&site.handle.pointee.random)
            guard let entry else { return }
            let element = HashElement(entry.bytes)
            return visit(element.field, element.value)
        }
        guard let entry = site.randomEntry() else { return }
        let element = HashElement(entry.bytes)
        visit(element.field, element.value)
    }

    /// Shows `amount` different fields (at most `count`), each choice with nearly the same chance.
    public func randomSample(_ amount: Int, _ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) {
        if let large = unsafe large, amount < count / 4 {
            return unsafe large.pointee.table.randomSample(amount, &site.handle.pointee.random) { element in
                let element = HashElement(element)
                visit(element.field, element.value)
            }
        }
        // Selection in one pass: the i-th of n is taken with the chance that completes the sample. Source: Knuth,
        // The Art of Computer Programming, 3.4.2, algorithm S.
        var left = count
        var wanted = min(amount, left)
        forEach { field, value in
            let isTaken = unsafe site.handle.pointee.random.next(below: left) < wanted
            if isTaken {
                visit(field, value)
                wanted -= 1
            }
            left -= 1
        }
    }

    // MARK: Changing

    /// Gives `field` a value. True if the field is new.
    public mutating func set(_ field: RawSpan, to value: RawSpan) -> Bool {
        let size = HashElement.size(field: field.byteCount, value: value.byteCount)
        if site.structure == nil && !(size <= Packed.nearMax && site.staysCompact(adding: Packed.size(of: size))) {
            makeLarge()
        }
        let isNew = site.structure == nil ? setPacked(field, value, size) : setLarge(field, value, size)
        noteEncoding(max(field.byteCount, value.byteCount))
        return isNew
    }

    private mutating func setPacked(_ field: RawSpan, _ value: RawSpan, _ size: Int) -> Bool {
        let present = findPacked(field)
        let offset = present.map { Int($0.start.bits - site.start.bits) } ?? max(0, site.size - CollectionSite.headerSize)
        let room = site.splice(at: offset, removing: present?.size ?? 0, inserting: Packed.size(of: size))
        HashElement.write(field, value, at: Packed.write(near: size, at: room))
        if present == nil { site.count += 1 }
        return present == nil
    }

    private mutating func setLarge(_ field: RawSpan, _ value: RawSpan, _ size: Int) -> Bool {
        let large = unsafe large!
        site.isChanged = true
        let hash = hasher.hash(field)
        if let entry = unsafe large.pointee.find(field, hash) {
            let place = unsafe large.pointee.table.resize(entry, to: size, hasher)
            HashElement.write(field, value, at: place)
            return false
        }
        let place = unsafe large.pointee.table.insert(hash, byteCount: size, hasher)
        HashElement.write(field, value, at: place)
        return true
    }

    /// Takes `field` out. False if it is not there.
    public mutating func remove(_ field: RawSpan) -> Bool {
        if let large = unsafe large {
            guard let entry = unsafe large.pointee.find(field, hasher) else { return false }
            unsafe large.pointee.table.remove(entry)
            site.isChanged = true
            return true
        }
        guard let entry = findPacked(field) else { return false }
        _ = site.splice(at: Int(entry.start.bits - site.start.bits), removing: entry.size, inserting: 0)
        site.count -= 1
        return true
    }

    /// The name of the encoding follows the limits, whatever the form.
    private func noteEncoding(_ size: Int) {
        guard encoding == .packed else { return }
        if site.exceeds(.hashEntries, count) || site.exceeds(.hashValue, size) { site.encoding = .table }
    }

    private mutating func makeLarge() {
        let encoding = encoding
        var large = LargeHash(encoding: encoding)
        site.forEachEntry { entry in
            let hash = hasher.hash(HashElement(entry.bytes).field)
            large.table.insert(hash, byteCount: entry.count, hasher).copy(from: entry.content, count: entry.count)
        }
        site.install(Structure.make(large))
    }
}

/// A field and its value in one element.
///
///     | size of the field: 1 byte, or 255 and 4 | field | value |
struct HashElement: ~Escapable {
    private let bytes: RawSpan
    private let fieldStart: Int
    private let fieldEnd: Int

    @inline(__always)
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) {
        self.bytes = bytes
        let short = bytes[0]
        fieldStart = short < 255 ? 1 : 5
        fieldEnd = short < 255 ? 1 &+ Int(short) : 5 &+ Int(bytes.halfWord(at: 1))
    }

    var field: RawSpan { @_lifetime(copy self) get { bytes.slice(fieldStart, fieldEnd) } }
    var value: RawSpan { @_lifetime(copy self) get { bytes.slice(fieldEnd, bytes.byteCount) } }

    @inline(__always)
    func hasField(_ other: RawSpan) -> Bool { fieldEnd &- fieldStart == other.byteCount && field.equals(other) }

    @inline(__always)
    static func size(field: Int, value: Int) -> Int { (field < 255 ? 1 : 5) &+ field &+ value }

    /// Writes an element over `size(field:value:)` bytes. The value may not lie in them.
    static func write(_ field: RawSpan, _ value: RawSpan, at place: Address) {
        var place = place
        if field.byteCount < 255 {
            place.store8(UInt8(field.byteCount), 0)
            place = place + 1
        } else {
            place.store8(255, 0)
            place.store32(UInt32(field.byteCount), 1)
            place = place + 5
        }
        place.write(field)
        (place + field.byteCount).write(value)
    }
}

/// A hash too large for its item.
struct LargeHash: LargeCollection {
    enum Elements: PackedElements {
        static func hash(of element: RawSpan, _ hasher: Hasher64) -> KeyHash { hasher.hash(HashElement(element).field) }
    }

    var header: StructureHeader
    var table = PackedTable<Elements>()

    init(encoding: CollectionEncoding) { header = StructureHeader(kind: .hash, encoding: encoding) }

    var heapSize: Int { table.size }

    @inline(__always)
    func find(_ field: RawSpan, _ hasher: Hasher64) -> TableEntry? { find(field, hasher.hash(field)) }

    @inline(__always)
    func find(_ field: RawSpan, _ hash: KeyHash) -> TableEntry? {
        table.find(hash) { HashElement($0).hasField(field) }
    }

    func clone(_ hasher: Hasher64) -> LargeHash {
        var copy = LargeHash(encoding: header.encoding)
        copy.table = table.clone(hasher)
        return copy
    }

    mutating func free(blocks: Int) -> Bool { !table.destroySlice(blocks) }

    func checkInvariants(_ hasher: Hasher64, fail: (String) -> Void) { table.checkInvariants(hasher, fail: fail) }
}
