// A second table with the same elements, and some of them at random.

import Base

extension PackedTable {
    func clone(_ hasher: Hasher64) -> PackedTable {
        var copy = PackedTable()
        _ = forEach { element in
            let hash = Elements.hash(of: element, hasher)
            copy.insert(hash, byteCount: element.byteCount, hasher).write(element)
            return true
        }
        return copy
    }

    /// Shows `amount` different elements, each choice with nearly the same chance. Fast while `amount` is well below
    /// `count`.
    func randomSample(_ amount: Int, _ random: inout SplitMix64, _ visit: (RawSpan) -> Void) {
        var chosen: Set<UInt> = []
        while chosen.count < min(amount, count) {
            guard let entry = randomEntry(&random) else { return }
            if chosen.insert(entry.content.bits).inserted { visit(entry.bytes) }
        }
    }
}
