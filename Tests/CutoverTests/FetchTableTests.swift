// Fetches under way: one a key, all who wait are told, once.

import Synchronization
import Testing

@testable import Cutover

struct FetchTableTests {
    private final class Tally: Sendable {
        let count = Atomic<Int>(0)
        var value: Int { count.load(ordering: .relaxed) }
        func waiter(_ keyCount: Int) -> Waiter {
            Waiter(keyCount: keyCount) { self.count.wrappingAdd(1, ordering: .relaxed) }
        }
    }

    @Test("many wait for one fetch, and a waiter of several keys is told with the last")
    func join() throws {
        let (table, tally) = (FetchTable(), Tally())
        let many = tally.waiter(2)
        let first = try #require(table.join(1, many, until: 100))
        #expect(table.join(1, tally.waiter(1), until: 100) == nil)
        let second = try #require(table.join(2, many, until: 100))
        #expect(table.count == 2 && table.finish(1, first) && tally.value == 1)
        #expect(table.finish(2, second) && tally.value == 2 && table.count == 0)
        #expect(!table.finish(1, first))
    }

    @Test("what is due is given up, in order, and a late answer finishes no later fetch")
    func expire() throws {
        let (table, tally) = (FetchTable(), Tally())
        let first = try #require(table.join(1, tally.waiter(1), until: 100))
        _ = table.join(2, tally.waiter(1), until: 200)
        #expect(table.expire(at: 99) == 0)
        #expect(table.expire(at: 100) == 1 && tally.value == 1 && table.count == 1)
        let again = try #require(table.join(1, tally.waiter(1), until: 300))
        #expect(!table.finish(1, first) && table.finish(1, again) && tally.value == 2)
        for key in 10..<20_000 as Range<UInt64> {
            _ = table.join(key, tally.waiter(1), until: 300)
            if key % 2 == 0 { _ = table.expire(at: 250) }
        }
        table.finishAll()
        #expect(table.count == 0 && tally.value == 3 + 19_990)
    }
}
