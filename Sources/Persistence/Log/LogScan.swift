// The grammar of a file of commands: what begins at an offset, and where it ends. Source: Redis 7 aof.c,
// loadSingleAppendOnlyFile.

import Base

/// One command outside of a transaction, or all from MULTI to its EXEC: what is done as a whole or not at all.
struct LogUnit: Equatable, Sendable {
    /// Of its first byte in the file; lines about the first command are part of it.
    var start: Int
    /// Behind its last byte.
    var end: Int
    /// MULTI and EXEC not counted.
    var commandCount: Int
    var isTransaction: Bool
}

/// What a line says about the item that the next command stores.
struct LogItemFacts: Equatable, Sendable {
    var flags: UInt32
    /// 0 is none.
    var cas: UInt64
    var isStale: Bool
    var hasWinner: Bool
    var hasBinaryKey: Bool
}

/// A line that vouches for the bytes before it.
struct LogSum: Equatable, Sendable {
    /// Of the line.
    var offset: Int
    var end: Int
    var value: UInt64
    var count: Int
    var synced: Int

    /// Of the first byte that it speaks of. Below 0 if it speaks of more than there is.
    var start: Int { offset &- count }
}

/// Looks at what begins at an offset. Everything is held against the bytes that are there before it is believed.
struct LogScan: ~Escapable {
    let file: RawSpan

    @_lifetime(copy file)
    init(_ file: RawSpan) { self.file = file }

    enum Piece {
        case unit(LogUnit)
        case sum(LogSum)
        /// Nothing more but lines that say nothing of importance.
        case end
        /// The file ends within what begins here.
        case cut(StaticString)
        /// The byte at the offset cannot stand there.
        case wrong(Int, StaticString)
    }

    func piece(at start: Int) -> Piece {
        var place = start
        var commandCount = 0
        var isTransaction = false
        var isItemNext = false
        while place < file.byteCount {
            switch file[place] {
            case UInt8(ascii: "*"):
                var name = (start: 0, size: 0)
                switch command(at: place, { index, start, size in if index == 0 { name = (start, size) } }) {
                case .cut: return .cut("the file ends within a command")
                case .wrong(let offset, let reason): return .wrong(offset, reason)
                case .whole(let end):
                    isItemNext = false
                    switch border(name.start, name.size) {
                    case .none:
                        commandCount &+= 1
                        if isTransaction { break }
                        return .unit(LogUnit(start: start, end: end, commandCount: 1, isTransaction: false))
                    case .multi:
                        if isTransaction { return .wrong(place, "MULTI within a transaction") }
                        isTransaction = true
                    case .exec:
                        guard isTransaction else { return .wrong(place, "EXEC without MULTI") }
                        return .unit(
                            LogUnit(start: start, end: end, commandCount: commandCount, isTransaction: true))
                    }
                    place = end
                }
            case UInt8(ascii: "#"):
                switch line(at: place) {
                case .cut: return .cut("the file ends within an annotation")
                case .wrong(let offset, let reason): return .wrong(offset, reason)
                case .item(_, let end):
                    isItemNext = true
                    place = end
                case .other(let end): place = end
                case .sum(let sum):
                    if isTransaction || isItemNext { return .wrong(place, "a sum within a unit") }
                    return .sum(sum)
                }
            default: return .wrong(place, "neither a command nor an annotation begins here")
            }
        }
        if isTransaction { return .cut("the file ends within a transaction") }
        return isItemNext ? .cut("the file ends before the command that an annotation is about") : .end
    }

    // MARK: Commands

    enum Command {
        case whole(end: Int)
        case cut
        case wrong(Int, StaticString)
    }

    /// The command at `start`, where a `*` stands.
    /// - Parameter visit: told of each argument.
    @inline(__always)
    func command(at start: Int, _ visit: (_ index: Int, _ start: Int, _ size: Int) -> Void) -> Command {
        var place = start &+ 1
        let count: Int
        switch number(&place) {
        case .value(let value): count = value
        case .cut: return .cut
        case .wrong: return .wrong(place, "no number of arguments")
        }
        guard count >= 1 && count <= LogFormat.argumentCountMax else {
            return .wrong(start &+ 1, "a number of arguments that no command has")
        }
        for index in 0..<count {
            guard place < file.byteCount else { return .cut }
            guard file[place] == UInt8(ascii: "$") else { return .wrong(place, "no argument where one must be") }
            let header = place &+ 1
            place = header
            let size: Int
            switch number(&place) {
            case .value(let value): size = value
            case .cut: return .cut
            case .wrong: return .wrong(place, "no size of an argument")
            }
            guard size <= LogFormat.argumentSizeMax else { return .wrong(header, "an argument of more than 512 MB") }
            let end = place &+ size
            guard end &+ 2 <= file.byteCount else {
                return end < file.byteCount && file[end] != 13 ? .wrong(end, "an argument has no end") : .cut
            }
            guard file[end] == 13 && file[end &+ 1] == 10 else {
                return .wrong(file[end] == 13 ? end &+ 1 : end, "an argument has no end")
            }
            visit(index, place, size)
            place = end &+ 2
        }
        return .whole(end: place)
    }

    private enum Number {
        case value(Int)
        case cut
        case wrong
    }

    /// The number that ends its line; `place` is moved behind it, or to the byte that is wrong.
    @inline(__always)
    private func number(_ place: inout Int) -> Number {
        let first = place
        // No bound that we have has more digits.
        let last = min(file.byteCount, first &+ 10)
        var value = 0
        while place < last {
            let digit = file[place] &- 48
            if digit > 9 { break }
            value = value &* 10 &+ Int(digit)
            place &+= 1
        }
        guard place < file.byteCount else { return .cut }
        guard place > first && file[place] == 13 else { return .wrong }
        guard place &+ 1 < file.byteCount else { return .cut }
        guard file[place &+ 1] == 10 else {
            place &+= 1
            return .wrong
        }
        place &+= 2
        return .value(value)
    }

    private static let lowerCase: UInt32 = 0x2020_2020

    enum Border { case none, multi, exec }

    /// Whether a command of that name begins or ends a transaction.
    @inline(__always)
    func border(_ start: Int, _ size: Int) -> Border {
        if size == 5 {
            // "mult" and "i".
            let isMulti = file.halfWord(at: start) | Self.lowerCase == 0x746C_756D && file[start &+ 4] | 0x20 == 0x69
            return isMulti ? .multi : .none
        }
        return size == 4 && file.halfWord(at: start) | Self.lowerCase == 0x6365_7865 ? .exec : .none
    }

    // MARK: Annotations

    enum Line {
        case sum(LogSum)
        case item(LogItemFacts, end: Int)
        /// Somebody else's, or a time.
        case other(end: Int)
        case cut
        case wrong(Int, StaticString)
    }

    /// The line at `start`, where a `#` stands.
    func line(at start: Int) -> Line {
        let window = file.slice(start, min(file.byteCount, start &+ LogFormat.annotationSizeMax))
        guard let length = window.firstIndex(of: 10) else {
            if let zero = window.firstIndex(of: 0) { return .wrong(start &+ zero, "an annotation has no end") }
            return window.byteCount < LogFormat.annotationSizeMax
                ? .cut : .wrong(start &+ window.byteCount &- 1, "an annotation is too long")
        }
        let end = start &+ length &+ 1
        let isSum = begins(window, LogFormat.sum)
        guard isSum || begins(window, LogFormat.item) else {
            // A page that never came, with a line's end behind it.
            if let zero = window.slice(0, length).firstIndex(of: 0) { return .wrong(start &+ zero, "a zero in a line") }
            return .other(end: end)
        }
        guard window[length &- 1] == 13 else { return .wrong(start, "an annotation of ours without its form") }
        let line = window.slice(0, length &- 1)
        if isSum {
            guard let sum = sum(line, start, end) else { return .wrong(start, "a sum without its form") }
            return .sum(sum)
        }
        guard let facts = item(line) else { return .wrong(start, "an item's annotation without its form") }
        return .item(facts, end: end)
    }

    private func begins(_ line: RawSpan, _ prefix: StaticString) -> Bool {
        let size = prefix.utf8CodeUnitCount
        return line.byteCount > size && line.slice(0, size).equals(prefix)
    }

    private func sum(_ line: RawSpan, _ start: Int, _ end: Int) -> LogSum? {
        let first = LogFormat.sum.utf8CodeUnitCount
        let colon = first &+ 16
        guard line.byteCount > colon, line[colon] == UInt8(ascii: ":") else { return nil }
        var value: UInt64 = 0
        for index in first..<colon {
            let byte = line[index]
            let digit = byte &- 48 <= 9 ? byte &- 48 : byte &- 87
            guard digit <= 15 && (byte <= 57 || digit >= 10) else { return nil }
            value = value << 4 | UInt64(digit)
        }
        guard let next = line.firstIndex(of: UInt8(ascii: ":"), from: colon &+ 1),
            let count = number(line.slice(colon &+ 1, next)),
            let synced = number(line.slice(next &+ 1, line.byteCount))
        else { return nil }
        return LogSum(offset: start, end: end, value: value, count: count, synced: synced)
    }

    private func number(_ text: RawSpan) -> Int? { text.unsignedDecimal().flatMap { Int(exactly: $0) } }

    private func item(_ line: RawSpan) -> LogItemFacts? {
        let first = LogFormat.item.utf8CodeUnitCount
        guard let colon = line.firstIndex(of: UInt8(ascii: ":"), from: first),
            let next = line.firstIndex(of: UInt8(ascii: ":"), from: colon &+ 1),
            let flags = line.slice(first, colon).unsignedDecimal().flatMap({ UInt32(exactly: $0) }),
            let cas = line.slice(colon &+ 1, next).unsignedDecimal(),
            let marks = line.slice(next &+ 1, line.byteCount).unsignedDecimal()
        else { return nil }
        return LogItemFacts(
            flags: flags, cas: cas, isStale: marks & LogFormat.staleMark != 0,
            hasWinner: marks & LogFormat.winnerMark != 0, hasBinaryKey: marks & LogFormat.binaryKeyMark != 0)
    }
}
