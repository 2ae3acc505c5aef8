// From bytes to requests: finds where arguments lie, copies nothing, allocates nothing by what a client claims.
// Source: Redis protocol specification; Redis 7 for what is an error.

import Base

/// What a client may ask for at present.
struct RequestLimits {
    var bulkSizeMax: Int
    var isAuthenticated: Bool
}

/// Walks over an input, request by request.
struct RequestParser {
    enum Outcome {
        /// `request` is complete, and `offset` is behind it.
        case request
        /// Everything was consumed.
        case nothing
        /// The request at `offset` goes on behind the input; see `bytesNeeded` and `position`.
        case incomplete
        /// At `offset` stands a request in plain words.
        case inline
        case invalid(ProtocolFault)
    }

    /// How far an incomplete request was looked through. Offsets count from the request's first byte.
    struct Position {
        var offset = 0
        var argumentsDone = 0
        var argumentCount = 0
    }

    /// Where the next request begins.
    private(set) var offset = 0
    private(set) var request = QueuedRequest()
    /// Slots written by the requests of this batch.
    private(set) var slotCount = 0
    private(set) var position = Position()
    /// Bytes of the incomplete request, as far as they are known.
    private(set) var bytesNeeded = 0

    private let slots: Scratch<ArgumentSlot>

    init(_ slots: Scratch<ArgumentSlot>) { self.slots = slots }

    /// Begins a new batch: slots of the last one may be overwritten.
    @inline(__always)
    mutating func startBatch() { slotCount = 0 }

    /// Goes behind a request that somebody else parsed.
    mutating func skip(to end: Int) { offset = end }

    // "*2\r\n$3\r\n", "*3\r\n$3\r\n" and what follows them, as little-endian words.
    private static let twoArguments: UInt64 = 0x0A0D_3324_0A0D_322A
    private static let threeArguments: UInt64 = 0x0A0D_3324_0A0D_332A
    private static let getAndDollar: UInt64 = 0x240A_0D74_6567
    private static let setAndDollar: UInt64 = 0x240A_0D74_6573
    private static let sixBytes: UInt64 = 0xFFFF_FFFF_FFFF
    private static let threeLowerCase: UInt64 = 0x20_2020
    // "*N\r\n$M\r\n" but for the two digits.
    private static let shortFrame: UInt64 = 0x0A0D_0024_0A0D_002A
    private static let shortFrameMask: UInt64 = 0xFFFF_00FF_FFFF_00FF

    @inline(__always)
    mutating func next(_ input: RawSpan, _ limits: RequestLimits) -> Outcome {
        if offset &+ 16 <= input.byteCount {
            let head = input.word(at: offset)
            if head == Self.twoArguments || head == Self.threeArguments {
                let name = (input.word(at: offset &+ 8) | Self.threeLowerCase) & Self.sixBytes
                if name == Self.getAndDollar && head == Self.twoArguments {
                    if let end = shortArguments(input, 2, nameSize: 3, limits) { return finish(.get, 2, end: end) }
                } else if name == Self.setAndDollar && head == Self.threeArguments {
                    if let end = shortArguments(input, 3, nameSize: 3, limits) { return finish(.set, 3, end: end) }
                }
            }
            if head & Self.shortFrameMask == Self.shortFrame, let outcome = short(input, head, limits) {
                return outcome
            }
        }
        return general(input, limits)
    }

    /// A request whose argument count and name's size have one digit; nil if anything is unusual, for `general` to
    /// judge.
    @inline(never)
    private mutating func short(_ input: RawSpan, _ head: UInt64, _ limits: RequestLimits) -> Outcome? {
        let count = Int(UInt8(truncatingIfNeeded: head >> 8) &- 48)
        let nameSize = Int(UInt8(truncatingIfNeeded: head >> 40) &- 48)
        guard count >= 1 && count <= 9 && nameSize >= 1 && nameSize <= 9 else { return nil }
        guard offset &+ nameSize &+ 10 <= input.byteCount, input[offset &+ nameSize &+ 8] == 13 else { return nil }
        guard let end = shortArguments(input, count, nameSize: nameSize, limits) else { return nil }
        return finish(CommandTable.row(input, at: offset &+ 8, size: nameSize), count, end: end)
    }

    /// The arguments of a request whose name begins at `offset + 8`, each below 1000 bytes. Returns the request's end;
    /// nil if anything is unusual.
    @inline(__always)
    private mutating func shortArguments(
        _ input: RawSpan, _ count: Int, nameSize: Int, _ limits: RequestLimits
    ) -> Int? {
        slots.reserve(slotCount &+ count)
        var place = offset &+ nameSize &+ 10
        slots[slotCount] = ArgumentSlot(
            offset: UInt32(truncatingIfNeeded: offset &+ 8), size: UInt32(truncatingIfNeeded: nameSize))
        for index in 1..<count {
            guard place &+ 4 <= input.byteCount && input[place] == UInt8(ascii: "$") else { return nil }
            // One to three digits; larger sizes take the general way.
            var size = Int(input[place &+ 1] &- 48)
            if size > 9 { return nil }
            var digits = 1
            while digits < 3 && place &+ digits &+ 1 < input.byteCount {
                let digit = Int(input[place &+ digits &+ 1] &- 48)
                if digit > 9 { break }
                if size == 0 { return nil }
                size = size &* 10 &+ digit
                digits &+= 1
            }
            let start = place &+ digits &+ 3
            let end = start &+ size &+ 2
            guard end <= input.byteCount && input[start &- 2] == 13 && size <= limits.bulkSizeMax else { return nil }
            slots[slotCount &+ index] = ArgumentSlot(
                offset: UInt32(truncatingIfNeeded: start), size: UInt32(truncatingIfNeeded: size))
            place = end
        }
        return place
    }

    @inline(__always)
    private mutating func finish(_ row: CommandRow, _ count: Int, end: Int) -> Outcome {
        request = QueuedRequest(
            end: end, firstSlot: UInt32(truncatingIfNeeded: slotCount), count: UInt32(truncatingIfNeeded: count),
            row: row)
        slotCount &+= count
        offset = end
        return .request
    }

    private mutating func general(_ input: RawSpan, _ limits: RequestLimits) -> Outcome {
        while offset < input.byteCount {
            guard input[offset] == UInt8(ascii: "*") else { return .inline }
            let line = Self.readNumber(input, at: offset &+ 1)
            switch line {
            case .incomplete:
                bytesNeeded = 0
                position = Position()
                return .incomplete
            case .tooLong: return .invalid(.longArgumentCount)
            case .invalid: return .invalid(.argumentCount)
            case .number(let count, let next):
                if count > RESPLimits.argumentCountMax { return .invalid(.argumentCount) }
                if count > RESPLimits.unauthenticatedArgumentCountMax && !limits.isAuthenticated {
                    return .invalid(.unauthenticatedArgumentCount)
                }
                if count <= 0 {
                    offset = next
                    continue
                }
                return arguments(input, from: next, count, limits)
            }
        }
        return .nothing
    }

    private mutating func arguments(
        _ input: RawSpan, from first: Int, _ count: Int, _ limits: RequestLimits
    ) -> Outcome {
        var scan = Position(offset: first, argumentsDone: 0, argumentCount: count)
        let outcome = Self.scan(input, &scan, limits) { index, start, size in
            slots.reserve(slotCount &+ index &+ 1)
            slots[slotCount &+ index] = ArgumentSlot(
                offset: UInt32(truncatingIfNeeded: start), size: UInt32(truncatingIfNeeded: size))
        }
        switch outcome {
        case .complete:
            let name = slots[slotCount]
            let row = CommandTable.row(input, at: Int(name.offset), size: Int(name.size))
            return finish(row, count, end: scan.offset)
        case .incomplete(let end):
            bytesNeeded = end &- offset
            position = scan
            position.offset &-= offset
            return .incomplete
        case .invalid(let fault): return .invalid(fault)
        }
    }

    enum ScanOutcome {
        case complete
        /// The argument that is missing ends here, or 0 if its size is not known yet.
        case incomplete(end: Int)
        case invalid(ProtocolFault)
    }

    /// Goes over the arguments from `position` on, telling `body` of each, until the last one or the input's end.
    @inline(__always)
    static func scan(
        _ input: RawSpan, _ position: inout Position, _ limits: RequestLimits,
        _ body: (_ index: Int, _ start: Int, _ size: Int) -> Void
    ) -> ScanOutcome {
        while position.argumentsDone < position.argumentCount {
            let place = position.offset
            guard place < input.byteCount else { return .incomplete(end: place &+ 1) }
            let mark = input[place]
            guard mark == UInt8(ascii: "$") else {
                // Redis first waits for the line's end, so that it says the same however the bytes are cut.
                if input.firstIndex(of: 13, from: place) == nil {
                    if input.byteCount &- place > RESPLimits.lineSizeMax { return .invalid(.longBulkSize) }
                    return .incomplete(end: input.byteCount &+ 1)
                }
                return .invalid(.expectedDollar(mark))
            }
            switch readNumber(input, at: place &+ 1) {
            case .incomplete: return .incomplete(end: input.byteCount &+ 1)
            case .tooLong: return .invalid(.longBulkSize)
            case .invalid: return .invalid(.bulkSize)
            case .number(let size, let start):
                if size < 0 || size > limits.bulkSizeMax { return .invalid(.bulkSize) }
                if size > RESPLimits.unauthenticatedBulkSizeMax && !limits.isAuthenticated {
                    return .invalid(.unauthenticatedBulkSize)
                }
                let end = start &+ size &+ 2
                guard end <= input.byteCount else { return .incomplete(end: end) }
                body(position.argumentsDone, start, size)
                position.offset = end
                position.argumentsDone &+= 1
            }
        }
        return .complete
    }

    enum Number {
        /// The line's number, and where the next line begins.
        case number(Int, next: Int)
        case incomplete
        case invalid
        case tooLong
    }

    /// A line holding one canonical decimal number. The byte behind the carriage return is not looked at.
    @inline(__always)
    static func readNumber(_ input: RawSpan, at start: Int) -> Number {
        var value = 0
        var place = start
        // Up to 9 digits cannot overflow; longer lines and signs are rare.
        let end = min(input.byteCount, start &+ 9)
        while place < end {
            let digit = input[place] &- 48
            if digit > 9 { break }
            value = value &* 10 &+ Int(digit)
            place &+= 1
        }
        if place > start && place &+ 1 < input.byteCount && input[place] == 13
            && (input[start] != 48 || place == start &+ 1)
        {
            return .number(value, next: place &+ 2)
        }
        return readUnusualNumber(input, at: start)
    }

    @inline(never)
    private static func readUnusualNumber(_ input: RawSpan, at start: Int) -> Number {
        guard let end = input.firstIndex(of: 13, from: start) else {
            return input.byteCount &- start >= RESPLimits.lineSizeMax ? .tooLong : .incomplete
        }
        guard end &+ 1 < input.byteCount else { return .incomplete }
        guard let value = input.slice(start, end).canonicalSignedDecimal() else { return .invalid }
        return .number(Int(value), next: end &+ 2)
    }
}
