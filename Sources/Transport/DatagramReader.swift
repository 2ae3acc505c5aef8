// One worker's reading of a datagram socket: a request in, its reply out in as many datagrams as it takes.

import Base
import CLibevent
import Glibc
import Synchronization

/// Serves one socket. Belongs to its worker's thread.
@safe
final class DatagramReader {
    private let port: DatagramPort
    private unowned let worker: Worker
    private let session: any DatagramSession

    private var readable: LoopEvent?
    private var writable: LoopEvent?

    /// The reply as it is sent, its datagrams one behind another:
    ///
    ///     | header 8 | payload 1392 | header 8 | payload 1392 | header 8 | the rest |
    private var frames: [UInt8] = []
    /// Bytes of `frames` that have left.
    private var sentSize = 0

    /// What the log must have on the disk before the reply leaves.
    private(set) var heldPlace: UInt64 = 0

    /// Whom the reply is for.
    private var peer = sockaddr_storage()
    private var peerSize: socklen_t = 0

    init(_ port: DatagramPort, _ worker: Worker, _ session: any DatagramSession) {
        self.port = port
        self.worker = worker
        self.session = session
        unsafe readable = LoopEvent(base: worker.loop.base, fd: port.fd, what: EV_READ | EV_PERSIST) {
            [unowned self] in serveBatch()
        }
        unsafe writable = LoopEvent(base: worker.loop.base, fd: port.fd, what: EV_WRITE | EV_PERSIST) {
            [unowned self] in resumeSending()
        }
        writable?.pause()
    }

    /// A bounded number of requests, so that the worker's connections have their turn.
    private func serveBatch() {
        let worker = self.worker
        for _ in 0..<TransportLimits.datagramBatchMax {
            guard let size = receive() else { return }
            worker.counters.add(.reads)
            worker.counters.add(.bytesRead, size)
            // SAFETY: `size` bytes were just written there, and nothing else uses the area during the call.
            unsafe serve(UnsafeRawBufferPointer(start: worker.readArea, count: size), worker)
            if !frames.isEmpty && !worker.mayLeave(heldPlace) {
                readable?.pause()
                return worker.hold(self)
            }
            guard sendFrames() else {
                // The rest of this reply goes before the next request is taken.
                readable?.pause()
                writable?.resume()
                return
            }
        }
    }

    private func serve(_ bytes: UnsafeRawBufferPointer, _ worker: Worker) {
        let now = worker.currentTime()
        port.lastActive.store(now.rawValue, ordering: .relaxed)
        assert(worker.output.isEmpty)
        unsafe session.receive(RawSpan(_unsafeBytes: bytes), &worker.output, now: now)
        layOutReply()
        heldPlace = worker.output.heldUntil
        worker.output.heldUntil = 0
        worker.output.removeAll()
    }

    /// The log is far enough.
    func released() {
        guard sendFrames() else {
            writable?.resume()
            return
        }
        readable?.resume()
    }

    /// Takes the next datagram into the worker's read area; nil if there is none.
    private func receive() -> Int? {
        while true {
            peerSize = socklen_t(MemoryLayout<sockaddr_storage>.size)
            // SAFETY: the read area is inputScratchSize bytes, more than a datagram can have, and one thread
            // uses it; a sockaddr_storage may be filled with any address.
            let size = unsafe withUnsafeMutablePointer(to: &peer) { place in
                unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe recvfrom(
                        port.fd, worker.readArea, Limits.inputScratchSize, 0, address, &peerSize)
                }
            }
            if size >= 0 { return size }
            if errno != EINTR { return nil }
        }
    }

    // MARK: The reply

    /// Cuts what the session wrote into datagrams.
    private func layOutReply() {
        sentSize = 0
        frames.removeAll(keepingCapacity: frames.capacity <= TransportLimits.datagramReplyKeptSize)
        let payloadMax = TransportLimits.datagramSizeMax - 8
        let size = worker.output.totalCount
        let count = (size + payloadMax - 1) / payloadMax
        // A header cannot count further. A part of a reply would be of no use.
        guard count > 0 && count <= Int(UInt16.max) else { return }
        frames.reserveCapacity(size + count * 8)
        let bytes = unsafe worker.output.bytes
        var start = 0
        for splice in worker.output.splices {
            // SAFETY: splices lie in the buffer in ascending order, and each value is held by it.
            unsafe append(UnsafeRawBufferPointer(rebasing: bytes[start..<splice.offset]), count)
            unsafe append(UnsafeRawBufferPointer(splice.value.bytes), count)
            start = splice.offset
        }
        unsafe append(UnsafeRawBufferPointer(rebasing: bytes[start...]), count)
    }

    private func append(_ bytes: UnsafeRawBufferPointer, _ datagramCount: Int) {
        let sizeMax = TransportLimits.datagramSizeMax
        var start = 0
        while start < bytes.count {
            if frames.count % sizeMax == 0 {
                let header = session.header(ofDatagram: frames.count / sizeMax, of: datagramCount)
                unsafe withUnsafeBytes(of: header.bigEndian) { unsafe frames.append(contentsOf: $0) }
            }
            let end = min(bytes.count, start + sizeMax - frames.count % sizeMax)
            // SAFETY: within the bytes, as `end` is at most their count.
            unsafe frames.append(contentsOf: bytes[start..<end])
            start = end
        }
    }

    /// Sends what is left of the reply.
    /// - Returns: false if the socket takes no more for now.
    private func sendFrames() -> Bool {
        while sentSize < frames.count {
            let size = min(TransportLimits.datagramSizeMax, frames.count - sentSize)
            let sent = sendDatagram(from: sentSize, size)
            if sent < 0 && errno == EINTR { continue }
            if sent < 0 && errno == EAGAIN { return false }
            // Any other error is the network's or the peer's: what does not leave is lost, as datagrams may be.
            if sent > 0 {
                worker.counters.add(.writes)
                worker.counters.add(.bytesWritten, sent)
            }
            sentSize += size
        }
        return true
    }

    private func sendDatagram(from start: Int, _ size: Int) -> Int {
        // SAFETY: `size` bytes lie at `start` of the array; `peer` holds an address of `peerSize` bytes.
        unsafe withUnsafePointer(to: peer) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe frames.withUnsafeBytes { bytes in
                    unsafe sendto(
                        port.fd, bytes.baseAddress! + start, size, Int32(MSG_NOSIGNAL), address,
                        peerSize)
                }
            }
        }
    }

    private func resumeSending() {
        guard sendFrames() else { return }
        writable?.pause()
        readable?.resume()
    }
}

extension Worker {
    /// Serves a datagram socket from now on.
    func adopt(_ port: DatagramPort, _ session: any DatagramSession) {
        if !isStopping { datagramReaders.append(DatagramReader(port, self, session)) }
    }
}
