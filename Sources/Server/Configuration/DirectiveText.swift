// The spelling of redis.conf: sizes with units.

import Base

/// Bytes from a size such as `100mb`, as `RawSpan.memorySize`; nil if it is none. A unit alone is none, though Redis
/// takes it for 0: no limit is not what its writer meant.
func memorySize(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, first &- 48 <= 9 else { return nil }
    return bytes.span.rawBytes.memorySize
}

/// A size for people, as in `1.50G`. Source: Redis bytesToHuman.
func readableSize(_ bytes: Int) -> String {
    guard bytes >= 1024 else { return "\(bytes)B" }
    var scaled = bytes * 100 >> 10
    for unit in ["K", "M", "G"] {
        if scaled < 102_400 || unit == "G" {
            let cents = scaled % 100
            return "\(scaled / 100).\(cents < 10 ? "0" : "")\(cents)\(unit)"
        }
        scaled >>= 10
    }
    return "\(bytes)B"
}
