// Base64 both ways.

import Base
import Testing

@Suite struct Base64Tests {
    @Test("base64 is read and written back")
    func base64() {
        for size in 1...60 {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 37 + size) }
            var output = OutputBuffer(capacity: 64)
            output.append(base64: unsafe bytes.span.bytes)
            #expect(Base64Bytes(output.span, sizeMax: 250)?.span.copiedBytes() == bytes)
            #expect(Base64Bytes(output.span, sizeMax: size - 1) == nil)
        }
        for wrong in ["", "Y", "YQ", "YQ=", "====", "Y===", "Y=Q=", "YW-_", "YQ== "] {
            let bytes = Array(wrong.utf8)
            #expect(unsafe Base64Bytes(bytes.span.bytes, sizeMax: 250) == nil)
        }
    }
}
