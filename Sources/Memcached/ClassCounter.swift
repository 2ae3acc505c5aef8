// What is counted for each of the engine's size classes, one row a worker: the rows of `stats slabs`.

import Engine

/// Outcomes counted with the size class of the item that was met, or that was to be stored. Their sums are rows of
/// plain `stats`.
enum ClassCounter: Int, CaseIterable, Sendable {
    case getHits
    /// Storage commands whose block arrived, whatever came of them.
    case cmdSet
    case deleteHits, incrHits, decrHits
    case casHits, casBadValue
    case touchHits
}

extension ItemView {
    /// Where this item's outcomes are counted in a grid of `ClassCounter`.
    var classSubject: Int { @inline(__always) get { sizeClassIndex &- 1 } }
}

extension StringView {
    var classSubject: Int { @inline(__always) get { sizeClassIndex &- 1 } }
}
