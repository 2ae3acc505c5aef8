// MurmurHash64A: not for tables (anybody can prepare collisions), but for sketches that others must be able to read.

extension RawSpan {
    /// The hash of the bytes under `seed`.
    /// Source: Austin Appleby, MurmurHash2, 64-bit version for 64-bit platforms; public domain.
    public func murmurHash64A(seed: UInt64) -> UInt64 {
        let factor: UInt64 = 0xC6A4_A793_5BD1_E995
        var hash = seed ^ UInt64(byteCount) &* factor
        var offset = 0
        while offset &+ 8 <= byteCount {
            var word = self.word(at: offset) &* factor
            word ^= word >> 47
            hash = (hash ^ word &* factor) &* factor
            offset &+= 8
        }
        if offset < byteCount {
            var rest: UInt64 = 0
            for index in offset..<byteCount { rest |= UInt64(self[index]) << UInt64(8 &* (index &- offset)) }
            hash = (hash ^ rest) &* factor
        }
        hash = (hash ^ hash >> 47) &* factor
        return hash ^ hash >> 47
    }
}
