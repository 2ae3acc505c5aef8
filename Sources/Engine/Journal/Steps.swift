// What a verb did to a value, step by step: for a journal that need not write the whole of it again.

import Base

/// One kind of step, in words of the value types. Arguments are bytes; numbers are decimal text, IDs of streams text like
/// `1-0`.
public enum StepKind: UInt8, Sendable {
    // 0 marks an argument.

    /// List: an element, put first or last.
    case pushFirst = 1, pushLast
    /// List: how many elements went from the start, or the end.
    case popFirst, popLast
    /// List: a position and its new element.
    case replaceElement
    /// List: an element, the first that is equal to it, and the new one before, or behind it.
    case insertBefore, insertBehind
    /// List: the first and the last position that stayed.
    case keepPositions
    /// List: how many equal elements went at most (negative: from the end back, 0: all), and the element.
    case removeEqual
    /// Hash: a field and its value.
    case setField
    case removeField
    case insertMember
    case removeMember
    /// Sorted set: a score and its member.
    case setScore
    case removeScored
    /// Sorted set: the first and the last position that went.
    case removePositions
    /// Stream: an ID, then fields and values in turn.
    case appendEntry
    /// Stream: an ID.
    case removeEntry
    /// Stream: how many entries stayed, the last ones.
    case keepEntries
    /// Stream: last ID, entries ever added, greatest deleted ID.
    case setStream
    /// Stream: group, last ID, entries read (-1: not known).
    case createGroup, setGroup
    /// Stream: group.
    case removeGroup
    /// Stream: group, consumer.
    case createConsumer, removeConsumer
    /// Stream: group, consumer, ID, time of delivery in milliseconds, count of deliveries.
    case deliver
    /// Stream: group, ID.
    case acknowledge
    /// String: what was added at its end.
    case appendBytes
    /// String: an offset and the bytes from there on.
    case overwriteBytes
}

/// Steps, in the order in which they were taken. Valid for the length of the call it is shown to.
///
///     | kind: 1 | 0 | size: 4 | argument | 0 | size: 4 | argument | kind: 1 | ...
public struct Steps: ~Escapable {
    private let bytes: RawSpan
    private var place = 0

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { self.bytes = bytes }

    /// Whether there are none: then the whole value is new.
    public var isEmpty: Bool { bytes.byteCount == 0 }

    /// Goes to the next step.
    /// - Returns: its kind; nil behind the last.
    public mutating func next() -> StepKind? {
        while nextArgument() != nil {}
        guard place < bytes.byteCount else { return nil }
        place &+= 1
        return StepKind(rawValue: bytes[place &- 1])
    }

    /// The next argument of the step; nil behind its last.
    @_lifetime(copy self)
    public mutating func nextArgument() -> RawSpan? {
        guard place < bytes.byteCount, bytes[place] == 0 else { return nil }
        let start = place &+ 5
        place = start &+ Int(bytes.halfWord(at: place &+ 1))
        return bytes.slice(start, place)
    }

    /// The same steps from where this one is.
    @_lifetime(copy self)
    public func fork() -> Steps {
        var copy = Steps(bytes)
        copy.place = place
        return copy
    }
}

/// Where a verb notes the steps that it takes, behind those of verbs that it is inside of.
@safe
struct StepNotes {
    private let buffer: UnsafeMutablePointer<OutputBuffer>
    private let start: Int

    /// - Parameter buffer: the shard's, whose lock is held for as long as these notes are used.
    @inline(__always)
    init(_ buffer: UnsafeMutablePointer<OutputBuffer>) {
        unsafe self.buffer = buffer
        start = unsafe buffer.pointee.count
    }

    /// Begins a step.
    func step(_ kind: StepKind) { unsafe buffer.pointee.append(kind.rawValue) }

    func add(_ argument: RawSpan) {
        unsafe buffer.pointee.append(0 as UInt8)
        unsafe buffer.pointee.append(halfWord: UInt32(argument.byteCount))
        unsafe buffer.pointee.append(argument)
    }

    func add(_ number: Int64) {
        let text = DecimalText(number)
        add(text.span)
    }

    func add(_ number: Int) { add(Int64(number)) }

    func add(_ number: Double) {
        let text = DoubleText(number)
        add(text.span)
    }

    func add(_ id: StreamID) {
        let milliseconds = DecimalText(id.milliseconds)
        let sequence = DecimalText(id.sequence)
        unsafe buffer.pointee.append(0 as UInt8)
        unsafe buffer.pointee.append(halfWord: UInt32(milliseconds.byteCount + 1 + sequence.byteCount))
        unsafe buffer.pointee.append(milliseconds.span)
        unsafe buffer.pointee.append(UInt8(ascii: "-"))
        unsafe buffer.pointee.append(sequence.span)
    }

    func add(_ kind: StepKind, _ argument: RawSpan) {
        step(kind)
        add(argument)
    }

    /// Shows the steps, and forgets them.
    func show<R>(_ body: (borrowing Steps) -> R) -> R {
        let bytes = unsafe buffer.pointee.span
        let result = body(Steps(bytes.slice(start, bytes.byteCount)))
        forget()
        return result
    }

    func forget() {
        unsafe buffer.pointee.truncate(to: start)
        if start == 0, unsafe buffer.pointee.isEmpty { unsafe buffer.pointee.shrink(to: 64 << 10) }
    }
}
