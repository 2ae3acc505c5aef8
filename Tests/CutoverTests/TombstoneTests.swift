// The set of decided keys against a Set, and what a breaker lets through.

import Base
import Testing

@testable import Cutover

struct TombstoneTests {
    @Test("holds what was put in and nothing else, and says how much")
    func model() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let tombstones = Tombstones()
        var model: Set<UInt64> = []
        // Few stripes and neighbouring slots, so that they grow and probe; 0 is the value of a free slot.
        func hash() -> UInt64 { (random.next() & 3) << 62 | random.next() % 4000 }
        for step in 0..<20_000 {
            let one = hash()
            tombstones.insert(one)
            model.insert(max(1, one))
            let other = hash()
            #expect(tombstones.contains(other) == model.contains(max(1, other)))
            if step % 1000 == 0 { tombstones.checkInvariants { Issue.record("\($0)") } }
        }
        #expect(tombstones.count == model.count)
        #expect(tombstones.size >= model.count * 8 && tombstones.size <= model.count * 24 + 4096)
        tombstones.checkInvariants { Issue.record("\($0)") }
    }

    @Test("a breaker opens after three failures in a row, lets one through a second, and closes with a success")
    func breaker() {
        let breaker = Breaker()
        for _ in 0..<2 { breaker.failed(at: 100) }
        breaker.succeeded()
        for _ in 0..<2 { breaker.failed(at: 100) }
        #expect(breaker.mayTry(at: 100) && !breaker.isOpen)
        breaker.failed(at: 100)
        #expect(breaker.isOpen && !breaker.mayTry(at: 1099))
        #expect(breaker.mayTry(at: 1100) && !breaker.mayTry(at: 1100))
        breaker.failed(at: 1300)
        #expect(!breaker.mayTry(at: 2099) && breaker.mayTry(at: 2100))
        breaker.succeeded()
        #expect(breaker.mayTry(at: 2101) && breaker.mayTry(at: 2101))
    }
}
