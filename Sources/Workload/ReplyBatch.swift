// The replies of one wake-up, summed before they are counted: shared numbers are touched once a batch.

internal import Base

/// Sums over replies that arrived together.
struct ReplyBatch {
    var answered = 0
    var keysRead = 0
    var hits = 0
    var stores = 0
    var fills = 0
    var errors = 0
    var latencyNanoseconds = 0

    // Requests that left together and came back together are recorded by one step of the histogram.
    private var groupLatency: UInt64 = 0
    private var groupCount = 0

    @inline(__always)
    mutating func count(_ kind: RequestKind, hits: Int, keyCount: Int) {
        switch kind {
        case .read:
            keysRead &+= keyCount
            self.hits &+= hits
        case .write: stores &+= 1
        case .fill:
            stores &+= 1
            fills &+= 1
        case .login: break
        }
    }

    /// Notes when the request was sent whose reply was just counted.
    @inline(__always)
    mutating func finish(sentAt: UInt64, arrival: UInt64, _ context: ThreadContext) {
        answered &+= 1
        // An open loop sends early by less than a tick of the clock; that is no negative latency.
        let latency = arrival > sentAt ? arrival &- sentAt : 0
        if latency != groupLatency { closeGroup(context) }
        groupLatency = latency
        groupCount &+= 1
    }

    @inline(__always)
    mutating func closeGroup(_ context: ThreadContext) {
        guard groupCount > 0 else { return }
        latencyNanoseconds &+= Int(truncatingIfNeeded: groupLatency) &* groupCount
        context.record(latency: groupLatency, count: groupCount)
        groupCount = 0
    }
}

extension ThreadContext {
    /// Adds a batch to what this worker has counted.
    func take(_ batch: inout ReplyBatch, arrival: UInt64, byteCount: Int) {
        batch.closeGroup(self)
        outstandingCount &-= batch.answered
        if batch.answered > 0 { lastReplyAt = arrival }
        counters.add(.bytesReceived, byteCount)
        counters.add(.requests, batch.answered)
        counters.add(.latencyNanoseconds, batch.latencyNanoseconds)
        if batch.keysRead > 0 {
            counters.add(.keysRead, batch.keysRead)
            counters.add(.hits, batch.hits)
            counters.add(.misses, batch.keysRead &- batch.hits)
        }
        if batch.stores > 0 {
            counters.add(.stores, batch.stores)
            counters.add(.fills, batch.fills)
        }
        if batch.errors > 0 { counters.add(.errors, batch.errors) }
    }
}
