// The spelling of redis.conf: sizes with units.

/// Bytes from a size such as `100mb`: `k`, `m`, `g` are decimal, `kb`, `mb`, `gb` binary; nil if it is none.
/// Source: Redis memtoull.
func memorySize(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let scale: Int
    switch text.dropFirst(digits.count).lowercased() {
    case "", "b": scale = 1
    case "k": scale = 1000
    case "kb": scale = 1 << 10
    case "m": scale = 1_000_000
    case "mb": scale = 1 << 20
    case "g": scale = 1_000_000_000
    case "gb": scale = 1 << 30
    default: return nil
    }
    let (size, overflow) = number.multipliedReportingOverflow(by: scale)
    return overflow ? nil : size
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
