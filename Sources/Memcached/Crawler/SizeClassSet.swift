// The size classes that a crawl or a dump is about.

import Base

/// A set of size classes, by the numbers that `stats items` shows.
struct SizeClassSet: Equatable, Sendable {
    /// The engine's classes and memcached's both stay below.
    static let classCountMax = 128

    private var low: UInt64 = 0
    private var high: UInt64 = 0

    static let all = SizeClassSet(low: .max, high: .max)

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// - Parameter number: 0 ..< classCountMax; there is no class 0.
    init(only number: Int) { insert(number) }

    /// Numbers with commas between them, such as `1,3,10`.
    /// - Returns: nil if one of them is no class.
    /// Source: memcached, lru_crawler_crawl: memcached's classes end at 63, ours may go beyond.
    init?(_ text: RawSpan, largest: Int) {
        var offset = 0
        while offset < text.byteCount {
            let end = text.firstIndex(of: UInt8(ascii: ","), from: offset) ?? text.byteCount
            if end > offset {
                guard let number = text.unsigned(Token(offset, end)), number >= 1,
                    number <= UInt64(max(largest, 63)), number < UInt64(Self.classCountMax)
                else { return nil }
                insert(Int(number))
            }
            offset = end + 1
        }
    }

    var isEmpty: Bool { low | high == 0 }

    private mutating func insert(_ number: Int) {
        if number < 64 { low |= 1 << UInt64(number) } else { high |= 1 << UInt64(number - 64) }
    }

    func contains(_ number: Int) -> Bool {
        (number < 64 ? low >> UInt64(number) : high >> UInt64(number - 64)) & 1 == 1
    }
}
