// What clients cost, and the end of the dearest when all together cost too much.

import Base
import Synchronization
import Transport

extension ClientRecord {
    /// Bytes held for the client: its input, its unsent replies, its transaction, and itself, more or less.
    var memorySize: Int {
        var size = RESPLimits.clientSize + queuedSize.load(ordering: .relaxed)
        if let connection = peer.connection { size += connection.pendingByteCount + connection.unsentByteCount }
        return size
    }
}

extension RESPFrontEnd {
    /// Closes the clients that hold most until all together hold no more than the limit, if there is one.
    /// Source: redis.conf `maxmemory-clients`.
    func evictClients() {
        let limit = clientMemoryMax.load(ordering: .relaxed)
        guard limit > 0 else { return }
        var sized = clients.all().map { (client: $0, size: $0.memorySize) }
        var total = sized.reduce(0) { $0 + $1.size }
        guard total > limit else { return }
        sized.sort { $0.size > $1.size }
        for (client, size) in sized where !client.isKept.load(ordering: .relaxed) && client.peer.connection != nil {
            client.peer.connection?.close()
            evictedClientCount.wrappingAdd(1, ordering: .relaxed)
            total -= size
            if total <= limit { return }
        }
    }
}
