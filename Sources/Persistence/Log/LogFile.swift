// One file of the append log, as the log's thread writes it.

import Base

/// An increment that grows. Used by one thread at a time.
final class LogFile: @unchecked Sendable {
    // Sendable: made by whoever begins the file, then the log's thread's alone.
    let path: String
    private let disk: any Disk
    private let descriptor: Int32
    /// Bytes that were written whole.
    private(set) var size = 0
    /// Of those, on the disk.
    private(set) var syncedSize = 0
    /// A write went wrong: what lies behind `size` goes before anything else is written.
    private var isRagged = false

    /// Begins a file. What is there by its name was never part of a log: whoever began it did not come as far as a
    /// manifest.
    init(_ path: String, _ disk: any Disk) throws(SystemError) {
        self.path = path
        self.disk = disk
        descriptor = try disk.openToAppend(path)
        try disk.truncate(descriptor, to: 0)
        // A file without any sum is taken for redis-server's.
        try vouch()
    }

    /// Writes a sum of nothing: it says how much is on the disk.
    private func vouch() throws(SystemError) {
        var line = OutputBuffer(capacity: 64)
        LogFormat.appendSum(0, count: 0, synced: syncedSize, to: &line)
        do throws(SystemError) {
            try disk.write(line.span, to: descriptor)
        } catch {
            isRagged = true
            throw error
        }
        size += line.count
    }

    deinit { disk.close(descriptor) }

    /// Writes commands, all whole, and behind them what tells whether they are whole.
    /// - Parameter bytes: gets its last line here, once, and may be given again after a failure.
    func write(_ bytes: inout OutputBuffer) throws(SystemError) {
        if isRagged {
            try disk.truncate(descriptor, to: size)
            isRagged = false
        }
        let mark = bytes.count
        let splicedSize = bytes.totalCount - mark
        var sum = CRC64()
        bytes.forEachPiece { sum.add($0) }
        LogFormat.appendSum(sum.value, count: bytes.totalCount, synced: syncedSize, to: &bytes)
        do throws(SystemError) {
            try bytes.forEachPiece { piece throws(SystemError) in
                if piece.byteCount > 0 { try disk.write(piece, to: descriptor) }
            }
        } catch {
            isRagged = true
            bytes.truncate(to: mark)
            assert(bytes.totalCount == mark + splicedSize)
            throw error
        }
        size += bytes.totalCount
    }

    /// Waits until all of it is on the disk, and says so in it: whatever is wrong with it later is damage.
    func finish() throws(SystemError) {
        try sync()
        try vouch()
        try sync()
    }

    /// Waits until all of it is on the disk.
    func sync() throws(SystemError) {
        if syncedSize == size { return }
        let size = self.size
        try disk.syncData(descriptor)
        syncedSize = size
    }
}
