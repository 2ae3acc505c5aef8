// The file's end of a snapshot: bytes are summed up and written, in pieces that hold nobody up.

import Base
import Engine

/// Used by one thread, and asked for the size when that has ended.
final class SnapshotOutput: @unchecked Sendable {
    // Sendable: as above.
    private let disk: any Disk
    private let descriptor: Int32
    private let checksums: Bool
    private var sum = CRC64()
    private(set) var size = 0
    private var startedSize = 0
    private var pace: SnapshotPace

    init(_ disk: any Disk, _ descriptor: Int32, checksums: Bool, _ pace: SnapshotPace) {
        self.disk = disk
        self.descriptor = descriptor
        self.checksums = checksums
        self.pace = pace
    }

    func write(_ buffer: borrowing OutputBuffer) throws(SystemError) {
        try buffer.forEachPiece { piece throws(SystemError) in
            var start = 0
            while start < piece.byteCount {
                pace.rest()
                let end = min(piece.byteCount, start + PersistenceLimits.writeSize)
                try write(piece.extracting(start..<end))
                start = end
            }
        }
        // The kernel begins early, so that the last fsync has little left to do and others are not held up by a flood.
        if size - startedSize >= PersistenceLimits.earlyWriteSize {
            disk.startWriting(descriptor, from: startedSize, count: size - startedSize)
            startedSize = size
        }
    }

    /// The checksum; 0 says that there is none.
    func finish() throws(SystemError) {
        let sum = checksums ? sum.value : 0
        let bytes = InlineArray<8, UInt8> { UInt8(truncatingIfNeeded: sum >> UInt64($0 * 8)) }
        try write(bytes.span.rawBytes)
    }

    private func write(_ bytes: RawSpan) throws(SystemError) {
        if checksums { sum.add(bytes) }
        try disk.write(bytes, to: descriptor)
        size += bytes.byteCount
    }
}

/// Has a thread leave the processors to requests, while there are any: it works for a moment, then sleeps for some.
/// Whoever serves finds it in his way for that moment at most, not for as long as the kernel's scheduler thinks fair.
struct SnapshotPace {
    private let engine: Engine
    /// Nanoseconds without a rest.
    private let work: UInt64
    /// Of what was worked.
    private let restPercent: UInt64
    /// By the thread's own clock: waiting is no work.
    private var startedAt: UInt64 = 0
    private var requestCount = 0
    /// There are requests as long as the last one is not longer ago: clients on this machine, who are kept from making
    /// any by this very thread, must not look like none.
    private var isBusyUntil: UInt64 = 0

    init(_ engine: Engine, workMicroseconds: Int, restPercent: Int) {
        self.engine = engine
        work = UInt64(workMicroseconds) * 1000
        self.restPercent = UInt64(restPercent)
    }

    /// Sleeps if it is time to.
    mutating func rest() {
        let now = threadNanoseconds()
        // The first call finds another thread's start, or none.
        let worked = min(now &- startedAt, 4 * work)
        guard worked >= work else { return }
        let count = engine.counters.total(.hits) + engine.counters.total(.misses) + engine.counters.total(.changes)
        let time = monotonicNanoseconds()
        if count != requestCount { isBusyUntil = time + PersistenceLimits.busyNanoseconds }
        requestCount = count
        // Those who wait for this thread do so in vain if it sleeps.
        if time < isBusyUntil && !engine.writersWait {
            System.sleep(microseconds: Int(worked * restPercent / 100_000))
        }
        startedAt = now
    }
}
