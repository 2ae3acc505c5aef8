// Reply bytes that a socket did not take, in order, until it does.

import Base
import Glibc

/// Copied blocks and shared values waiting for a slow reader. Owns memory only while it holds bytes.
@safe
struct UnsentQueue: ~Copyable {
    // SAFETY: a copied block is freed once, by whoever takes the piece out of the queue.
    @safe
    private enum Piece {
        case copied(UnsafeMutableRawPointer, count: Int, capacity: Int)
        case shared(SharedBytes)

        var count: Int {
            switch self {
            case .copied(_, let count, _): count
            case .shared(let value): value.byteCount
            }
        }

        var start: UnsafeMutableRawPointer {
            switch self {
            case .copied(let block, _, _): unsafe block
            // SAFETY: a shared value of no bytes is never queued.
            case .shared(let value): unsafe value.bytes.baseAddress!
            }
        }

        func free() {
            switch self {
            case .copied(let block, _, _): unsafe Glibc.free(block)
            case .shared(let value): value.release()
            }
        }
    }

    private var pieces: [Piece] = []
    /// Pieces before this one are sent and freed.
    private var head = 0
    /// Bytes of the piece at `head` that are sent.
    private var headSent = 0

    private(set) var byteCount = 0

    init() {}

    deinit {
        var index = head
        while index < pieces.count {
            pieces[index].free()
            index += 1
        }
    }

    @inline(__always) var isEmpty: Bool { byteCount == 0 }

    /// Appends everything of `output` behind its first `sent` bytes; shared values get one more hold.
    mutating func append(_ output: borrowing OutputBuffer, after sent: Int) {
        var skip = sent
        var copied = 0
        let bytes = unsafe output.bytes
        for splice in output.splices {
            unsafe appendCopy(UnsafeRawBufferPointer(rebasing: bytes[copied..<splice.offset]), skip: &skip)
            copied = splice.offset
            appendShared(splice.value, skip: &skip)
        }
        unsafe appendCopy(UnsafeRawBufferPointer(rebasing: bytes[copied..<output.count]), skip: &skip)
    }

    /// Appends one byte, if there is one, and then a value: copied if it is small, else with one more hold.
    mutating func append(_ mark: UInt8?, _ value: SharedBytes) {
        var skip = 0
        // SAFETY: both are ours for the calls.
        if var mark { unsafe withUnsafeBytes(of: &mark) { unsafe appendCopy($0, skip: &skip) } }
        if value.byteCount >= Limits.sharedValueSizeMin { return appendShared(value, skip: &skip) }
        unsafe appendCopy(UnsafeRawBufferPointer(value.bytes), skip: &skip)
    }

    /// Appends a copy of bytes.
    mutating func append(_ bytes: RawSpan) {
        var skip = 0
        // SAFETY: they are the caller's for the call.
        unsafe bytes.withUnsafeBytes { unsafe appendCopy($0, skip: &skip) }
    }

    private mutating func appendCopy(_ bytes: UnsafeRawBufferPointer, skip: inout Int) {
        let skipped = min(skip, bytes.count)
        skip -= skipped
        let size = bytes.count - skipped
        guard size > 0, let source = unsafe bytes.baseAddress.map({ unsafe $0 + skipped }) else { return }
        byteCount += size
        if let last = pieces.last, case .copied(let block, let count, let capacity) = last,
            capacity - count >= size
        {
            // SAFETY: the block has that room.
            unsafe _ = memcpy(block + count, source, size)
            unsafe pieces[pieces.count - 1] = .copied(block, count: count + size, capacity: capacity)
            return
        }
        // As large as what waits already, so that much is in few blocks.
        let capacity = max(size, min(max(byteCount, TransportLimits.unsentBlockMin), TransportLimits.unsentBlockMax))
        guard let block = unsafe malloc(capacity) else { fatalError("out of memory: unsent replies") }
        unsafe _ = memcpy(block, source, size)
        unsafe pieces.append(.copied(block, count: size, capacity: capacity))
    }

    private mutating func appendShared(_ value: SharedBytes, skip: inout Int) {
        let size = value.byteCount
        if skip >= size {
            skip -= size
            return
        }
        // Only the first unsent piece can be begun, and then nothing is queued before it.
        if skip > 0 {
            assert(head == pieces.count)
            headSent = skip
        }
        byteCount += size - skip
        skip = 0
        value.retain()
        pieces.append(.shared(value))
    }

    /// Fills `vectors` from the front. Returns how many entries.
    func fill(_ vectors: UnsafeMutableBufferPointer<iovec>) -> Int {
        var used = 0
        var index = head
        var skip = headSent
        while index < pieces.count && used < vectors.count {
            let piece = pieces[index]
            unsafe vectors[used] = iovec(iov_base: piece.start + skip, iov_len: piece.count - skip)
            skip = 0
            used += 1
            index += 1
        }
        return used
    }

    /// The socket took `size` bytes.
    mutating func removeFirst(_ size: Int) {
        precondition(size >= 0 && size <= byteCount)
        byteCount -= size
        headSent += size
        while head < pieces.count, headSent >= pieces[head].count {
            headSent -= pieces[head].count
            pieces[head].free()
            head += 1
        }
        if head == pieces.count {
            pieces = []
            head = 0
            headSent = 0
        } else if head >= 64 && head * 2 > pieces.count {
            pieces.removeFirst(head)
            head = 0
        }
    }

    mutating func removeAll() { removeFirst(byteCount) }
}
