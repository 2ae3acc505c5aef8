// What a snapshot has in memory: chunks of its file that wait for the disk, and who waits for them to go.

import Base
import Engine
import RDB
import Synchronization

/// A piece of the file: whole items, whose strings may still become shorter.
final class SnapshotChunk: @unchecked Sendable {
    // Sendable: has one owner at a time, a lane, the backlog or the disk's thread.
    var bytes = OutputBuffer(capacity: PersistenceLimits.chunkCapacity)
    var strings: [PlainString] = []

    /// Makes it as good as new.
    fileprivate func removeAll() {
        bytes.removeAll()
        bytes.shrink(to: PersistenceLimits.chunkCapacity)
        strings.removeAll(keepingCapacity: true)
    }
}

/// A queue with a bound: first the walk waits, then whoever changed items, when he holds no shard any more, and at last
/// he waits where he is.
final class SnapshotBacklog: Sendable {
    private struct State: ~Copyable {
        /// In the order in which they go to the file.
        var full: [SnapshotChunk] = []
        var spare: [SnapshotChunk] = []
        /// Of `full`, and of what is being written.
        var size = 0
        /// Nothing more will come.
        var isComplete = false
        /// Nothing more is wanted.
        var failure: SnapshotFailure?
    }

    private let engine: Engine
    private let state = Monitor(State())
    /// Copies of the state's, for a look without its lock.
    private let size = Atomic<Int>(0)
    private let hasFailed = Atomic<Bool>(false)

    init(_ engine: Engine) { self.engine = engine }

    /// Nothing more is taken.
    func fail(_ reason: String) {
        state.change { state in
            if state.failure == nil { state.failure = SnapshotFailure(reason: reason) }
            state.full = []
            note(0, &state)
        }
    }

    var isFailed: Bool { hasFailed.load(ordering: .relaxed) }

    var failure: SnapshotFailure? { state.look { $0.failure } }

    private func note(_ size: Int, _ state: inout State) {
        state.size = size
        self.size.store(size, ordering: .relaxed)
        hasFailed.store(state.failure != nil, ordering: .relaxed)
        engine.writersWait = size >= PersistenceLimits.backlogForWriters
    }

    // MARK: In

    /// Takes a chunk, and gives an empty one for it.
    func pass(_ chunk: SnapshotChunk) -> SnapshotChunk {
        state.change { state in
            if state.failure == nil {
                state.full.append(chunk)
                note(state.size + chunk.bytes.totalCount, &state)
            }
            return state.spare.popLast() ?? SnapshotChunk()
        }
    }

    /// Takes the last one.
    func end(with chunk: SnapshotChunk) {
        _ = pass(chunk)
        state.change { $0.isComplete = true }
    }

    var isOverMax: Bool { size.load(ordering: .relaxed) >= PersistenceLimits.backlogMax }

    /// Waits under a shard's lock, so that memory stays bounded.
    func waitForMax() {
        state.wait { state in state.size < PersistenceLimits.backlogMax || state.failure != nil ? () : nil }
    }

    /// Waits between requests: no longer than a client would notice.
    func waitForRoom() {
        state.wait(milliseconds: PersistenceLimits.writerWaitMilliseconds) { state in
            state.size < PersistenceLimits.backlogForWriters ? () : nil
        }
    }

    /// Waits until the walk may go on, or give up.
    func waitForWalk() {
        if size.load(ordering: .relaxed) < PersistenceLimits.backlogForWalk { return }
        state.wait { state in state.size < PersistenceLimits.backlogForWalk || state.failure != nil ? () : nil }
    }

    // MARK: Out

    /// The next one for the file, which waits for it; nil if there is none any more.
    func next() -> SnapshotChunk? {
        state.wait { state -> SnapshotChunk?? in
            if state.failure != nil { return .some(nil) }
            if !state.full.isEmpty { return state.full.removeFirst() }
            return state.isComplete ? .some(nil) : nil
        }
    }

    /// A chunk from `next` has been written.
    /// - Parameter size: that it had then.
    func recycle(_ chunk: SnapshotChunk, _ size: Int? = nil) {
        let size = size ?? chunk.bytes.totalCount
        chunk.removeAll()
        state.change { state in
            note(max(0, state.size - size), &state)
            if state.spare.count < PersistenceLimits.spareChunks { state.spare.append(chunk) }
        }
    }
}
