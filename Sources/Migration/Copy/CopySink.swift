// What an item is on its way from one place to another, and what takes it there.

import Base
import Engine
import RDB

/// What is known of an item beside its key and its value's bytes.
struct CopyFacts: Sendable {
    var database = 0
    var facts = RDBItemFacts()
    /// nil: the value's bytes are a string's own. Else they are what follows this byte in an RDB file.
    var type: UInt8?
    /// Of the RDB format.
    var version = Int(RDBVersion.written)
}

/// What became of items.
public struct CopyOutcome: Sendable, Equatable {
    /// Are there now.
    public var stored = 0
    /// Were there already, and are as they were.
    public var present = KeyTally()
    /// The target did not take them, or has no place for what they are.
    public var refused = KeyTally()
    /// Sent to a server that has no place for what only Duet and memcached know of an item.
    public var flagsLost = 0
    /// The target let go of so many keys meanwhile to have room, whosever they were.
    public var evicted = 0
    public var libraries = LibraryOutcome()
    /// Why not all was sent.
    public var fault: MigrationFault?

    public init() {}

    var answeredCount: Int { stored + present.count + refused.count }
}

/// Takes items to their place.
protocol CopySink: ~Copyable {
    var outcome: CopyOutcome { get set }

    /// Takes the code of a library of functions. All of them come before the first item.
    mutating func put(library code: RawSpan) throws(MigrationFault)

    /// Takes an item, by and by. Throws what concerns all items that may still come: no more are to be given then.
    mutating func put(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) throws(MigrationFault)

    /// Lets go of what it has gathered: the source is being spared, and no more will come for a while.
    mutating func flush() throws(MigrationFault)

    /// Waits until what was given is where it belongs, or is in the outcome as refused.
    mutating func finish() throws(MigrationFault)

    /// In the place of `finish`, after a fault that is not the target's: as much as can be of what was given is where
    /// it belongs, and counted.
    mutating func breakOff() throws(MigrationFault)
}

extension CopySink where Self: ~Copyable {
    mutating func breakOff() throws(MigrationFault) { try finish() }
}

extension CopySink where Self: ~Copyable {
    mutating func flush() {}
}

/// Gives items.
protocol CopySource: ~Copyable {
    /// How many there are, as far as can be told beforehand.
    mutating func count() throws(MigrationFault) -> Int?

    /// Gives all items.
    mutating func run(
        into sink: inout some CopySink & ~Copyable, _ notes: inout SourceNotes, _ meter: inout CopyMeter
    ) throws(MigrationFault)
}

/// What a source tells besides its items.
struct SourceNotes: Sendable {
    /// Keys that were listed and were not there any more when they were asked for.
    var gone = 0
    /// Items that are no target's: those of modules.
    var passedOver = 0
    var warnings: [String] = []
}

extension ValueKind {
    /// What people call it.
    var name: String { self == .sortedSet ? "sorted set" : "\(self)" }
}
