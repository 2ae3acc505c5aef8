// A connection under TLS: the same conversation as Link+Read and Link+Write lead, through a TLSStream. It has its own
// event callback, so a plain connection does not ask on its way whether it is one.

import Base
import CLibevent
import Glibc
import Synchronization

extension Link {
    /// The socket of a TLS connection is ready.
    @inline(__always)
    func occurredEncrypted(_ stream: TLSStream, _ what: Int32) {
        if state.isDisjoint(with: [.handshaking, .lingering, .readNeedsWrite, .writeNeedsRead]) {
            if what & EV_READ != 0 { readableEncrypted(stream) }
            if what & EV_WRITE != 0 && !state.contains(.gone) { writableEncrypted(stream) }
        } else {
            occurredOutOfTheOrdinary(stream, what)
        }
    }

    @inline(never)
    private func occurredOutOfTheOrdinary(_ stream: TLSStream, _ what: Int32) {
        if state.contains(.gone) { return }
        if state.contains(.lingering) { return discardInput() }
        if state.contains(.handshaking) { return shakeHands(stream) }
        let canRead = what & (state.contains(.readNeedsWrite) ? EV_WRITE : EV_READ) != 0
        let canWrite = what & (state.contains(.writeNeedsRead) ? EV_READ : EV_WRITE) != 0
        if canRead { readableEncrypted(stream) }
        if canWrite && !state.contains(.gone) { writableEncrypted(stream) }
    }

    // MARK: Handshake

    /// The socket is connected.
    func openEncrypted(_ stream: TLSStream) {
        state.insert(.handshaking)
        deadline = worker.currentTime().rawValue + TransportLimits.handshakeMilliseconds
        shakeHands(stream)
    }

    private func shakeHands(_ stream: TLSStream) {
        // Servers alone are bounded: the event is level-triggered, so who is turned away here comes again next turn.
        guard connection.listener == nil || worker.mayShakeHands() else { return updateInterest() }
        state.remove(.readNeedsWrite)
        switch stream.handshake() {
        case .done: handshakeEnded(stream)
        case .wantsRead: updateInterest()
        case .wantsWrite:
            state.insert(.readNeedsWrite)
            updateInterest()
        case .ended, .lost: handshakeFailed("the peer closed the connection", tellsPeer: false)
        case .refused(let reason): handshakeFailed(reason, tellsPeer: true)
        }
    }

    private func handshakeEnded(_ stream: TLSStream) {
        state.remove(.handshaking)
        deadline = 0
        worker.counters.add(stream.isResumed ? .tlsResumptions : .tlsSessions)
        // The first requests may have come along with the end of the handshake.
        if stream.hasPending { state.insert(.unread) }
        sayOpened()
    }

    /// The handshake's time is up, or something is wrong with it.
    /// - Parameter tellsPeer: OpenSSL wrote the reason to the socket, and a reset would destroy it.
    func handshakeFailed(_ reason: String, tellsPeer: Bool) {
        worker.counters.add(.tlsHandshakeErrors)
        worker.shared.options.onTLSFailure?(connection, reason)
        connection.endCode.store(Connection.EndReason.error.rawValue, ordering: .relaxed)
        if tellsPeer { beginClose() } else { closeNow() }
        settle()
    }

    // MARK: Reading

    private func readableEncrypted(_ stream: TLSStream) {
        if !state.isDisjoint(with: [.gone, .scheduled, .closing]) { return }
        if state.contains(.held) { return updateInterest() }
        state.remove([.readNeedsWrite, .unread])
        if !state.isDisjoint(with: [.waiting, .hasMore]) || worker.service != nil
            || max(input.count, inputNeeded) > TransportLimits.stashedInputMax
        {
            decryptIntoOwnBuffer(stream)
        } else {
            decryptBehindStash(stream)
        }
    }

    /// As `readable` and `readBehindStash`: into the worker's scratch, behind half a request.
    private func decryptBehindStash(_ stream: TLSStream) {
        let worker = self.worker
        let size = unsafe decrypt(stream, worker.readArea, Limits.inputScratchSize)
        if size <= 0 { return }
        didReceive(size)
        let held = input.count
        if held + size < inputNeeded {
            unsafe input.append(UnsafeRawBufferPointer(start: worker.readArea, count: size))
            settle()
            return
        }
        let start = unsafe worker.readArea - held
        // SAFETY: stashedInputMax bytes lie free before the read area, and `held` is at most that.
        if held > 0 {
            unsafe _ = memcpy(start, input.bytes.baseAddress!, held)
            input.free()
            connection.pendingSize.store(0, ordering: .relaxed)
        }
        unsafe serveDecrypted(UnsafeRawBufferPointer(start: start, count: held + size))
    }

    /// As `readIntoOwnBuffer`: a large request is decrypted to where it is needed.
    private func decryptIntoOwnBuffer(_ stream: TLSStream) {
        let room = unsafe input.room(needed: inputNeeded)
        // SAFETY: the room is ours until the next change of `input`.
        let size = unsafe decrypt(stream, room.baseAddress!, room.count)
        guard size > 0 else {
            if input.isEmpty { input.free() }
            return
        }
        input.didRead(size)
        didReceive(size)
        let mayServe = state.isDisjoint(with: [.waiting, .hasMore])
        if mayServe && input.count >= inputNeeded { serveHeldInput() } else { settle() }
    }

    /// Decrypts what has arrived, record after record, until `area` is full. Returns the bytes; 0 if there are none,
    /// and then everything else is done.
    private func decrypt(_ stream: TLSStream, _ area: UnsafeMutableRawPointer, _ size: Int) -> Int {
        var count = 0
        repeat {
            // SAFETY: the area's free end.
            switch unsafe stream.read(area + count, size - count) {
            case .done(let more): count += more
            case .wantsRead:
                if count == 0 { updateInterest() }
                return count
            case .wantsWrite:
                state.insert(.readNeedsWrite)
                if count == 0 { updateInterest() }
                return count
            case .ended: return decryptionEnded(after: count) { readEnded(0) }
            case .lost: return decryptionEnded(after: count) { closeNow(.error) }
            case .refused(let reason):
                worker.counters.add(.tlsProtocolErrors)
                worker.shared.options.onTLSFailure?(connection, reason)
                return decryptionEnded(after: count) { closeNow(.error) }
            }
        } while count < size && stream.hasPending
        if count == size && stream.hasPending { state.insert(.unread) }
        return count
    }

    /// What came before the end is served first; the next read meets the end again.
    private func decryptionEnded(after count: Int, _ end: () -> Void) -> Int {
        if count > 0 { state.insert(.unread) } else { end() }
        return count
    }

    // MARK: Writing

    /// As `sendOutput`.
    func sendEncrypted(_ stream: TLSStream) {
        let worker = self.worker
        if worker.output.heldUntil != 0 { return holdOutput() }
        if worker.output.isEmpty { return }
        guard unsent.isEmpty && !state.contains(.handshaking) else { return queueOutput(after: 0) }
        let total = worker.output.totalCount
        var sent = 0
        while sent < total {
            let piece = unsafe worker.record(after: sent)
            guard let size = unsafe encrypt(stream, piece) else {
                worker.output.removeAll()
                return
            }
            if size == 0 { break }
            sent += size
        }
        if sent == total {
            worker.output.removeAll()
        } else {
            queueOutput(after: sent)
        }
    }

    /// Sends a record. Returns the bytes it took, 0 to go on later; nil if that was the end of the connection.
    @inline(__always)
    private func encrypt(_ stream: TLSStream, _ piece: UnsafeRawBufferPointer) -> Int? {
        switch unsafe stream.write(piece) {
        case .done(let size):
            didSend(size)
            return size
        case .wantsWrite:
            return 0
        case .wantsRead:
            state.insert(.writeNeedsRead)
            return 0
        case .ended, .lost:
            closeNow(.error)
            return nil
        case .refused(let reason):
            worker.counters.add(.tlsProtocolErrors)
            worker.shared.options.onTLSFailure?(connection, reason)
            closeNow(.error)
            return nil
        }
    }

    /// As `writable`: the socket takes bytes again.
    func writableEncrypted(_ stream: TLSStream) {
        let worker = self.worker
        state.remove(.writeNeedsRead)
        if state.contains(.held) { return settle() }
        for _ in 0..<TransportLimits.tlsRecordsPerEvent where !unsent.isEmpty {
            let used = unsafe unsent.fill(worker.vectors)
            let piece = unsafe worker.gather(used)
            guard let size = unsafe encrypt(stream, piece) else { return }
            if size == 0 { break }
            unsent.removeFirst(size)
            connection.unsentSize.store(unsent.byteCount, ordering: .relaxed)
            connection.lastActive.store(worker.currentTime().rawValue, ordering: .relaxed)
        }
        settleAfterSending()
    }

    // MARK: The end

    /// Tells the peer that nothing more comes. Returns false if the socket is full: again when it is writable.
    func sendFarewell(_ stream: TLSStream) -> Bool {
        state.remove(.saysFarewell)
        if state.contains(.handshaking) { return true }
        if case .wantsWrite = stream.sendFarewell() {
            state.insert(.saysFarewell)
            return false
        }
        return true
    }
}

extension Worker {
    /// The next record of the output behind its first `sent` bytes, from where it lies or put together.
    @inline(__always)
    fileprivate func record(after sent: Int) -> UnsafeRawBufferPointer {
        if output.splices.isEmpty { return unsafe UnsafeRawBufferPointer(rebasing: output.bytes[sent...]) }
        return unsafe gather(output.fill(vectors, after: sent))
    }

    /// The bytes of the first `used` vectors, up to a record's size, in one piece.
    fileprivate func gather(_ used: Int) -> UnsafeRawBufferPointer {
        let sizeMax = TransportLimits.tlsRecordSizeMax
        let first = unsafe vectors[0]
        let isWhole = unsafe used == 1 || first.iov_len >= sizeMax
        if isWhole {
            return unsafe UnsafeRawBufferPointer(start: first.iov_base, count: first.iov_len)
        }
        let area = unsafe recordArea
        var size = 0
        for index in 0..<used where size < sizeMax {
            let vector = unsafe vectors[index]
            let part = unsafe min(vector.iov_len, sizeMax - size)
            // SAFETY: the area has room for a record, and the vectors point at bytes that are held.
            unsafe _ = memcpy(area + size, vector.iov_base, part)
            size += part
        }
        return unsafe UnsafeRawBufferPointer(start: area, count: size)
    }

    /// Whether one more step of a handshake may be taken now: one that signs costs up to a millisecond, and a storm of
    /// them must not hold up those who are served.
    fileprivate func mayShakeHands() -> Bool {
        let now = currentTime()
        if now != handshakesAt {
            handshakesAt = now
            handshakeCount = 0
        }
        handshakeCount += 1
        return handshakeCount <= TransportLimits.handshakesPerTurnMax
    }
}
