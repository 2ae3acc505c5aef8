// The checksum at the end of Redis' files and payloads.

import CIntrinsics

/// CRC-64 with Jones' polynomial, bits reflected, from 0, nothing added at the end. Source: Redis crc64.c.
public struct CRC64: Sendable {
    /// The sum of what was added so far.
    public private(set) var value: UInt64 = 0

    public init() {}

    /// Adds bytes: by carry-less multiplication where the CPU has it and they are some, else by tables.
    public mutating func add(_ bytes: RawSpan) {
        let folds = bytes.byteCount >= Self.foldSize && canFold
        value = folds ? Self.foldedSum(value, bytes) : Self.tableSum(value, bytes)
    }

    /// What is folded at once; less is not worth the way there.
    private static let foldSize = 64

    private static func foldedSum(_ sum: UInt64, _ bytes: RawSpan) -> UInt64 {
        let size = bytes.byteCount / foldSize * foldSize
        var folded = InlineArray<2, UInt64>(repeating: 0)
        unsafe bytes.withUnsafeBytes { bytes in
            var words = folded.mutableSpan
            // SAFETY: `size` bytes are there, and two words to be written.
            unsafe words.withUnsafeMutableBufferPointer {
                unsafe duet_fold_crc64(bytes.baseAddress!, size, sum, $0.baseAddress!)
            }
        }
        return tableSum(tableSum(0, unsafe folded.span.bytes), bytes.slice(size, bytes.byteCount))
    }

    /// Sixteen bytes in a step: the eight that do not wait for the sum are looked up meanwhile.
    static func tableSum(_ sum: UInt64, _ bytes: RawSpan) -> UInt64 {
        unsafe tables.withUnsafeBufferPointer { tables in
            // SAFETY: there are `stepSize` tables of 256 numbers.
            unsafe bytes.withUnsafeBytes { bytes in unsafe Self.sum(sum, bytes, tables.baseAddress!) }
        }
    }

    /// Adds all bytes of a buffer, those of shared values included.
    public mutating func add(_ output: borrowing OutputBuffer) { output.forEachPiece { add($0) } }

    fileprivate static let stepSize = 16

    private static func sum(
        _ sum: UInt64, _ bytes: UnsafeRawBufferPointer, _ tables: UnsafePointer<UInt64>
    ) -> UInt64 {
        var sum = sum
        var rest = bytes.count
        guard rest > 0, var at = bytes.baseAddress else { return sum }
        // SAFETY: `rest` bytes lie from `at` on.
        while rest >= stepSize {
            let first = unsafe sum ^ at.loadUnaligned(as: UInt64.self)
            let second = unsafe at.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            sum = unsafe look(second, tables) ^ look(first, tables + 8 &* 256)
            unsafe at += stepSize
            rest &-= stepSize
        }
        while rest > 0 {
            let byte = unsafe Int(truncatingIfNeeded: sum & 255) ^ Int(at.load(as: UInt8.self))
            sum = unsafe tables[byte] ^ (sum &>> 8)
            unsafe at += 1
            rest &-= 1
        }
        return sum
    }

    /// What eight bytes come to, the lowest first, with the table of the last one at `tables`.
    @inline(__always)
    private static func look(_ word: UInt64, _ tables: UnsafePointer<UInt64>) -> UInt64 {
        var result: UInt64 = 0
        for place in 0..<8 {
            let byte = Int(truncatingIfNeeded: (word &>> UInt64(truncatingIfNeeded: place &* 8)) & 255)
            unsafe result ^= tables[(7 &- place) &* 256 &+ byte]
        }
        return result
    }
}

private let canFold = duet_can_fold_crc64() != 0

/// Tables of 256: what a byte does to the sum, and what it does with one, two and more bytes behind it.
private let tables: [UInt64] = {
    let polynomial: UInt64 = 0x95ac_9329_ac4b_c9b5
    var tables = [UInt64](repeating: 0, count: CRC64.stepSize * 256)
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
