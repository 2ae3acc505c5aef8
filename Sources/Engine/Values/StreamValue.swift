// A stream: entries under ascending IDs. Source: Redis "streams".

import Base

/// A stream under a verb. It may be there and have no entries.
@safe
public struct StreamValue: CollectionValue, ~Escapable {
    public static var kind: ValueKind { .stream }
    public static var endsWhenEmpty: Bool { false }
    public internal(set) var site: CollectionSite

    @_lifetime(immortal)
    public init(site: CollectionSite) { self.site = site }

    var large: UnsafeMutablePointer<LargeStream>? {
        @inline(__always) get { unsafe site.structure?.body(as: LargeStream.self) }
    }

    /// The stream as something that will change; there comes to be one.
    mutating func changing() -> UnsafeMutablePointer<LargeStream> {
        if site.structure == nil { site.install(Structure.make(LargeStream())) }
        site.isChanged = true
        return unsafe large!
    }

    // MARK: Facts

    /// Entries.
    public var count: Int { unsafe large?.pointee.count ?? 0 }

    /// Of the last entry that ever was, or what it was set to.
    public var lastID: StreamID { unsafe large?.pointee.lastID ?? .zero }

    /// The greatest that was removed by its ID; zero if none was.
    public var maxDeletedID: StreamID { unsafe large?.pointee.maxDeletedID ?? .zero }

    /// Entries that ever were, or what that was set to.
    public var addedCount: Int64 { unsafe large?.pointee.addedCount ?? 0 }

    /// Of the first entry that is there; nil if there is none.
    public var firstID: StreamID? { unsafe large?.pointee.firstID }

    /// Of the last entry that is there; nil if there is none.
    public var topID: StreamID? { unsafe large?.pointee.topID }

    /// Blocks of entries, and the nodes of the tree that they hang in, the blocks included.
    /// - Complexity: O(blocks).
    public var shape: (blocks: Int, nodes: Int) {
        guard let large = unsafe large, unsafe large.pointee.count > 0 else { return (0, 1) }
        let shape = unsafe large.pointee.entries.shape
        return (shape.leaves, shape.leaves + shape.nodes + 1)
    }

    /// Entries that a trim takes away at a time if it need not be exact; 0 leaves that open.
    public var nodeEntryCount: Int { site.limit(.streamNode) }

    // MARK: Looking

    /// The positions of the entries from one ID to another, both included.
    public func positions(from first: StreamID, through last: StreamID) -> Range<Int> {
        unsafe large?.pointee.positions(first, last) ?? 0..<0
    }

    /// Shows the entries at some positions.
    public func forEach(
        _ positions: Range<Int>, isReversed: Bool = false, _ visit: (borrowing StreamEntry) -> Void
    ) {
        guard let large = unsafe large, !positions.isEmpty else { return }
        let names = unsafe large.pointee.names
        if isReversed {
            var cursor = unsafe large.pointee.entries.cursor(at: positions.upperBound)
            for _ in positions {
                _ = cursor.moveBack()
                visit(StreamEntry(cursor.entry.bytes, names))
            }
        } else {
            var cursor = unsafe large.pointee.entries.cursor(at: positions.lowerBound)
            for _ in positions {
                visit(StreamEntry(cursor.entry.bytes, names))
                cursor.moveForward()
            }
        }
    }

    /// Shows one entry. False if it is not there.
    public func show(_ id: StreamID, _ visit: (borrowing StreamEntry) -> Void) -> Bool {
        guard let large = unsafe large, let cursor = unsafe large.pointee.find(id) else { return false }
        unsafe visit(StreamEntry(cursor.entry.bytes, large.pointee.names))
        return true
    }

    public func contains(_ id: StreamID) -> Bool { unsafe large?.pointee.find(id) != nil }

    // MARK: Changing

    /// Makes an empty stream, if there is none.
    public mutating func create() {
        _ = unsafe changing()
        site.noteWhole()
    }

    /// Adds an entry.
    /// - Parameter id: above `lastID`.
    /// - Parameter pairCount: at least 1.
    /// - Parameter parts: shows fields and values in turn, whenever it is called.
    public mutating func append(_ id: StreamID, pairCount: Int, parts: ((RawSpan) -> Void) -> Void) {
        precondition(id > lastID && pairCount > 0)
        if let notes = site.notes {
            notes.step(.appendEntry)
            notes.add(id)
            parts { notes.add($0) }
        }
        unsafe changing().pointee.append(id, pairCount: pairCount, parts: parts)
    }

    /// Removes an entry by its ID. False if it is not there.
    public mutating func remove(_ id: StreamID) -> Bool {
        guard let large = unsafe large, unsafe large.pointee.remove(id) else { return false }
        site.isChanged = true
        if let notes = site.notes {
            notes.step(.removeEntry)
            notes.add(id)
        }
        return true
    }

    /// Removes the first entries, `amount` of them, at most `count`.
    public mutating func removeFirst(_ amount: Int) {
        guard amount > 0 else { return }
        if let notes = site.notes {
            notes.step(.keepEntries)
            notes.add(max(0, count - amount))
        }
        unsafe changing().pointee.removeFirst(amount)
    }

    /// Says what the last ID was, and what else is known of entries that are gone. nil leaves what is.
    public mutating func set(lastID: StreamID, addedCount: Int64?, maxDeletedID: StreamID?) {
        let large = unsafe changing()
        unsafe large.pointee.lastID = lastID
        if let addedCount { unsafe large.pointee.addedCount = addedCount }
        if let maxDeletedID { unsafe large.pointee.maxDeletedID = maxDeletedID }
        if let notes = site.notes {
            notes.step(.setStream)
            notes.add(unsafe large.pointee.lastID)
            notes.add(unsafe large.pointee.addedCount)
            notes.add(unsafe large.pointee.maxDeletedID)
        }
    }
}
