// A set: members, each once. Source: Redis "sets".

import Base

/// A set under a verb.
public struct SetValue: CollectionValue, ~Escapable {
    public static var kind: ValueKind { .set }
    private var elements: KeyedElements<SetLayout>

    @_lifetime(immortal)
    public init(site: CollectionSite) { elements = KeyedElements(site: site) }

    public var site: CollectionSite { elements.site }

    /// Members.
    public var count: Int { elements.count }

    /// `.integers`, `.packed` or `.table`.
    public var encoding: CollectionEncoding { elements.site.encoding }

    public func contains(_ member: RawSpan) -> Bool { elements.find(member) != nil }

    /// Shows each member, in no order that anything may rely on.
    public func forEach(_ visit: (RawSpan) -> Void) { elements.forEach(visit) }

    /// Shows some members, as `HashValue.scan` shows fields. Source: Redis SSCAN.
    public func scan(_ cursor: UInt64, _ visit: (RawSpan) -> Void) -> UInt64 { elements.scan(cursor, visit) }

    /// Shows one member, each with nearly the same chance; nothing if there is none.
    public func random(_ visit: (RawSpan) -> Void) { elements.random(visit) }

    /// Shows `amount` different members (at most `count`), each choice with nearly the same chance.
    public func randomSample(_ amount: Int, _ visit: (RawSpan) -> Void) { elements.randomSample(amount, visit) }

    /// Adds a member. False if it is there already.
    /// - Parameter isKnownNew: it is not, for sure.
    public mutating func insert(_ member: RawSpan, isKnownNew: Bool = false) -> Bool {
        if !isKnownNew && elements.find(member) != nil { return false }
        let isFirst = count == 0
        _ = elements.put(member, size: member.byteCount, isKnownNew: true) { $0.write(member) }
        if isFirst { elements.site.encoding = .integers }
        noteEncoding(member)
        elements.site.notes?.add(.insertMember, member)
        return true
    }

    /// Takes a member out. False if it is not there.
    public mutating func remove(_ member: RawSpan) -> Bool {
        guard elements.remove(member) else { return false }
        site.notes?.add(.removeMember, member)
        return true
    }

    /// Takes one member out, each with nearly the same chance, after showing it. False if there is none.
    public mutating func removeRandom(_ visit: (RawSpan) -> Void) -> Bool {
        let notes = site.notes
        return elements.removeRandom { member in
            notes?.add(.removeMember, member)
            visit(member)
        }
    }

    /// The name of the encoding after `member` came: whole numbers as long as they are few, then packed, then a table.
    /// Source: Redis 7.2 setTypeAdd.
    private func noteEncoding(_ member: RawSpan) {
        let old = elements.site.encoding
        var encoding = old
        if encoding == .integers {
            if member.canonicalSignedDecimal() != nil && !elements.site.exceeds(.setIntegers, count) { return }
            encoding = .packed
        }
        if encoding == .packed,
            elements.site.exceeds(.setEntries, count) || elements.site.exceeds(.setValue, member.byteCount)
        {
            encoding = .table
        }
        if encoding != old { elements.site.encoding = encoding }
    }
}

enum SetLayout: ElementLayout {
    static var kind: ValueKind { .set }
    @inline(__always)
    @_lifetime(copy element)
    static func name(of element: RawSpan) -> RawSpan { element }
}
