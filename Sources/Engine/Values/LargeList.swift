// A list too large for its item, and what Redis would call it.

import Base

struct LargeList: LargeCollection {
    /// Beyond this size in a listpack, a list that is not called packed is no longer counted.
    private static let countedSizeMax = 4 * ListNodeLimit.sizeMax

    var header: StructureHeader
    var tree = PackedTree<PositionOrder>()
    /// Bytes that the elements would take in a listpack; -1 while they are not counted.
    private(set) var listpackSize = Listpack.emptySize

    init(encoding: CollectionEncoding) { header = StructureHeader(kind: .list, encoding: encoding) }

    var heapSize: Int { tree.heap.size }

    // MARK: Changing

    /// An element comes (1) or goes (-1).
    @inline(__always)
    mutating func count(_ element: RawSpan, _ sign: Int) {
        if listpackSize < 0 { return }
        listpackSize &+= sign &* Listpack.size(of: element)
        if listpackSize > Self.countedSizeMax && header.encoding != .packed { listpackSize = -1 }
    }

    @inline(__always)
    mutating func push(_ element: RawSpan, _ side: Side) {
        count(element, 1)
        switch side {
        case .start: tree.pushFirst(element.byteCount) { $0.write(element) }
        case .end: tree.pushLast(element.byteCount) { $0.write(element) }
        }
    }

    @inline(__always)
    mutating func pop(_ side: Side, _ visit: (RawSpan) -> Void) {
        switch side {
        case .start:
            let entry = tree.firstEntry
            visit(entry.bytes)
            count(entry.bytes, -1)
            tree.popFirst()
        case .end:
            let entry = tree.lastEntry
            visit(entry.bytes)
            count(entry.bytes, -1)
            tree.popLast()
        }
    }

    mutating func replace(at position: Int, with element: RawSpan) {
        count(tree.entry(at: position).bytes, -1)
        count(element, 1)
        tree.replace(at: position, element.byteCount) { $0.write(element) }
    }

    mutating func remove(_ element: RawSpan, _ countMax: Int, backwards: Bool) -> Int {
        var removed = 0
        var cursor = backwards ? tree.end() : tree.start()
        while removed < countMax {
            let isDone = backwards ? !cursor.moveBack() : cursor.isAtEnd
            if isDone { break }
            if cursor.entry.bytes.equals(element) {
                count(element, -1)
                tree.remove(at: &cursor)
                removed &+= 1
            } else if !backwards {
                cursor.moveForward()
            }
        }
        return removed
    }

    // MARK: The size in a listpack

    /// Counts the elements' size anew, if it was counted before.
    mutating func recountSize() {
        if listpackSize >= 0 { countSize() }
    }

    mutating func countSize() {
        var size = Listpack.emptySize
        forEach { size &+= Listpack.size(of: $0) }
        listpackSize = size
    }

    private func forEach(_ visit: (RawSpan) -> Void) {
        var cursor = tree.start()
        for _ in 0..<tree.count {
            visit(cursor.entry.bytes)
            cursor.moveForward()
        }
    }

    // MARK: Whatever its kind

    func clone(_ hasher: Hasher64) -> LargeList {
        var copy = LargeList(encoding: header.encoding)
        forEach { element in copy.tree.pushLast(element.byteCount) { $0.write(element) } }
        copy.listpackSize = listpackSize
        return copy
    }

    mutating func free(blocks: Int) -> Bool { !tree.destroySlice(blocks) }

    func checkInvariants(_ hasher: Hasher64, fail: (String) -> Void) {
        tree.checkInvariants(fail: fail)
        guard listpackSize >= 0 else { return }
        var size = Listpack.emptySize
        forEach { size += Listpack.size(of: $0) }
        if size != listpackSize { fail("a listpack of \(size) bytes, the list says \(listpackSize)") }
    }
}

/// What elements take in Redis' listpacks. Source: Redis listpack.c, lpEncodeGetType.
enum Listpack {
    /// Header and end.
    static let emptySize = 7

    static func size(of element: RawSpan) -> Int {
        let content = numberSize(element) ?? textSize(element.byteCount)
        // The entry's size stands behind it, seven bits a byte.
        if content <= 127 { return content &+ 1 }
        return content &+ (content < 16383 ? 2 : content < 2_097_151 ? 3 : content < 268_435_455 ? 4 : 5)
    }

    private static func textSize(_ count: Int) -> Int { count &+ (count < 64 ? 1 : count < 4096 ? 2 : 5) }

    @inline(__always)
    private static func numberSize(_ element: RawSpan) -> Int? {
        guard element.byteCount <= 20, let number = element.canonicalSignedDecimal() else { return nil }
        switch number {
        case 0...127: return 1
        case -4096...4095: return 2
        case -32768...32767: return 3
        case -8_388_608...8_388_607: return 4
        case -2_147_483_648...2_147_483_647: return 5
        default: return 9
        }
    }
}

/// Up to which size Redis keeps a list in one listpack. Source: Redis quicklistNodeLimit.
struct ListNodeLimit {
    static let sizeMax = 65536
    /// Nodes that are limited by their count may not be larger either.
    private static let safeSizeMax = 8192

    var size: Int
    var count: Int
    private let countsElements: Bool

    /// - Parameter setting: as `CollectionLimit.listNode`.
    init(_ setting: Int) {
        countsElements = setting >= 0
        size = setting >= 0 ? Self.safeSizeMax : 4096 << (min(5, setting.magnitude) - 1)
        count = setting >= 0 ? max(1, setting) : .max
    }

    func isExceeded(size: Int, count: Int) -> Bool { size > self.size || count > self.count }

    /// What it must shrink to before it is packed again.
    var half: ListNodeLimit {
        var half = self
        half.count /= 2
        if !countsElements { half.size /= 2 }
        return half
    }
}
