// Texts on their way, in memory of their own: two allocations, however many they are.

import Base

struct TextList: ~Copyable {
    private struct Place {
        var start: Int
        /// Negative: there is none.
        var size: Int
    }

    private var bytes = OutputBuffer(capacity: 256)
    private var places: [Place] = []

    var count: Int { places.count }
    var byteCount: Int { bytes.count }

    mutating func append(_ text: RawSpan) {
        places.append(Place(start: bytes.count, size: text.byteCount))
        bytes.append(text)
    }

    mutating func append(_ text: RawSpan?) {
        if let text { append(text) } else { places.append(Place(start: 0, size: -1)) }
    }

    mutating func appendEmpty() { places.append(Place(start: 0, size: 0)) }

    subscript(index: Int) -> RawSpan? {
        @_lifetime(borrow self) borrowing get {
            let place = places[index]
            return place.size < 0 ? nil : bytes.span.slice(place.start, place.start &+ place.size)
        }
    }

    /// Less than, equal to or more than 0, as the text at `a` comes before that at `b` by their bytes. No text comes
    /// before any.
    func compare(_ a: Int, _ b: Int) -> Int {
        guard places[a].size >= 0 && places[b].size >= 0 else {
            return min(places[a].size, 0) &- min(places[b].size, 0)
        }
        return self[a]!.compare(self[b]!)
    }
}
