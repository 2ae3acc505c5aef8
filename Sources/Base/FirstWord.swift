// Short words as two numbers, for counting by them.

/// What stands in a text before the first blank, up to 16 bytes of it: an error's kind, for one.
public struct FirstWord: Equatable, Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    public init(_ text: StaticString) {
        // SAFETY: the text's own bytes, as many as it says.
        unsafe self.init(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public init(_ text: String) { self.init(text.utf8) }

    private init(_ bytes: some Sequence<UInt8>) {
        var index: UInt64 = 0
        for byte in bytes {
            if byte == 32 || byte == 13 || byte == 10 || index == 16 { break }
            if index < 8 { low |= UInt64(byte) << (8 * index) } else { high |= UInt64(byte) << (8 * (index - 8)) }
            index += 1
        }
    }

    public var text: String {
        var bytes: [UInt8] = []
        for word in [low, high] {
            for index in 0..<8 {
                let byte = UInt8(truncatingIfNeeded: word >> UInt64(8 * index))
                if byte != 0 { bytes.append(byte) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
