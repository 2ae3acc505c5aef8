// An item as memcached's meta get tells of it: how it is asked for, how the answer is read.
// Source: memcached doc/protocol.txt, "Meta Get".

public import Base

/// What is told of an item beside its value.
public struct MetaItem: Sendable, Equatable {
    public var flags: UInt32 = 0
    /// Seconds, 2^40 at most; -1 is for ever.
    public var timeToLive: Int64 = -1
    public var cas: UInt64 = 0
    public var isStale = false
    public var hasBinaryKey = false

    public init() {}

    /// The line that an answer begins with.
    public enum Answer: Sendable, Equatable {
        /// So many bytes of value and a line's end follow, 2^40 at most.
        case found(MetaItem, valueSize: Int)
        case missing
        /// Not an answer to what was asked.
        case strange
    }

    private static let numberMax = 1 << 40

    /// Asks for an item: its value, flags, time to live and CAS number, and its key.
    public static func appendGet(_ key: RawSpan, isBinary: Bool = false, to requests: inout OutputBuffer) {
        requests.append("mg ")
        if isText(key) && !isBinary {
            requests.append(key)
            requests.append(" v f t c k\r\n")
        } else {
            requests.append(base64: key)
            requests.append(" v f t c k b\r\n")
        }
    }

    /// `VA SIZE f… t… c… k… …`, or `EN` or `EN k…`.
    /// - Parameter line: without its end.
    /// - Parameter key: what was asked for: an answer that names another one is strange.
    public static func read(_ line: RawSpan, of key: RawSpan) -> Answer {
        var item = MetaItem()
        if line.equals("EN") { return .missing }
        if line.starts(with: "EN ") { return item.take(line, from: 3, of: key) ? .missing : .strange }
        guard line.starts(with: "VA ") else { return .strange }
        let sizeEnd = line.firstIndex(of: 32, from: 3) ?? line.byteCount
        guard let size = line.slice(3, sizeEnd).unsignedDecimal(), size <= numberMax else { return .strange }
        guard item.take(line, from: sizeEnd + 1, of: key) else { return .strange }
        return .found(item, valueSize: Int(size))
    }

    /// Takes all words from `place` on. False if they are not what is said of `key`.
    private mutating func take(_ line: RawSpan, from place: Int, of key: RawSpan) -> Bool {
        var start = place
        while start < line.byteCount {
            // One that was stored with a blank in it is told as it is.
            if let end = Self.endOfKey(key, in: line, at: start) {
                start = end + 1
                continue
            }
            let end = line.firstIndex(of: 32, from: start) ?? line.byteCount
            if end > start {
                guard take(line[start], line.slice(start + 1, end), of: key) else { return false }
            }
            start = end + 1
        }
        return true
    }

    private static func endOfKey(_ key: RawSpan, in line: RawSpan, at start: Int) -> Int? {
        let end = start + 1 + key.byteCount
        guard line[start] == UInt8(ascii: "k"), end == line.byteCount || end < line.byteCount && line[end] == 32,
            line.slice(start + 1, end).equals(key)
        else { return nil }
        return end
    }

    private mutating func take(_ letter: UInt8, _ text: RawSpan, of key: RawSpan) -> Bool {
        switch letter {
        case UInt8(ascii: "f"):
            guard let number = text.unsignedDecimal().flatMap({ UInt32(exactly: $0) }) else { return false }
            flags = number
        case UInt8(ascii: "t"):
            guard let number = text.canonicalSignedDecimal(), number >= -1 else { return false }
            timeToLive = min(number, Int64(Self.numberMax))
        case UInt8(ascii: "c"):
            guard let number = text.unsignedDecimal() else { return false }
            cas = number
        case UInt8(ascii: "k"): return Base64Bytes(text, sizeMax: 256)?.span.equals(key) ?? false
        case UInt8(ascii: "X"): isStale = true
        case UInt8(ascii: "b"): hasBinaryKey = true
        default: break
        }
        return true
    }

    /// Whether memcached takes a key as it stands: without blanks and control characters.
    public static func isText(_ key: RawSpan) -> Bool {
        for index in 0..<key.byteCount where key[index] <= 32 || key[index] == 127 { return false }
        return key.byteCount > 0
    }
}
