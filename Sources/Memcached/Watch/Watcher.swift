// One watching connection: which streams, and the lines that wait for its socket.

import Base
import Synchronization

/// A connection that watches. Any thread.
final class Watcher: Sendable {
    private struct State: ~Copyable {
        var lines = OutputBuffer(capacity: 256)
        /// Lines left out since the last one that found room.
        var skipped = 0
    }

    let streams: WatchStreams
    /// Has the connection's worker come and take the lines.
    let wake: @Sendable () -> Void

    private let state = Mutex(State())
    private let sizeMax: Int

    /// - Parameter sizeMax: bytes that may wait for the socket. memcached's watcher_logbuf_size.
    init(_ streams: WatchStreams, sizeMax: Int, wake: @escaping @Sendable () -> Void) {
        self.streams = streams
        self.sizeMax = sizeMax
        self.wake = wake
    }

    /// Takes the lines of `entries` that this watcher wants, as far as there is room.
    /// - Returns: how many it took and how many it left out.
    func append(_ entries: RawSpan) -> (sent: Int, skipped: Int) {
        state.withLock { state in
            var sent = 0
            var skipped = 0
            WorkerLog.forEachLine(entries) { streams, line in
                if streams.isDisjoint(with: self.streams) { return }
                let notice = state.skipped == 0 ? 0 : Self.noticeSizeMax
                guard state.lines.count + notice + line.byteCount <= sizeMax else {
                    state.skipped += 1
                    skipped += 1
                    return
                }
                if state.skipped > 0 {
                    state.lines.append("skipped=")
                    state.lines.append(decimal: state.skipped)
                    state.lines.append("\n")
                    state.skipped = 0
                }
                state.lines.append(line)
                sent += 1
            }
            return (sent, skipped)
        }
    }

    var hasLines: Bool { state.withLock { !$0.lines.isEmpty } }

    /// Moves what waits to `output`.
    func take(into output: inout OutputBuffer) {
        // Not the lock's business: the output belongs to the worker.
        var lines = OutputBuffer(capacity: 64)
        state.withLock { state in swap(&state.lines, &lines) }
        if !lines.isEmpty { output.append(lines.span) }
    }

    /// `skipped=18446744073709551615` and a line feed.
    private static let noticeSizeMax = 29
}
