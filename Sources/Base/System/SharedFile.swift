// A file that several readers take pieces of, each at its own pace, whether it still has a name or not.

import Glibc

/// An open file. It does not change while it is read. Closed with the last reference.
public final class SharedFile: Sendable {
    private let descriptor: Int32

    public init(_ path: String) throws(SystemError) {
        // SAFETY: the path is a terminated text for the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .latest(path) }
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    /// Bytes in it now.
    public var size: Int {
        var facts = stat()
        // SAFETY: the facts are ours for the call.
        return unsafe fstat(descriptor, &facts) == 0 ? Int(facts.st_size) : 0
    }

    /// The `count` bytes from `offset` on. Waits for the disk.
    /// - Returns: a block with one hold, the caller's.
    public func read(at offset: Int, count: Int) throws(SystemError) -> SharedBytes {
        guard let block = SharedBytes(byteCount: count) else { throw SystemError(call: "read", code: ENOMEM) }
        var done = 0
        while done < count {
            // SAFETY: what is read lies within the block, which nobody else has yet.
            let size = unsafe pread(descriptor, block.bytes.baseAddress! + done, count - done, offset + done)
            if size < 0 && errno == EINTR { continue }
            guard size > 0 else {
                // A file that was cut has no more errors than an end too early.
                let code = size < 0 ? errno : EIO
                block.release()
                throw SystemError(call: "read", code: code)
            }
            done += size
        }
        return block
    }
}
