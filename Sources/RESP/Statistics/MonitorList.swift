// Who sees every command that is served. Source: Redis 7 command reference, MONITOR.

import Base
import Synchronization
import Transport

/// The monitoring clients of a front-end.
final class MonitorList: Sendable {
    private let feeds = Monitor<[MonitorFeed]>([])
    private let count = Atomic<Int>(0)

    /// Whether there are any.
    var isNeeded: Bool { count.load(ordering: .relaxed) != 0 }

    func add(_ feed: MonitorFeed) {
        feeds.look { feeds in
            feeds.append(feed)
            count.store(feeds.count, ordering: .relaxed)
        }
    }

    func remove(_ feed: MonitorFeed) {
        feeds.look { feeds in
            feeds.removeAll { $0 === feed }
            count.store(feeds.count, ordering: .relaxed)
        }
    }

    /// Shows `line` to all of them. Any thread, also under shards.
    func show(_ line: RawSpan) {
        let feeds = feeds.look { $0 }
        guard !feeds.isEmpty else { return }
        let bytes = line.copiedBytes()
        for feed in feeds { feed.add(bytes) }
    }
}

/// Lines on their way to a monitoring client. Its session takes them when its worker has got word of them.
final class MonitorFeed: Sendable {
    private let client: ClientRecord
    private let lines = Monitor<(bytes: [UInt8], isOver: Bool)>(([], false))

    init(_ client: ClientRecord) { self.client = client }

    /// A client that is too slow is cut off: what it missed it could not know of.
    func add(_ line: [UInt8]) {
        let unsent = client.peer.connection?.unsentByteCount ?? 0
        let isFirst = lines.look { lines in
            if lines.isOver { return false }
            if lines.bytes.count + line.count + unsent > RESPLimits.monitorBacklogSizeMax {
                lines = ([], true)
                return true
            }
            lines.bytes += line
            return lines.bytes.count == line.count
        }
        if isFirst { client.peer.connection?.wake() }
    }

    /// nil: lines were lost, and the conversation is over.
    func take() -> [UInt8]? {
        lines.look { lines in
            if lines.isOver { return nil }
            let taken = lines.bytes
            lines.bytes = []
            return taken
        }
    }
}
