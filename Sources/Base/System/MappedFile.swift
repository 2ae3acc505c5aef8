// A file as bytes in memory, read by the kernel as they are looked at.

import Glibc

/// A read-only mapping of a whole file. Nobody may shorten the file meanwhile.
@safe
public final class MappedFile: @unchecked Sendable {
    // Sendable: nothing of it changes while it lives.
    private let base: UnsafeMutableRawPointer?
    public let size: Int

    /// nil if there is no such file.
    public init?(_ path: String) throws(SystemError) {
        // SAFETY: the path is a terminated text for the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 && errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw SystemError(call: path, code: errno) }
        defer { close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw SystemError(call: path, code: errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw SystemError(call: path, code: EISDIR) }
        size = Int(facts.st_size)
        guard size > 0 else {
            unsafe base = nil
            return
        }
        let mapping = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
            throw SystemError(call: path, code: errno)
        }
        unsafe base = mapping
        unsafe _ = madvise(mapping, size, MADV_SEQUENTIAL)
    }

    deinit {
        if let base = unsafe base { unsafe munmap(base, size) }
    }

    /// All bytes.
    public var bytes: RawSpan {
        @_lifetime(borrow self) get {
            // SAFETY: the mapping lives as long as this object.
            unsafe _overrideLifetime(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: base, count: size)), borrowing: self)
        }
    }

    /// Lets go of pages that were read: they are the file's, and resident memory stays flat.
    public func forget(before offset: Int) {
        guard let base = unsafe base else { return }
        let pages = offset / 4096 * 4096
        if pages > 0 { unsafe _ = madvise(base, pages, MADV_DONTNEED) }
    }
}
