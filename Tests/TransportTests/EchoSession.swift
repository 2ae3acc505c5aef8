// A toy protocol for these tests: frames of a four-byte size and that many bytes, each answered by itself.
// A few payloads are orders: "close", "abort", "wait", and "big N" for a frame of N bytes.

import Base
import Glibc
import Synchronization
import Transport

/// What the sessions of one test did, for the test to look at.
final class Journal: Sendable {
    let opened = Atomic<Int>(0)
    let closed = Atomic<Int>(0)
    let served = Mutex<[UInt64]>([])
    let connections = Mutex<[Connection]>([])
    let inputSizeMax = Atomic<Int>(0)
    /// Payloads that stayed where they had arrived.
    let kept = Atomic<Int>(0)
}

struct EchoOptions: Sendable {
    /// Frames served in one call before `.yield`.
    var batchMax = Int.max
    /// Payloads of at least this size are answered from a SharedBytes.
    var sharedSizeMin = Int.max
    /// Whether half a frame reports its size.
    var tellsNeeded = true
    /// Whether a waiting session still owes its reply when the peer has finished sending.
    var owesReply = false
}

final class EchoSession: Session {
    private let connection: Connection
    private let options: EchoOptions
    private let journal: Journal
    private var isWaiting = false

    init(_ connection: Connection, _ options: EchoOptions, _ journal: Journal) {
        self.connection = connection
        self.options = options
        self.journal = journal
        journal.connections.withLock { $0.append(connection) }
    }

    func connectionOpened(_ output: inout OutputBuffer, now: Milliseconds) {
        journal.opened.add(1, ordering: .relaxed)
    }

    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        precondition(!isWaiting && input.byteCount > 0)
        journal.inputSizeMax.max(input.byteCount, ordering: .relaxed)
        var offset = 0
        var count = 0
        while input.byteCount - offset >= 4 {
            let size = Int(UInt32(bigEndian: input.halfWord(at: offset)))
            let end = offset + 4 + size
            if end > input.byteCount {
                return Progress(consumed: offset, bytesNeeded: options.tellsNeeded ? 4 + size : 0)
            }
            if count == options.batchMax || output.isOverSoftLimit {
                return Progress(consumed: offset, next: .yield)
            }
            count += 1
            journal.served.withLock { $0.append(connection.id) }
            let payload = input.slice(offset + 4, end)
            offset = end
            let next = answer(payload, &output)
            if next != .read { return Progress(consumed: offset, next: next) }
        }
        return Progress(consumed: offset)
    }

    private func answer(_ payload: RawSpan, _ output: inout OutputBuffer) -> Progress.Next {
        if payload.equals("abort") { return .abort }
        if payload.equals("wait") {
            isWaiting = true
            return .wait
        }
        if payload.byteCount > 4, payload.slice(0, 4).equals("big ") {
            let size = Int(payload.slice(4, payload.byteCount).copiedText())!
            appendFrame(TestPattern.bytes(count: size, seed: UInt64(size)), &output)
            return .read
        }
        appendFrame(payload, &output)
        return payload.equals("close") ? .close : .read
    }

    private func appendFrame(_ payload: [UInt8], _ output: inout OutputBuffer) {
        // SAFETY: the array outlives the closure that borrows its bytes.
        unsafe payload.withUnsafeBytes { bytes in
            unsafe appendFrame(RawSpan(_unsafeBytes: bytes), &output)
        }
    }

    private func appendFrame(_ payload: RawSpan, _ output: inout OutputBuffer) {
        for shift in [24, 16, 8, 0] { output.append(UInt8(truncatingIfNeeded: payload.byteCount >> shift)) }
        if payload.byteCount < options.sharedSizeMin {
            output.append(payload)
            return
        }
        if let kept = connection.worker.offeredInput.take(payload) {
            journal.kept.add(1, ordering: .relaxed)
            output.append(shared: kept)
            return
        }
        let shared = SharedBytes(byteCount: payload.byteCount)!
        unsafe payload.withUnsafeBytes { unsafe shared.bytes.copyMemory(from: $0) }
        output.append(shared: shared)
    }

    func connectionWoken(_ output: inout OutputBuffer, now: Milliseconds) -> Progress.Next {
        isWaiting = false
        appendFrame([UInt8]("woken".utf8), &output)
        return .read
    }

    func inputEndedWhileWaiting() -> Progress.Next { options.owesReply ? .wait : .close }

    func connectionClosed() { journal.closed.add(1, ordering: .relaxed) }
}

enum TestPattern {
    static func bytes(count: Int, seed: UInt64) -> [UInt8] {
        var generator = SplitMix64(seed: seed)
        var word: UInt64 = 0
        return (0..<count).map { index in
            if index % 8 == 0 { word = generator.next() }
            return UInt8(truncatingIfNeeded: word >> UInt64(index % 8 * 8))
        }
    }

    static func frame(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift)) }
        bytes.append(contentsOf: payload)
        return bytes
    }

    /// One frame of each text.
    static func frames(_ texts: String...) -> [UInt8] { texts.flatMap { frame([UInt8]($0.utf8)) } }
}
