// Bits among bytes, counted from the first byte's highest bit: counting, finding, reading and writing them.

extension RawSpan {
    /// How many bits of `range` are set.
    /// - Parameter range: within 0 ..< 8 × byteCount.
    /// - Complexity: O(bytes), a word a step.
    public func setBitCount(_ range: Range<Int>) -> Int {
        if range.isEmpty { return 0 }
        let first = range.lowerBound >> 3
        let end = (range.upperBound + 7) >> 3
        var count = setBitCount(bytes: first, end)
        // What the first and the last byte have outside the range.
        count -= (UInt16(self[first]) >> UInt16(8 - range.lowerBound & 7)).nonzeroBitCount
        let behind = end << 3 - range.upperBound
        count -= (self[end - 1] & (1 << UInt8(behind) - 1)).nonzeroBitCount
        return count
    }

    private func setBitCount(bytes start: Int, _ end: Int) -> Int {
        precondition(start >= 0 && start <= end && end <= byteCount)
        return unsafe withUnsafeBytes { bytes in
            // SAFETY: the range was checked, and each step stays below `end`.
            guard let base = bytes.baseAddress else { return 0 }
            var count = 0
            let wordCount = (end - start) >> 3
            for index in 0..<wordCount {
                let word = unsafe base.loadUnaligned(fromByteOffset: start &+ index &<< 3, as: UInt64.self)
                count &+= word.nonzeroBitCount
            }
            for offset in start + wordCount << 3..<end { count &+= unsafe bytes[offset].nonzeroBitCount }
            return count
        }
    }

    /// The first bit of `range` that is set, or clear; nil if there is none.
    /// - Parameter range: within 0 ..< 8 × byteCount.
    public func firstBit(_ isSet: Bool, in range: Range<Int>) -> Int? {
        if range.isEmpty { return nil }
        let other: UInt8 = isSet ? 0 : .max
        var place = range.lowerBound >> 3
        let end = (range.upperBound + 7) >> 3
        var byte = (self[place] ^ other) & (0xFF >> UInt8(range.lowerBound & 7))
        if byte == 0 {
            place += 1
            let word: UInt64 = isSet ? 0 : .max
            while place &+ 8 <= end && self.word(at: place) == word { place &+= 8 }
            while place < end && self[place] == other { place &+= 1 }
            if place == end { return nil }
            byte = self[place] ^ other
        }
        let found = place << 3 + byte.leadingZeroBitCount
        return found < range.upperBound ? found : nil
    }

    /// The number in `width` bits, 1...64, from `offset` on, highest bit first. What is beyond the end reads as 0.
    public func bitField(at offset: Int, width: Int) -> UInt64 {
        let first = offset >> 3
        let last = (offset + width - 1) >> 3
        let head = UInt64(byteOrZero(first)) & (0xFF >> UInt64(offset & 7))
        let tailWidth = UInt64((offset + width - 1) & 7 + 1)
        if first == last { return head >> (8 - tailWidth) }
        var value = head
        for place in first + 1..<last { value = value << 8 | UInt64(byteOrZero(place)) }
        return value << tailWidth | UInt64(byteOrZero(last)) >> (8 - tailWidth)
    }

    private func byteOrZero(_ offset: Int) -> UInt8 { offset < byteCount ? self[offset] : 0 }
}

extension MutableSpan<UInt8> {
    /// Writes the lower `width` bits of `value`, 1...64, from bit `offset` on, highest bit first.
    @_lifetime(self: copy self)
    public mutating func setBitField(at offset: Int, width: Int, to value: UInt64) {
        var rest = value
        var end = offset + width
        while end > offset {
            let place = (end - 1) >> 3
            // How many bits of this byte, from its highest on, lie before the end; and how many of them are ours.
            let used = end - place << 3
            let count = Swift.min(used, end - offset)
            let shift = UInt64(8 - used)
            let mask = UInt8(truncatingIfNeeded: (1 << UInt64(count) - 1) << shift)
            self[place] = self[place] & ~mask | UInt8(truncatingIfNeeded: rest << shift) & mask
            rest >>= UInt64(count)
            end -= count
        }
    }
}
