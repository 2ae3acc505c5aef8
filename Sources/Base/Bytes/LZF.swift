// The compression inside Redis' files and payloads: fast, and small enough for a short string.

import CLZF

/// Marc Lehmann's LZF, as liblzf does it.
public enum LZF {
    /// What so many compressed bytes can hold at most: a reference of 3 bytes repeats up to 264.
    public static func decompressedSizeMax(_ compressedSize: Int) -> Int {
        let (size, isOverflow) = compressedSize.multipliedReportingOverflow(by: 88)
        return isOverflow ? .max : size
    }
}

extension OutputBuffer {
    /// Appends `bytes` compressed, if they come to at most `sizeMax` bytes. False, and nothing appended, if not.
    public mutating func append(compressed bytes: RawSpan, sizeMax: Int) -> Bool {
        guard bytes.byteCount > 0, let size = UInt32(exactly: bytes.byteCount), sizeMax > 0 else { return false }
        let room = UInt32(min(sizeMax, Int(size)))
        return unsafe append(atMost: Int(room)) { target in
            // SAFETY: both areas have the sizes that are told, and do not overlap.
            unsafe bytes.withUnsafeBytes { source in
                unsafe Int(lzf_compress(source.baseAddress!, size, target, room))
            }
        } > 0
    }

    /// Appends what `bytes` hold compressed: `byteCount` bytes. False, and nothing appended, if they do not.
    public mutating func append(decompressed bytes: RawSpan, byteCount: Int) -> Bool {
        guard bytes.byteCount > 0, byteCount > 0, byteCount <= LZF.decompressedSizeMax(bytes.byteCount),
            let compressedSize = UInt32(exactly: bytes.byteCount), let size = UInt32(exactly: byteCount)
        else { return false }
        let written = unsafe append(atMost: byteCount) { target in
            // SAFETY: as above; the library checks each reference.
            unsafe bytes.withUnsafeBytes { source in
                let written = unsafe lzf_decompress(source.baseAddress!, compressedSize, target, size)
                return written == size ? byteCount : 0
            }
        }
        return written == byteCount
    }
}
