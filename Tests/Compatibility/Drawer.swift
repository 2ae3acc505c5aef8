// Drawing from a printed seed.

import Base

/// Draws words for requests, always the same for the same seed.
struct Drawer {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func below(_ bound: Int) -> Int { random.next(below: bound) }

    /// Whether a chance of one in `count` came.
    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }

    mutating func word(_ choices: String...) -> String { pick(choices) }
}

/// A text whose scalars are bytes, so that tests can write any byte as `\u{80}`.
func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

/// The same way back, for messages.
func shown(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes.prefix(300) { text.append(Unicode.Scalar(byte)) }
    return String(text).debugDescription
}

/// The shortest list found of `requests` that still `fails`: parts are left out, halves first, then single ones.
func shrunk<Request>(_ requests: [Request], _ fails: ([Request]) throws -> Bool) rethrows -> [Request] {
    var kept = requests
    var size = kept.count / 2
    // Each trial plays the list twice: a bound keeps a failing run short.
    var trialsLeft = 400
    while size > 0 && trialsLeft > 0 {
        var start = 0
        while start < kept.count && trialsLeft > 0 {
            var shorter = kept
            shorter.removeSubrange(start..<min(start + size, kept.count))
            trialsLeft -= 1
            if try fails(shorter) { kept = shorter } else { start += size }
        }
        size /= 2
    }
    return kept
}
