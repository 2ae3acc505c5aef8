// From the worker's output to the socket: one write; what it does not take waits here.

import Base
import Glibc
import Synchronization

extension Link {
    /// Sends the worker's output, or queues it behind what is unsent, and empties it. May close the link.
    @inline(__always)
    func sendOutput() {
        let worker = self.worker
        if worker.output.heldUntil != 0 { return holdOutput() }
        if worker.output.isEmpty { return }
        let size = worker.output.count
        guard unsent.isEmpty && size == worker.output.totalCount else {
            sendQueuedOrSpliced()
            return
        }
        // SAFETY: the output holds `size` bytes until it is changed.
        let sent = unsafe write(fd, worker.output.bytes.baseAddress!, size)
        if sent == size {
            didSend(sent)
            worker.output.removeAll()
            return
        }
        keepUnsent(after: sent)
    }

    /// As `sendOutput`, for either kind of connection. Not on the fast path.
    func sendAnyOutput() {
        if let stream { sendEncrypted(stream) } else { sendOutput() }
    }

    /// Keeps the output back until the log is far enough.
    @inline(never)
    func holdOutput() {
        let worker = self.worker
        let place = worker.output.heldUntil
        worker.output.heldUntil = 0
        if worker.output.isEmpty { return }
        if worker.mayLeave(place) && !state.contains(.held) { return sendAnyOutput() }
        unsent.append(worker.output, after: 0)
        worker.output.removeAll()
        connection.unsentSize.store(unsent.byteCount, ordering: .relaxed)
        heldPlace = place
        if state.contains(.held) { return }
        state.insert(.held)
        worker.hold(self)
    }

    /// The log is far enough.
    func released() {
        state.remove(.held)
        if state.contains(.gone) { return }
        if let stream { writableEncrypted(stream) } else { writable() }
    }

    @inline(never)
    private func sendQueuedOrSpliced() {
        if unsent.isEmpty { keepUnsent(after: writeSpliced()) } else { queueOutput(after: 0) }
    }

    /// Writes copied bytes and shared values in their order, until all is sent or the socket is full.
    /// Returns the bytes sent, or -1 with errno if nothing was.
    private func writeSpliced() -> Int {
        let worker = self.worker
        var sent = 0
        while sent < worker.output.totalCount {
            let used = unsafe worker.output.fill(worker.vectors, after: sent)
            // SAFETY: the entries point into the output and its shared values, which stay until removeAll.
            let size = unsafe writev(fd, worker.vectors.baseAddress!, Int32(used))
            if size <= 0 { return sent > 0 ? sent : -1 }
            sent += size
        }
        return sent
    }

    /// Moves what was not sent to the connection's queue.
    @inline(never)
    private func keepUnsent(after sent: Int) {
        let worker = self.worker
        if sent < 0 && errno != EAGAIN && errno != EINTR {
            worker.output.removeAll()
            closeNow(.error)
            return
        }
        if sent > 0 { didSend(sent) }
        queueOutput(after: max(sent, 0))
    }

    /// Moves the output behind its first `sent` bytes to the connection's queue.
    func queueOutput(after sent: Int) {
        let worker = self.worker
        if sent < worker.output.totalCount { unsent.append(worker.output, after: sent) }
        worker.output.removeAll()
        connection.unsentSize.store(unsent.byteCount, ordering: .relaxed)
        updateInterest()
    }

    /// The socket takes bytes again: one writev.
    @inline(never)
    func writable() {
        let worker = self.worker
        if !unsent.isEmpty {
            let used = unsafe unsent.fill(worker.vectors)
            // SAFETY: the entries point into the queue's pieces, which stay until removeFirst.
            let size = unsafe writev(fd, worker.vectors.baseAddress!, Int32(used))
            if size < 0 {
                if errno != EAGAIN && errno != EINTR { closeNow(.error) }
                return
            }
            didSend(size)
            unsent.removeFirst(size)
            connection.unsentSize.store(unsent.byteCount, ordering: .relaxed)
            connection.lastActive.store(worker.currentTime().rawValue, ordering: .relaxed)
        }
        settleAfterSending()
    }

    /// The last step of a writable event: what if all is sent?
    func settleAfterSending() {
        let worker = self.worker
        if unsent.isEmpty && state.contains(.closing) { finishClose() }
        if unsent.isEmpty && state.contains(.waiting) && !state.contains(.gone) {
            if let service = worker.service {
                service.deferred.append(.drained(slot: connection.slot, id: connection.id))
                return settle()
            }
            worker.keptSlot = connection.slot
            session.connectionDrained(&worker.output, now: worker.currentTime())
            worker.keptSlot = -1
            sendAnyOutput()
        }
        settle()
    }

    @inline(__always)
    func didSend(_ size: Int) {
        let connection = self.connection
        worker.counters.add(.writes)
        worker.counters.add(.bytesWritten, size)
        connection.bytesOut.store(connection.bytesOut.load(ordering: .relaxed) &+ size, ordering: .relaxed)
    }
}

extension OutputBuffer {
    /// Fills `vectors` with everything behind the first `sent` bytes, as far as there are entries.
    /// Returns how many entries were used.
    borrowing func fill(_ vectors: UnsafeMutableBufferPointer<iovec>, after sent: Int) -> Int {
        var skip = sent
        var used = 0
        var copied = 0
        func add(_ start: UnsafeRawPointer?, _ size: Int) {
            if skip >= size {
                skip -= size
            } else if used < vectors.count {
                let first = unsafe UnsafeMutableRawPointer(mutating: start! + skip)
                unsafe vectors[used] = iovec(iov_base: first, iov_len: size - skip)
                skip = 0
                used += 1
            }
        }
        let start = unsafe bytes.baseAddress!
        for splice in splices {
            unsafe add(start + copied, splice.offset - copied)
            copied = splice.offset
            unsafe add(UnsafeRawPointer(splice.value.bytes.baseAddress), splice.value.byteCount)
            if used == vectors.count { return used }
        }
        unsafe add(start + copied, count - copied)
        return used
    }
}
