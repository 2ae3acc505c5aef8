// Scores as text, both ways.

import Base
import Testing

@Suite("Doubles as text")
struct DoubleTextTests {
    private static func text(_ value: Double) -> String { DoubleText(value).span.copiedText() }

    private static func parsed(_ text: String, isLenient: Bool = false) -> Double? {
        let bytes = Array(text.utf8)
        return unsafe isLenient ? bytes.span.bytes.lenientDouble() : bytes.span.bytes.double()
    }

    @Test("numbers look as in Redis 7.2")
    func spelling() {
        let expected: [(Double, String)] = [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-17, "-17"), (1.5, "1.5"), (-2.25, "-2.25"), (0.1, "0.1"),
            (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"), (3.141592653589793, "3.141592653589793"),
            (0.30000000000000004, "0.30000000000000004"), (1e17, "100000000000000000"), (1e-6, "0.000001"),
            (1e-7, "1e-7"), (1.5e-7, "1.5e-7"), (12345.678901234567, "1.2345678901234567e+4"),
            (1234.5678901234567, "1234.5678901234567"), (123456.789, "123456.789"), (1e21, "1e+21"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
            (-1e100, "-1e+100"),
            (4611686018427387904, "4611686018427387904"), (9223372036854775808, "9223372036854776000"),
        ]
        for (value, text) in expected { #expect(Self.text(value) == text) }
    }

    @Test("seventeen digits are C's")
    func seventeenDigits() {
        let expected: [(Double, String)] = [
            (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (-1.5, "-1.5"), (0.1, "0.10000000000000001"), (1e+16,
            "10000000000000000"), (1e+17, "1e+17"), (9.999999999999998e+16, "99999999999999984"), (1e-07,
            "9.9999999999999995e-08"), (1.7976931348623157e+308, "1.7976931348623157e+308"), (.leastNonzeroMagnitude,
            "4.9406564584124654e-324"), (.infinity, "inf"), (-.infinity, "-inf"), (1.2345678901234568e+17,
            "1.2345678901234568e+17"), (0.30000000000000004, "0.30000000000000004"), (1e-05,
            "1.0000000000000001e-05"), (0.0001, "0.0001"), (-123456.789, "-123456.789"), (4503599627370498.0,
            "4503599627370498"),
        ]
        for (value, text) in expected {
            var output = OutputBuffer(capacity: 64)
            output.append(seventeenDigits: value)
            #expect(output.span.copiedText() == text)
        }
    }

    @Test("what is printed is read as the same number, with hardly a digit too many")
    func roundTrip() {
        let seed: UInt64 = 31
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var longer = 0
        for step in 0..<10_000 {
            let bits = random.next()
            var value = Double(bitPattern: bits)
            if step % 2 == 0 { value = Double(Int64(truncatingIfNeeded: bits) >> 20) / Double(1 << (bits % 40)) }
            if value.isNaN || value.isInfinite { continue }
            let text = Self.text(value)
            #expect(Self.parsed(text) == value, "\(value)")
            #expect(Double(text) == value, "\(value)")
            // `description` has the fewest digits that there are.
            let digits = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
            let fewest = "\(value)".prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
            if value.magnitude >= 1e-4, value != value.rounded(), digits.count > fewest.count { longer += 1 }
        }
        #expect(longer < 30)
    }

    @Test("spellings that C takes are numbers, others are not")
    func spellings() {
        let numbers: [(String, Double)] = [
            ("1", 1), ("+1", 1), ("-1.5", -1.5), ("1.", 1), (".5", 0.5), ("1e3", 1000), ("0x10", 16),
            ("inf", .infinity), ("-Infinity", -.infinity), ("123456789012345", 123_456_789_012_345),
            ("0.000000000000001", 1e-15),
            ("12345678901234567890", 0x1.56a95319d63e1p63), ("0.1", 0.1), ("3.14159265358979", 3.14159265358979),
        ]
        for (text, value) in numbers { #expect(Self.parsed(text) == value, "\(text)") }
        #expect(Self.parsed("-0")?.sign == .minus)
        for text in ["", " 1", "1 ", "x", "1x", ".", "-", "+", "nan", "1e400", "1e-400", "1\u{0}", "1..2", "--1"] {
            #expect(Self.parsed(text) == nil, "\(text)")
        }
        let lenient: [(String, Double)] = [("", 0), (" 1", 1), ("1e400", .infinity), ("5\u{0}x", 5)]
        for (text, value) in lenient { #expect(Self.parsed(text, isLenient: true) == value, "\(text)") }
        for text in ["nan", "x", "1x", "1 "] { #expect(Self.parsed(text, isLenient: true) == nil, "\(text)") }
    }
}
