// A snapshot on its way to one client: a thread reads the file ahead of the worker that sends it, so that the worker
// never waits for the disk and a slow client costs two pieces of memory.

import Base
import Synchronization
import Transport

/// What goes to a client that said SYNC. Its session takes pieces; other threads bring them.
final class SnapshotTransfer: Sendable {
    enum Step {
        /// Somebody will wake the session when there is more.
        case wait
        /// Nothing yet, but the client is to see that we are at it.
        case signOfLife
        /// The next piece, with one hold, the taker's.
        case piece(SharedBytes)
        case end
        case failed(String)
    }

    private struct State {
        var file: SharedFile?
        var size = 0
        /// Bytes of the file that were read.
        var offset = 0
        var piece: SharedBytes?
        var failure: String?
        /// The client is gone.
        var isOver = false
        var signAt = Milliseconds(0)
        var isSignDue = false
    }

    private let state = Monitor(State())
    private let record: ClientRecord

    init(_ record: ClientRecord, now: Milliseconds) {
        self.record = record
        state.look { $0.signAt = Self.signTime(after: now) }
    }

    private func wake() { record.peer.connection?.wake() }

    // MARK: The session's side

    /// What to send next. The file's size is known with its first piece.
    func next() -> Step {
        state.change { state in
            if let piece = state.piece {
                state.piece = nil
                return .piece(piece)
            }
            if let failure = state.failure { return .failed(failure) }
            if state.file != nil && state.offset == state.size { return .end }
            defer { state.isSignDue = false }
            return state.isSignDue && state.file == nil ? .signOfLife : .wait
        }
    }

    /// Bytes of the whole snapshot.
    var size: Int { state.look { $0.size } }

    /// The client is gone.
    func cancel() {
        state.change { state in
            state.isOver = true
            state.piece?.release()
            state.piece = nil
        }
    }

    // MARK: Other threads

    /// About ten times a second: tells the client each second that its snapshot is being made. Source: Redis
    /// replicationCron.
    func tick(now: Milliseconds) {
        let isDue = state.look { state in
            guard state.file == nil && now >= state.signAt else { return false }
            state.signAt = Self.signTime(after: now)
            state.isSignDue = true
            return true
        }
        if isDue { wake() }
    }

    private static func signTime(after now: Milliseconds) -> Milliseconds { Milliseconds(now.rawValue + 1000) }

    func fail(_ reason: String) {
        state.change { $0.failure = reason }
        wake()
    }

    /// The snapshot is made.
    func begin(_ file: SharedFile) {
        let size = file.size
        let isWanted = state.change { state in
            if state.isOver { return false }
            state.file = file
            state.size = size
            return true
        }
        guard isWanted else { return }
        do throws(SystemError) {
            try Thread.start(name: "sync-read") { [self] in read(file, size) }
        } catch {
            fail("no thread: \(error.reason)")
        }
    }

    /// Keeps one piece ready.
    private func read(_ file: SharedFile, _ size: Int) {
        while true {
            let start: Int? = state.wait { state in
                if state.isOver { return .some(nil) }
                return state.piece == nil ? .some(state.offset) : nil
            }
            guard let start, start < size else { break }
            do throws(SystemError) {
                let piece = try file.read(at: start, count: min(RESPLimits.transferPieceSize, size - start))
                state.change { state in
                    if state.isOver { return piece.release() }
                    state.piece = piece
                    state.offset += piece.byteCount
                }
            } catch {
                return fail("the snapshot cannot be read: \(error.reason)")
            }
            wake()
        }
        wake()
    }
}

/// The transfers of a front-end.
final class SnapshotTransfers: Sendable {
    private let all = Mutex<[UInt64: SnapshotTransfer]>([:])
    private let begunCount = Atomic<Int>(0)

    /// So far. Source: Redis INFO `sync_full`.
    var totalCount: Int { begunCount.load(ordering: .relaxed) }

    func add(_ transfer: SnapshotTransfer, of client: ClientRecord) {
        begunCount.wrappingAdd(1, ordering: .relaxed)
        all.withLock { $0[client.peer.id] = transfer }
    }

    func remove(_ client: ClientRecord) { all.withLock { $0[client.peer.id] = nil } }

    func tick(now: Milliseconds) {
        for transfer in all.withLock({ Array($0.values) }) { transfer.tick(now: now) }
    }
}
