// A hash: fields with a value each. Source: Redis "hashes".

import Base

/// A hash under a verb.
public struct HashValue: CollectionValue, ~Escapable {
    public static var kind: ValueKind { .hash }
    private var elements: KeyedElements<HashLayout>

    @_lifetime(immortal)
    public init(site: CollectionSite) { elements = KeyedElements(site: site) }

    public var site: CollectionSite { elements.site }

    /// Fields.
    public var count: Int { elements.count }

    /// `.packed` or `.table`.
    public var encoding: CollectionEncoding { elements.site.encoding }

    /// The value of `field`, or nil.
    @_lifetime(borrow self)
    public func value(of field: RawSpan) -> RawSpan? {
        guard let element = elements.find(field) else { return nil }
        return HashElement(element).value
    }

    /// Shows each field with its value, in no order that anything may rely on.
    public func forEach(_ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) {
        elements.forEach { Self.show($0, visit) }
    }

    /// Shows some fields; a field that is there from the first call (`cursor` 0) to the last (which returns 0) is shown
    /// by at least one of them. Source: Redis SCAN.
    public func scan(_ cursor: UInt64, _ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) -> UInt64 {
        elements.scan(cursor) { Self.show($0, visit) }
    }

    /// Shows one field, each with nearly the same chance; nothing if there is none.
    public func random(_ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) {
        elements.random { Self.show($0, visit) }
    }

    /// Shows `amount` different fields (at most `count`), each choice with nearly the same chance.
    public func randomSample(_ amount: Int, _ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) {
        elements.randomSample(amount) { Self.show($0, visit) }
    }

    private static func show(_ element: RawSpan, _ visit: (_ field: RawSpan, _ value: RawSpan) -> Void) {
        let element = HashElement(element)
        visit(element.field, element.value)
    }

    /// Gives `field` a value. True if the field is new.
    /// - Parameter isKnownNew: it is, for sure.
    public mutating func set(_ field: RawSpan, to value: RawSpan, isKnownNew: Bool = false) -> Bool {
        let size = HashElement.size(field: field.byteCount, value: value.byteCount)
        let isNew = elements.put(field, size: size, isKnownNew: isKnownNew) { HashElement.write(field, value, at: $0) }
        if elements.site.encoding == .packed,
            elements.site.exceeds(.hashEntries, count)
                || elements.site.exceeds(.hashValue, max(field.byteCount, value.byteCount))
        {
            elements.site.encoding = .table
        }
        if let notes = elements.site.notes {
            notes.add(.setField, field)
            notes.add(value)
        }
        return isNew
    }

    /// Takes `field` out. False if it is not there.
    public mutating func remove(_ field: RawSpan) -> Bool {
        guard elements.remove(field) else { return false }
        site.notes?.add(.removeField, field)
        return true
    }
}

enum HashLayout: ElementLayout {
    static var kind: ValueKind { .hash }
    @inline(__always)
    @_lifetime(copy element)
    static func name(of element: RawSpan) -> RawSpan { HashElement(element).field }
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

    var field: RawSpan { @inline(__always) @_lifetime(copy self) get { bytes.slice(fieldStart, fieldEnd) } }
    var value: RawSpan { @inline(__always) @_lifetime(copy self) get { bytes.slice(fieldEnd, bytes.byteCount) } }

    @inline(__always)
    static func size(field: Int, value: Int) -> Int { (field < 255 ? 1 : 5) &+ field &+ value }

    /// Writes an element over `size(field:value:)` bytes.
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
