// A large collection: what an item owns when its elements no longer fit beside its key.

import Base
import Synchronization

/// The first words of every large collection, whatever its kind.
struct StructureHeader {
    /// The next retired structure, while nobody owns this one.
    var next: UInt = 0
    let kind: ValueKind
    var encoding: CollectionEncoding
    /// Twice the number of the last snapshot whose walk has handed the collection over, or that and one while the walk
    /// is at it without a lock. See `Structure.walkMark`.
    var walkMark: UInt32 = 0
}

/// A handle on a large collection. Touched under the lock of its item's shard; freed once, by `free(blocks:)`.
@safe
struct Structure: Equatable {
    /// Blocks that are freed at a time: some ten microseconds.
    static let sliceSize = 256

    let place: Address

    @inline(__always) init(_ place: Address) { self.place = place }

    @inline(__always)
    var header: UnsafeMutablePointer<StructureHeader> {
        // SAFETY: every large collection is a struct whose first member is its header.
        unsafe place.raw.assumingMemoryBound(to: StructureHeader.self)
    }

    /// A structure of type `T`, in memory of its own.
    static func make<T: LargeCollection>(_ value: T) -> Structure {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: 1)
        unsafe memory.initialize(to: value)
        return unsafe Structure(Address(UnsafeMutableRawPointer(memory)))
    }

    /// The collection itself; `T` must be what the header's kind says.
    @inline(__always)
    func body<T: LargeCollection>(as type: T.Type) -> UnsafeMutablePointer<T> {
        unsafe place.raw.assumingMemoryBound(to: T.self)
    }

    var next: Structure? {
        get {
            guard let address = unsafe Address(bits: header.pointee.next) else { return nil }
            return Structure(address)
        }
        nonmutating set { unsafe header.pointee.next = newValue?.place.bits ?? 0 }
    }

    // MARK: Snapshots

    private var walkMark: UnsafeMutablePointer<Atomic<UInt32>> {
        // SAFETY: an atomic number lies as a number does, in memory that only this property reaches.
        unsafe (place.raw + MemoryLayout<StructureHeader>.offset(of: \.walkMark)!)
            .assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    /// The walk of a snapshot begins to read: until `endWalk`, who is about to change the collection waits. Under the lock.
    func beginWalk(_ snapshot: UInt32) { unsafe walkMark.pointee.store(snapshot &* 2 &+ 1, ordering: .relaxed) }

    /// The walk has handed the collection over. Without the lock.
    func endWalk(_ snapshot: UInt32) { unsafe walkMark.pointee.store(snapshot &* 2, ordering: .releasing) }

    /// Whether the walk of a snapshot has handed the collection over; waits for it if it is about to. Under the lock.
    func isWalked(_ snapshot: UInt32) -> Bool {
        var spins = 0
        while true {
            let mark = unsafe walkMark.pointee.load(ordering: .acquiring)
            guard mark == snapshot &* 2 &+ 1 else { return mark == snapshot &* 2 }
            SpinLock.pause(&spins)
        }
    }

    // MARK: Whatever its kind

    /// Bytes of all its memory.
    var size: Int { visit(Sizing()) }

    /// A copy of its own.
    func clone(_ hasher: Hasher64) -> Structure { visit(Cloning(hasher: hasher)) }

    /// Frees about so many blocks. True when nothing is left, the structure itself included.
    func free(blocks: Int) -> Bool { visit(Freeing(blocks: blocks)) }

    private struct Sizing: StructureVisitor {
        func visit<T: LargeCollection>(_ body: UnsafeMutablePointer<T>) -> Int {
            unsafe MemoryLayout<T>.size + body.pointee.heapSize
        }
    }

    private struct Cloning: StructureVisitor {
        let hasher: Hasher64
        func visit<T: LargeCollection>(_ body: UnsafeMutablePointer<T>) -> Structure {
            Structure.make(unsafe body.pointee.clone(hasher))
        }
    }

    /// For tests.
    func checkInvariants(_ hasher: Hasher64, fail: (String) -> Void) {
        withoutActuallyEscaping(fail) { visit(Checking(hasher: hasher, fail: $0)) }
    }

    private struct Checking: StructureVisitor {
        let hasher: Hasher64
        let fail: (String) -> Void
        func visit<T: LargeCollection>(_ body: UnsafeMutablePointer<T>) {
            unsafe body.pointee.checkInvariants(hasher, fail: fail)
        }
    }

    private struct Freeing: StructureVisitor {
        let blocks: Int
        func visit<T: LargeCollection>(_ body: UnsafeMutablePointer<T>) -> Bool {
            guard unsafe body.pointee.free(blocks: blocks) else { return false }
            unsafe body.deinitialize(count: 1)
            unsafe body.deallocate()
            return true
        }
    }

    private func visit<V: StructureVisitor>(_ visitor: V) -> V.Result {
        switch unsafe header.pointee.kind {
        case .hash: unsafe visitor.visit(body(as: LargeKeyed<HashLayout>.self))
        case .set: unsafe visitor.visit(body(as: LargeKeyed<SetLayout>.self))
        case .list: unsafe visitor.visit(body(as: LargeList.self))
        case .sortedSet: unsafe visitor.visit(body(as: LargeSortedSet.self))
        case .stream: unsafe visitor.visit(body(as: LargeStream.self))
        case .string: preconditionFailure("no large form of this kind")
        }
    }
}

private protocol StructureVisitor {
    associatedtype Result
    func visit<T: LargeCollection>(_ body: UnsafeMutablePointer<T>) -> Result
}

/// What every large collection can do. Its first stored member is its header.
protocol LargeCollection {
    var header: StructureHeader { get }
    /// Bytes of its heaps.
    var heapSize: Int { get }
    func clone(_ hasher: Hasher64) -> Self
    /// Frees about so many blocks. True when none is left.
    mutating func free(blocks: Int) -> Bool
    func checkInvariants(_ hasher: Hasher64, fail: (String) -> Void)
}

extension Shard {
    /// What large collections take here, those retired included. For tests.
    func checkStructures(_ hasher: Hasher64, fail: (String) -> Void) -> Int {
        var owned = 0
        var count = 0
        for classIndex in 0..<arena.sizeClasses.count {
            arena.eachItem(ofClass: classIndex) { item in
                guard let structure = item.structure else { return }
                structure.checkInvariants(hasher, fail: fail)
                owned += structure.size
                count += 1
            }
        }
        if owned != structureSize { fail("large collections have \(owned) bytes, the shard says \(structureSize)") }
        if count != structureCount { fail("\(count) large collections, the shard says \(structureCount)") }
        var next = retired
        while let structure = next {
            owned += structure.size
            next = structure.next
        }
        return owned
    }
}
