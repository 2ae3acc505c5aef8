// Sizes as redis.conf and commands spell them, such as `100mb`.

extension RawSpan {
    /// Digits and a unit, `kb`, `mb`, `gb` binary, `k`, `m`, `g` decimal; no digits are 0. nil for anything else.
    /// Source: Redis 7.0 memtoull.
    public var memorySize: Int? {
        var place = 0
        while place < byteCount, self[place] &- 48 <= 9 { place += 1 }
        let unit = slice(place, byteCount)
        let scales: [(StaticString, Int)] = [
            ("", 1), ("b", 1), ("k", 1000), ("kb", 1 << 10), ("m", 1_000_000), ("mb", 1 << 20), ("g", 1_000_000_000),
            ("gb", 1 << 30),
        ]
        guard let scale = scales.first(where: { unit.equalsIgnoringCase($0.0) })?.1 else { return nil }
        if place == 0 { return 0 }
        guard let number = slice(0, place).unsignedDecimal().flatMap({ Int(exactly: $0) }) else { return nil }
        let (size, isTooMuch) = number.multipliedReportingOverflow(by: scale)
        return isTooMuch ? nil : size
    }
}
