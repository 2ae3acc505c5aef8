// Elements that are found by their name: what hashes and sets have in common, in both forms.

import Base

/// How a kind's elements are laid out.
protocol ElementLayout: PackedElements {
    static var kind: ValueKind { get }
    /// The part that names the element: a hash's field, a set's member.
    @_lifetime(copy element)
    static func name(of element: RawSpan) -> RawSpan
}

extension ElementLayout {
    static func hash(of element: RawSpan, _ hasher: Hasher64) -> KeyHash { hasher.hash(name(of: element)) }
}

/// A collection of named elements under a verb.
@safe
struct KeyedElements<Layout: ElementLayout> {
    var site: CollectionSite

    private var large: UnsafeMutablePointer<LargeKeyed<Layout>>? {
        @inline(__always) get { unsafe site.structure?.body(as: LargeKeyed<Layout>.self) }
    }

    private var hasher: Hasher64 { @inline(__always) get { unsafe site.handle.pointee.hasher } }

    @inline(__always)
    var count: Int {
        if let large = unsafe large { return unsafe large.pointee.table.count }
        return site.count
    }

    // MARK: Looking

    /// The element of this name. Valid until the collection changes.
    @inline(__always)
    @_lifetime(immortal)
    func find(_ name: RawSpan) -> RawSpan? {
        if let large = unsafe large {
            // SAFETY-relevant: the bytes lie in the table, under the shard's lock.
            guard let entry = unsafe large.pointee.find(name, hasher.hash(name)) else { return nil }
            return entry.bytes
        }
        guard let entry = site.firstEntry(where: { Layout.name(of: $0.bytes).equals(name) }) else { return nil }
        return entry.bytes
    }

    func forEach(_ visit: (RawSpan) -> Void) {
        if let large = unsafe large {
            _ = unsafe large.pointee.table.forEach { element in
                visit(element)
                return true
            }
        } else {
            site.forEachEntry { visit($0.bytes) }
        }
    }

    func scan(_ cursor: UInt64, _ visit: (RawSpan) -> Void) -> UInt64 {
        guard let large = unsafe large else {
            forEach(visit)
            return 0
        }
        return unsafe large.pointee.table.scan(cursor, hasher, visit)
    }

    /// Shows one element, each with nearly the same chance; nothing if there is none.
    func random(_ visit: (RawSpan) -> Void) {
        if let large = unsafe large {
            if let entry = unsafe large.pointee.table.randomEntry(&site.handle.pointee.random) { visit(entry.bytes) }
        } else if let entry = site.randomEntry() {
            visit(entry.bytes)
        }
    }

    /// Shows `amount` different elements (at most `count`), each choice with nearly the same chance.
    func randomSample(_ amount: Int, _ visit: (RawSpan) -> Void) {
        if let large = unsafe large, amount < count / 4 {
            return unsafe large.pointee.table.randomSample(amount, &site.handle.pointee.random, visit)
        }
        // Selection in one pass: an element is taken with the chance that completes the sample. Source: Knuth, The Art
        // of Computer Programming, 3.4.2, algorithm S.
        var left = count
        var wanted = min(amount, left)
        forEach { element in
            let isTaken = unsafe site.handle.pointee.random.next(below: left) < wanted
            if isTaken {
                visit(element)
                wanted -= 1
            }
            left -= 1
        }
    }

    // MARK: Changing

    /// Puts an element of `size` bytes in place of the one of this name, or adds it.
    /// - Parameter isKnownNew: no element has this name.
    /// - Parameter fill: writes the element.
    /// - Returns: whether the name is new.
    @inline(__always)
    mutating func put(_ name: RawSpan, size: Int, isKnownNew: Bool = false, _ fill: (Address) -> Void) -> Bool {
        if site.structure == nil && !(size <= Packed.nearMax && site.staysCompact(adding: Packed.size(of: size))) {
            makeLarge()
        }
        if let large = unsafe large {
            site.isChanged = true
            let hash = hasher.hash(name)
            let present = unsafe large.pointee.find(name, hash)
            let place =
                if let present {
                    unsafe large.pointee.table.resize(present, to: size, hasher)
                } else {
                    unsafe large.pointee.table.insert(hash, byteCount: size, hasher)
                }
            fill(place)
            return present == nil
        }
        let present = isKnownNew ? nil : site.firstEntry { Layout.name(of: $0.bytes).equals(name) }
        let offset = present.map { site.offset(of: $0) } ?? site.usedSize
        let room = site.splice(at: offset, removing: present?.size ?? 0, inserting: Packed.size(of: size))
        fill(Packed.write(near: size, at: room))
        if present == nil { site.count += 1 }
        return present == nil
    }

    /// Takes the element of this name out. False if there is none.
    mutating func remove(_ name: RawSpan) -> Bool {
        if let large = unsafe large {
            guard let entry = unsafe large.pointee.find(name, hasher.hash(name)) else { return false }
            unsafe large.pointee.table.remove(entry)
            site.isChanged = true
            return true
        }
        guard let entry = site.firstEntry(where: { Layout.name(of: $0.bytes).equals(name) }) else { return false }
        removePacked(entry)
        return true
    }

    /// Takes one element out, each with nearly the same chance, after showing it. False if there is none.
    mutating func removeRandom(_ visit: (RawSpan) -> Void) -> Bool {
        if let large = unsafe large {
            guard let entry = unsafe large.pointee.table.randomEntry(&site.handle.pointee.random) else { return false }
            visit(entry.bytes)
            unsafe large.pointee.table.remove(entry)
            site.isChanged = true
            return true
        }
        guard let entry = site.randomEntry() else { return false }
        visit(entry.bytes)
        removePacked(entry)
        return true
    }

    private mutating func removePacked(_ entry: PackedEntry) {
        _ = site.splice(at: site.offset(of: entry), removing: entry.size, inserting: 0)
        site.count -= 1
    }

    private mutating func makeLarge() {
        var large = LargeKeyed<Layout>(encoding: site.encoding)
        site.forEachEntry { entry in
            let hash = Layout.hash(of: entry.bytes, hasher)
            large.table.insert(hash, byteCount: entry.count, hasher).copy(from: entry.content, count: entry.count)
        }
        site.install(Structure.make(large))
    }
}

/// A hash or a set too large for its item.
struct LargeKeyed<Layout: ElementLayout>: LargeCollection {
    var header: StructureHeader
    var table = PackedTable<Layout>()

    init(encoding: CollectionEncoding) { header = StructureHeader(kind: Layout.kind, encoding: encoding) }

    var heapSize: Int { table.size }

    @inline(__always)
    func find(_ name: RawSpan, _ hash: KeyHash) -> TableEntry? {
        table.find(hash) { Layout.name(of: $0).equals(name) }
    }

    func clone(_ hasher: Hasher64) -> LargeKeyed {
        var copy = LargeKeyed(encoding: header.encoding)
        copy.table = table.clone(hasher)
        return copy
    }

    mutating func free(blocks: Int) -> Bool { !table.destroySlice(blocks) }

    func checkInvariants(_ hasher: Hasher64, fail: (String) -> Void) { table.checkInvariants(hasher, fail: fail) }
}
