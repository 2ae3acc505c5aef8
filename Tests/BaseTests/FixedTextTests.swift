// Numbers with so many digits after the point, beside the C library's.

import Base
import Testing

@Suite("Fixed text")
struct FixedTextTests {
    private func plain(_ value: Double) -> String { FixedText(plain: value).span.copiedText() }

    private func printed(_ value: Double) -> String {
        var output = OutputBuffer(capacity: 64)
        output.append(plain: WideFloat(value))
        return output.span.copiedText()
    }

    @Test("plain numbers are rounded as the C library rounds them")
    func plainNumbers() {
        for value in [
            0, 1, -1, 0.5, -0.0, 180, -85.05112878, 1e-17, 4e-18, 5e-18, 6e-18, -1e-300, 0.1, 0x1p52,
            .leastNonzeroMagnitude,
        ] {
            #expect(plain(value) == printed(value))
        }
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let exponent = Double(sign: .plus, exponent: random.next(below: 80) - 70, significand: 1)
            let value = (Double(random.next(below: 1 << 53)) / 0x1p53 - 0.5) * exponent
            #expect(plain(value) == printed(value))
        }
    }

    @Test("four digits, the half to the even one")
    func fourDigits() {
        let cases: [(Double, String)] = [
            (0, "0.0000"), (1, "1.0000"), (0.00004, "0.0000"), (0.00005, "0.0000"),
            (0.03125, "0.0312"), (0.09375, "0.0938"),
            (0.775, "0.7750"), (166274.15156960033, "166274.1516"), (-1.5, "-1.5000"),
            (.nan, "-922337203685477.5808"),
        ]
        for (value, expected) in cases { #expect(FixedText(fourDigits: value).span.copiedText() == expected) }
    }
}
