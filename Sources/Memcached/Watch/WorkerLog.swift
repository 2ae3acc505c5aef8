// One thread's log lines on their way to the watchers: a bounded buffer that the writer fills and a reader empties.

import Base
import Synchronization

/// Lines written and not yet handed to watchers. Written by one worker, or by whoever evicts; emptied by the pump.
///
///     | streams 2 | size 4 | line, its line feed included | streams 2 | …
///
/// The lock is held for the writing of one line or for an exchange of two buffers: a writer never waits for a
/// watcher, and what finds no room is counted and dropped.
final class WorkerLog: Sendable {
    private struct State: ~Copyable {
        var entries = OutputBuffer(capacity: 256)
        var line = OutputBuffer(capacity: 512)
        var written = 0
        var dropped = 0
    }

    static let headerSize = 6

    private let state = Mutex(State())
    private let sizeMax: Int

    /// - Parameter sizeMax: bytes that may wait here. memcached's worker_logbuf_size.
    init(sizeMax: Int) { self.sizeMax = sizeMax }

    /// Lines taken so far, and lines that found no room.
    var counts: (written: Int, dropped: Int) { state.withLock { ($0.written, $0.dropped) } }

    func resetCounts() {
        state.withLock { state in
            state.written = 0
            state.dropped = 0
        }
    }

    /// Adds a line that `body` writes, its line feed excluded.
    func write(_ streams: WatchStreams, _ body: (inout OutputBuffer) -> Void) {
        state.withLock { state in
            state.line.removeAll()
            body(&state.line)
            state.line.append(UInt8(ascii: "\n"))
            guard state.entries.count + Self.headerSize + state.line.count <= sizeMax else {
                state.dropped += 1
                return
            }
            state.written += 1
            Self.append(streams, state.line, to: &state.entries)
        }
    }

    private static func append(
        _ streams: WatchStreams, _ line: borrowing OutputBuffer, to entries: inout OutputBuffer
    ) {
        entries.append(UInt8(truncatingIfNeeded: streams.rawValue))
        entries.append(UInt8(truncatingIfNeeded: streams.rawValue >> 8))
        for shift in [0, 8, 16, 24] { entries.append(UInt8(truncatingIfNeeded: line.count >> shift)) }
        entries.append(line.span)
    }

    /// Exchanges the entries for `emptied`, whose memory goes on being used here.
    func take(into emptied: inout OutputBuffer) {
        precondition(emptied.isEmpty)
        state.withLock { state in swap(&state.entries, &emptied) }
    }

    /// Calls `body` with each line of `entries`.
    static func forEachLine(_ entries: RawSpan, _ body: (WatchStreams, RawSpan) -> Void) {
        var offset = 0
        while offset < entries.byteCount {
            let streams = WatchStreams(
                rawValue: UInt16(entries[offset]) | UInt16(entries[offset + 1]) << 8)
            let start = offset + headerSize
            offset = start + Int(entries.halfWord(at: offset + 2))
            body(streams, entries.slice(start, offset))
        }
    }
}
