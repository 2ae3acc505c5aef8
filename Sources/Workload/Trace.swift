// Requests that were recorded elsewhere: `time,key,size[,op]`, one a line.

internal import Base

/// A recorded sequence of requests, packed: keys are numbers in the order of their first appearance.
///
/// Replayed as fast as answers come, in its order: a cache knows nothing of the pauses between requests unless items
/// expire, and these do not. The replay's keys have a width of their own, not the recorded one.
public struct Trace: Sendable, Equatable {
    /// A line that is no request, and why.
    public struct BadLine: Sendable, Equatable {
        /// From 1.
        public let number: Int
        public let reason: String
    }

    /// Larger values are left out: memcached refuses them unless told otherwise.
    public static let valueSizeLimit = 1_000_000
    /// Requests that are kept; what is behind them is left out.
    public static let requestCountMax = 50_000_000
    static let badLinesShownMax = 10
    static let lineSizeMax = 4096

    /// Key numbers; the highest bit is set for a store.
    private var keys: [UInt32] = []
    private var sizes: [UInt32] = []
    private static let storeBit: UInt32 = 1 << 31

    /// Different keys.
    public private(set) var keyCount = 0
    public private(set) var valueSizeMax = 0
    public private(set) var storeCount = 0
    /// Of the largest size of each key, keys not counted.
    public private(set) var valueBytes = 0
    /// Requests for values above `valueSizeLimit`.
    public private(set) var oversizedCount = 0
    /// Requests behind `requestCountMax`.
    public private(set) var surplusCount = 0
    public private(set) var badLineCount = 0
    /// The first of them.
    public private(set) var badLines: [BadLine] = []

    public init() {}

    /// Reads all of `text`. Lines end with LF or CRLF; empty ones and those that begin with `#` are nothing;
    /// a first line
    /// whose first field is no number is a heading. `op` is get, gets or read, or set, add, replace or write, in any
    /// case; without it a read. A read that misses is followed by a store, as with a database behind the cache.
    public init(csv text: RawSpan) {
        var numbers: [[UInt8]: UInt32] = [:]
        var largest: [UInt32] = []
        var start = 0
        var lineNumber = 0
        while start < text.byteCount {
            let end = text.firstIndex(of: 10, from: start) ?? text.byteCount
            lineNumber += 1
            take(text.slice(start, end), lineNumber, &numbers, &largest)
            start = end + 1
        }
        keyCount = numbers.count
        valueBytes = largest.reduce(0) { $0 + Int($1) }
        valueSizeMax = Int(largest.max() ?? 0)
    }

    private mutating func take(
        _ whole: RawSpan, _ number: Int, _ numbers: inout [[UInt8]: UInt32], _ largest: inout [UInt32]
    ) {
        let hasReturn = whole.byteCount > 0 && whole[whole.byteCount - 1] == 13
        let line = hasReturn ? whole.slice(0, whole.byteCount - 1) : whole
        if line.byteCount == 0 || line[0] == UInt8(ascii: "#") { return }
        switch TraceLine(line) {
        case .heading where number == 1: return
        case .heading: note(number, "the time is no number")
        case .bad(let reason): note(number, reason)
        case .request(let key, let size, let isStore):
            if size > Self.valueSizeLimit {
                oversizedCount += 1
            } else if keys.count == Self.requestCountMax {
                surplusCount += 1
            } else {
                let next = UInt32(numbers.count)
                let keyNumber = numbers[key] ?? next
                if keyNumber == next {
                    numbers[key] = next
                    largest.append(0)
                }
                largest[Int(keyNumber)] = max(largest[Int(keyNumber)], UInt32(size))
                keys.append(keyNumber | (isStore ? Self.storeBit : 0))
                sizes.append(UInt32(size))
                if isStore { storeCount += 1 }
            }
        }
    }

    private mutating func note(_ number: Int, _ reason: String) {
        badLineCount += 1
        if badLines.count < Self.badLinesShownMax { badLines.append(BadLine(number: number, reason: reason)) }
    }

    /// Requests.
    public var count: Int { keys.count }

    @inline(__always)
    func key(at place: UInt64) -> UInt64 { UInt64(keys[Int(truncatingIfNeeded: place)] & ~Self.storeBit) }

    @inline(__always)
    func valueSize(at place: UInt64) -> Int { Int(sizes[Int(truncatingIfNeeded: place)]) }

    @inline(__always)
    func isStore(at place: UInt64) -> Bool { keys[Int(truncatingIfNeeded: place)] & Self.storeBit != 0 }
}

/// One line of a trace, without its end.
private enum TraceLine {
    case request(key: [UInt8], size: Int, isStore: Bool)
    /// The first field is no number.
    case heading
    case bad(String)

    init(_ line: RawSpan) {
        guard line.byteCount <= Trace.lineSizeMax else {
            self = .bad("longer than \(Trace.lineSizeMax) bytes")
            return
        }
        var fields: [[UInt8]] = []
        var start = 0
        while start <= line.byteCount {
            let end = line.firstIndex(of: UInt8(ascii: ","), from: start) ?? line.byteCount
            fields.append(Self.trimmed(line.slice(start, end)))
            start = end + 1
        }
        let timeText = fields[0]
        guard let time = timeText.span.rawBytes.double(), time.isFinite else {
            self = .heading
            return
        }
        guard fields.count == 3 || fields.count == 4 else {
            self = .bad("\(fields.count) field\(fields.count == 1 ? "" : "s"), not time,key,size[,op]")
            return
        }
        guard !fields[1].isEmpty else {
            self = .bad("the key is empty")
            return
        }
        let sizeText = fields[2]
        guard let size = sizeText.span.rawBytes.unsignedDecimal(), size <= 1 << 40 else {
            self = .bad("the size is no number of bytes")
            return
        }
        guard let isStore = Self.isStore(fields.count == 4 ? fields[3] : []) else {
            self = .bad("the op is none of get, gets, read, set, add, replace, write")
            return
        }
        self = .request(key: fields[1], size: Int(size), isStore: isStore)
    }

    private static func isStore(_ op: [UInt8]) -> Bool? {
        switch String(decoding: op, as: UTF8.self).lowercased() {
        case "", "get", "gets", "read": false
        case "set", "add", "replace", "write": true
        default: nil
        }
    }

    private static func trimmed(_ field: RawSpan) -> [UInt8] {
        var start = 0
        var end = field.byteCount
        while start < end, field[start] == 32 || field[start] == 9 { start += 1 }
        while end > start, field[end - 1] == 32 || field[end - 1] == 9 { end -= 1 }
        return field.slice(start, end).copiedBytes()
    }
}
