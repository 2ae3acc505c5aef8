// Figures as people read them: three digits that matter, thousands apart, units.

/// `value` to three significant digits, with commas between thousands: 1,230,000; 45.6; 0.123; -7.
func figure(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let size = value.magnitude
    if size == 0 { return "0" }
    var unit = 1.0
    while size / unit >= 999.5 { unit *= 10 }
    if unit > 1 { return (value < 0 ? "-" : "") + grouped(Int((size / unit).rounded() * unit)) }
    var decimals = 0
    var scale = 1.0
    while size * scale < 99.95 && decimals < 6 {
        scale *= 10
        decimals += 1
    }
    let text = fixed(value, decimals)
    guard text.contains(".") else { return text }
    // 2.50 says as little as 2.5.
    let trimmed = text.reversed().drop { $0 == "0" }
    return String((trimmed.first == "." ? trimmed.dropFirst() : trimmed).reversed())
}

/// `value` with so many decimals, 0...6.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, value.magnitude < 9e12 else { return "\(value)" }
    let unit = (0..<decimals).reduce(1) { product, _ in product * 10 }
    let scaled = Int((value.magnitude * Double(unit)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + grouped(scaled) }
    let rest = String(scaled % unit)
    return sign + grouped(scaled / unit) + "." + String(repeating: "0", count: decimals - rest.count) + rest
}

/// `1234567` as `1,234,567`.
func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return text
}

/// Short forms for the axes of charts: 20k, 1.5M, 0.5.
func axisFigure(_ value: Double) -> String {
    for (unit, sign) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where value.magnitude >= unit {
        return figure(value / unit) + sign
    }
    return figure(value)
}

/// Bytes in units of 1024, as in `64 KB` and `1.5 MB`.
func sizeText(_ bytes: Double) -> String {
    for (unit, name) in [(1_073_741_824.0, "GB"), (1_048_576, "MB"), (1024, "KB")]
    where bytes.magnitude >= unit {
        return figure(bytes / unit) + " " + name
    }
    return figure(bytes) + " bytes"
}

/// `0:05`, `12:34`, `1:02:03`.
func clockText(_ seconds: Double) -> String {
    let whole = Int(max(0, min(seconds, 1e9)).rounded())
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let hours = whole / 3600
    let minutes = whole / 60 % 60
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
}

/// `1 second`, `0.2 seconds`.
func secondsText(_ seconds: Double) -> String { seconds == 1 ? "1 second" : "\(figure(seconds)) seconds" }

/// `about 30 seconds`, `about 6 minutes`.
func roughTime(_ seconds: Double) -> String {
    if seconds < 100 { return "about \(Int((seconds / 5).rounded(.up)) * 5) seconds" }
    return "about \(Int((seconds / 60).rounded())) minutes"
}

/// `a, b and c`.
func listed(_ words: [String]) -> String {
    guard let last = words.last else { return "nothing" }
    return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " and " + last
}
