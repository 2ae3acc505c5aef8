// Comparing secrets.

import Base
import Testing

@Suite struct SecretTests {
    private func equal(_ secret: some Sequence<UInt8>, _ candidate: some Sequence<UInt8>) -> Bool {
        let secret = Array(secret)
        let candidate = Array(candidate)
        return secret.span.rawBytes.equalsInConstantTime(candidate.span.rawBytes)
    }

    private func equal(_ secret: String, _ candidate: String) -> Bool { equal(secret.utf8, candidate.utf8) }

    @Test("the comparison of secrets is exact: any byte, any size, empty ones too")
    func exactness() {
        #expect(equal("", "") && equal("a", "a") && equal("password", "password"))
        #expect(!equal("", "a") && !equal("a", "") && !equal("aa", "a") && !equal("a", "aa"))
        #expect(!equal("abc", "abcabc") && !equal("abcabc", "abc"))
        let secret: [UInt8] = (0..<70).map { UInt8($0 &* 37 & 255) }
        for place in secret.indices {
            for bit in 0..<8 {
                var wrong = secret
                wrong[place] ^= 1 << UInt8(bit)
                #expect(!equal(secret, wrong))
            }
            #expect(!equal(secret, secret[..<place]))
        }
        // Sizes that differ by a multiple of 256.
        let long = secret + [UInt8](repeating: 0, count: 256)
        #expect(!equal(secret, long))
    }
}
