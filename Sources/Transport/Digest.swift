// Digests by the library that TLS comes from: it knows the processor's instructions for them.

import Base
import COpenSSL

public enum Digest {
    /// The 32 bytes of SHA-256. Off the request path.
    public static func sha256(_ bytes: RawSpan) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        unsafe bytes.withUnsafeBytes { source in
            unsafe digest.withUnsafeMutableBytes { target in
                // SAFETY: the library reads `count` bytes and writes 32.
                unsafe _ = SHA256(
                    source.baseAddress?.assumingMemoryBound(to: UInt8.self), source.count,
                    target.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
        }
        return digest
    }
}
