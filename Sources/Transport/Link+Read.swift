// From a readable socket to the session: one read, one call, one write.

import Base
import CLibevent
import Glibc
import Synchronization

extension Link {
    @inline(__always)
    func readable() {
        guard state.isEmpty && input.isEmpty else {
            readBehindHeldInput()
            return
        }
        let worker = self.worker
        // SAFETY: the read area is inputScratchSize bytes, and one thread uses it.
        let size = unsafe read(fd, worker.readArea, Limits.inputScratchSize)
        guard size > 0 else {
            readEnded(size)
            return
        }
        didReceive(size)
        // SAFETY: size bytes were just written there; the span dies before the next read.
        unsafe serve(UnsafeRawBufferPointer(start: worker.readArea, count: size))
    }

    /// Gives `bytes`, all that is unconsumed and none of it in `input`, to the session; keeps what it leaves.
    @inline(__always)
    private func serve(_ bytes: UnsafeRawBufferPointer) {
        let progress = unsafe receive(bytes)
        sendOutput()
        if progress.consumed == bytes.count && progress.next == .read && state.isSubset(of: .held) { return }
        unsafe keepRest(of: bytes, progress)
    }

    /// As `serve`, for a TLS connection.
    func serveDecrypted(_ bytes: UnsafeRawBufferPointer) {
        let progress = unsafe receive(bytes)
        sendAnyOutput()
        if progress.consumed == bytes.count && progress.next == .read && state.isSubset(of: .held) {
            inputNeeded = 0
            return
        }
        unsafe keepRest(of: bytes, progress)
    }

    @inline(__always)
    private func receive(_ bytes: UnsafeRawBufferPointer) -> Progress {
        let worker = self.worker
        worker.keptSlot = connection.slot
        // SAFETY: the bytes lie in the worker's scratch, which nothing writes during the call.
        let progress = session.receive(
            unsafe RawSpan(_unsafeBytes: bytes), &worker.output, now: worker.currentTime())
        worker.keptSlot = -1
        precondition(progress.consumed >= 0 && progress.consumed <= bytes.count)
        return progress
    }

    @inline(__always)
    private func keepRest(of bytes: UnsafeRawBufferPointer, _ progress: Progress) {
        if state.contains(.gone) { return }
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[progress.consumed...])
        if progress.next != .close && progress.next != .abort {
            unsafe input.append(rest, expecting: progress.bytesNeeded)
        }
        advance(progress)
    }

    /// Gives the held input to the session. Not on the fast path.
    func serveHeldInput() {
        let worker = self.worker
        if let service = worker.service { return serveAside(service) }
        state.remove(.hasMore)
        // One large request and nothing else: what it stores may stay where it is.
        if input.count == inputNeeded { input.offer(through: worker.offeredInput) }
        worker.keptSlot = connection.slot
        // SAFETY: only this thread changes `input`, and a session cannot reach it; a block that it takes is held by
        // this one too until it has returned.
        let progress = session.receive(
            unsafe RawSpan(_unsafeBytes: input.bytes), &worker.output, now: worker.currentTime())
        worker.keptSlot = -1
        precondition(progress.consumed >= 0 && progress.consumed <= input.count)
        if let taken = worker.offeredInput.withdraw() {
            precondition(progress.consumed == input.count, "a value was kept of a request that is not done")
            input.forget()
            taken.release()
        } else {
            input.consume(progress.consumed)
        }
        sendAnyOutput()
        if state.contains(.gone) { return }
        advance(progress)
    }

    /// Does what the session asked for after its replies were written and its leftovers kept.
    func advance(_ progress: Progress) {
        inputNeeded = 0
        switch progress.next {
        case .read:
            inputNeeded = progress.bytesNeeded
        case .yield:
            if !input.isEmpty {
                worker.counters.add(.yields)
                state.insert(.hasMore)
            }
        case .wait:
            state.insert(.waiting)
            if state.contains(.inputEnded) || state.contains(.leaving) { askWaitingSession() }
        case .close:
            beginClose()
        case .abort:
            closeNow(.error)
        }
        settle()
    }

    /// The last step of everything that may have changed the link's state: what happens next without new
    /// bytes?
    func settle() {
        if state.contains(.gone) { return }
        connection.pendingSize.store(input.count, ordering: .relaxed)
        if state.contains(.hasMore) {
            let mayRun = state.isDisjoint(with: [.scheduled, .waiting, .closing])
            if mayRun && unsent.byteCount <= Limits.unsentSizeMax {
                state.insert(.scheduled)
                worker.schedule(self)
            }
        } else if state.contains(.unread) && mayRead && !state.contains(.scheduled) {
            state.insert(.scheduled)
            worker.schedule(self)
        } else if state.isDisjoint(with: [.waiting, .closing, .scheduled]),
            !state.isDisjoint(with: [.inputEnded, .leaving])
        {
            beginClose()
        }
        updateInterest()
    }

    /// The worker's run queue has come to this link.
    func runScheduled() {
        state.remove(.scheduled)
        if !state.isDisjoint(with: [.gone, .closing]) { return }
        let mayServe = !state.contains(.waiting) && unsent.byteCount <= Limits.unsentSizeMax
        if mayServe && state.contains(.hasMore) && !input.isEmpty {
            serveHeldInput()
        } else if state.contains(.unread), mayRead, let stream {
            occurredEncrypted(stream, EV_READ)
        } else {
            settle()
        }
    }

    // MARK: Input behind what is held

    @inline(never)
    func readBehindHeldInput() {
        // A scheduled link is served later in this turn; what waits there goes first. The loop only polls
        // while somebody is scheduled, so the level-triggered event costs no extra turns.
        if !state.isDisjoint(with: [.gone, .scheduled]) { return }
        // Whoever sends on without his reply is read when he has it.
        if state.contains(.held) { return updateInterest() }
        if state.contains(.lingering) {
            discardInput()
        } else if state.contains(.waiting) || state.contains(.hasMore) || worker.service != nil
            || max(input.count, inputNeeded) > TransportLimits.stashedInputMax
        {
            readIntoOwnBuffer()
        } else {
            readBehindStash()
        }
    }

    /// A small rest: the next bytes are read behind it in the scratch, so the connection needs no read
    /// buffer.
    private func readBehindStash() {
        let worker = self.worker
        // SAFETY: as in `readable`.
        let size = unsafe read(fd, worker.readArea, Limits.inputScratchSize)
        guard size > 0 else {
            readEnded(size)
            return
        }
        didReceive(size)
        let held = input.count
        if held + size < inputNeeded {
            unsafe input.append(UnsafeRawBufferPointer(start: worker.readArea, count: size))
            settle()
            return
        }
        let start = unsafe worker.readArea - held
        // SAFETY: stashedInputMax bytes lie free before the read area, and `held` is at most that.
        if held > 0 { unsafe _ = memcpy(start, input.bytes.baseAddress!, held) }
        input.free()
        unsafe serve(UnsafeRawBufferPointer(start: start, count: held + size))
        if !state.contains(.gone) { connection.pendingSize.store(input.count, ordering: .relaxed) }
    }

    /// A large request, or input that a waiting session will see later.
    private func readIntoOwnBuffer() {
        let room = unsafe input.room(needed: inputNeeded)
        // SAFETY: the room is ours until the next change of `input`.
        let size = unsafe read(fd, room.baseAddress!, room.count)
        guard size > 0 else {
            if input.isEmpty { input.free() }
            readEnded(size)
            return
        }
        input.didRead(size)
        didReceive(size)
        let mayServe = state.isDisjoint(with: [.waiting, .hasMore])
        if mayServe && input.count >= inputNeeded { serveHeldInput() } else { settle() }
    }

    // MARK: Counting and the end of input

    @inline(__always)
    func didReceive(_ size: Int) {
        let connection = self.connection
        worker.counters.add(.reads)
        worker.counters.add(.bytesRead, size)
        connection.bytesIn.store(connection.bytesIn.load(ordering: .relaxed) &+ size, ordering: .relaxed)
        connection.lastActive.store(worker.currentTime().rawValue, ordering: .relaxed)
    }

    /// `size` is what read answered, 0 or less.
    @inline(never)
    func readEnded(_ size: Int) {
        if size < 0 {
            if errno == EAGAIN || errno == EINTR { return }
            closeNow(.error)
            return
        }
        state.insert(.inputEnded)
        if state.contains(.waiting) { askWaitingSession() }
        settle()
    }
}
