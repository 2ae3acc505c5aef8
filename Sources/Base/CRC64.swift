// The checksum at the end of Redis' files and payloads.

/// CRC-64 with Jones' polynomial, bits reflected, from 0, nothing added at the end. Source: Redis crc64.c.
public struct CRC64: Sendable {
    /// The sum of what was added so far.
    public private(set) var value: UInt64 = 0

    public init() {}

    /// Adds bytes, eight in a step.
    public mutating func add(_ bytes: RawSpan) {
        let count = bytes.byteCount
        var sum = value
        var index = 0
        unsafe tables.withUnsafeBufferPointer { tables in
            while index &+ 8 <= count {
                sum ^= bytes.word(at: index)
                var next: UInt64 = 0
                for place in 0..<8 {
                    let byte = Int(truncatingIfNeeded: (sum &>> UInt64(place &* 8)) & 255)
                    // SAFETY: there are eight tables of 256 numbers.
                    unsafe next ^= tables[(7 &- place) &* 256 &+ byte]
                }
                sum = next
                index &+= 8
            }
            while index < count {
                let byte = Int(truncatingIfNeeded: (sum ^ UInt64(bytes[index])) & 255)
                unsafe sum = tables[byte] ^ (sum &>> 8)  // SAFETY: as above.
                index &+= 1
            }
        }
        value = sum
    }
}

/// Eight tables of 256: what a byte does to the sum, and what it does with one to seven bytes behind it.
private let tables: [UInt64] = {
    let polynomial: UInt64 = 0x95ac_9329_ac4b_c9b5
    var tables = [UInt64](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
        var sum = UInt64(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ polynomial : sum >> 1 }
        tables[byte] = sum
    }
    for index in 256..<tables.count {
        let previous = tables[index - 256]
        tables[index] = tables[Int(previous & 255)] ^ previous >> 8
    }
    return tables
}()
