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
    private var syncedSize = 0
    /// Of those, promised: on the disk, and so is all that was told before.
    private var vouchedSize = 0
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
        // What was there before must not come back once the manifest names the file.
        try disk.sync(descriptor)
        try disk.syncFolder(of: path)
        syncedSize = size
    }

    /// All that was told before, in other files, is on the disk: the next sum says so. A start that finds none which
    /// does leaves this file out.
    func followsAll() { vouchedSize = syncedSize }

    /// Writes a sum of nothing: it says how much is promised.
    private func vouch() throws(SystemError) {
        var line = OutputBuffer(capacity: 64)
        LogFormat.appendSum(0, count: 0, synced: vouchedSize, to: &line)
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
    /// - Parameter head: lines about them, to stand before them.
    /// - Parameter bytes: gets its last line here, once, and may be given again after a failure.
    func write(_ head: RawSpan, _ bytes: inout OutputBuffer) throws(SystemError) {
        if isRagged {
            try disk.truncate(descriptor, to: size)
            isRagged = false
        }
        let mark = bytes.count
        let splicedSize = bytes.totalCount - mark
        LogFormat.appendSum(ofAll: &bytes, behind: head, synced: vouchedSize)
        do throws(SystemError) {
            if head.byteCount > 0 { try disk.write(head, to: descriptor) }
            try bytes.forEachPiece { piece throws(SystemError) in
                if piece.byteCount > 0 { try disk.write(piece, to: descriptor) }
            }
        } catch {
            isRagged = true
            bytes.truncate(to: mark)
            assert(bytes.totalCount == mark + splicedSize)
            throw error
        }
        size += head.byteCount + bytes.totalCount
    }

    /// Waits until all of it is on the disk, and says so in it: whatever is wrong with it later is damage. Without the
    /// line that says so the file is as good; half of it must not stand there when another file follows.
    func finish() throws(SystemError) {
        try sync(vouches: true)
        let end = size
        do throws(SystemError) {
            try vouch()
            try sync(vouches: true)
        } catch {
            try disk.truncate(descriptor, to: end)
            size = end
            isRagged = false
            try disk.sync(descriptor)
            syncedSize = end
        }
    }

    /// Waits until all of it is on the disk.
    /// - Parameter vouches: all that was told before, in other files, is there too: what comes next may say so.
    func sync(vouches: Bool) throws(SystemError) {
        let size = self.size
        if syncedSize != size {
            try disk.syncData(descriptor)
            syncedSize = size
        }
        if vouches { vouchedSize = size }
    }
}
