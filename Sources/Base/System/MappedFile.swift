// A file as bytes in memory, read by the kernel as they are looked at.

import Glibc

/// A read-only mapping of a whole file. What cannot be read, since the disk fails or somebody shortens the file
/// meanwhile, looks like zeros, and so does all behind it: whoever believes the bytes asks for `fault` first.
@safe
public final class MappedFile: @unchecked Sendable {
    // Sendable: nothing of it changes while it lives, and faults are atomic.
    private let base: UnsafeMutableRawPointer?
    public let size: Int
    private let path: String
    private let identity: (device: UInt64, number: UInt64)
    private let guardIndex: Int?

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
        self.path = path
        identity = (UInt64(facts.st_dev), UInt64(facts.st_ino))
        guard size > 0 else {
            unsafe base = nil
            guardIndex = nil
            return
        }
        let mapping = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
            throw SystemError(call: path, code: errno)
        }
        unsafe base = mapping
        guardIndex = unsafe MappingGuard.shared.add(mapping, size)
        unsafe _ = madvise(mapping, size, MADV_SEQUENTIAL)
    }

    deinit {
        if let guardIndex { MappingGuard.shared.remove(guardIndex) }
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

    /// Whether a page that was looked at could not be read. Costs nothing; `fault` says all.
    public var hasFault: Bool { guardIndex.map { MappingGuard.shared.hasFault($0) } ?? false }

    /// The file, the place and the reason, if bytes that were looked at could not be read: to the page, where the disk
    /// fails; or where the file ends now, if somebody shortened it.
    public var fault: SystemError? {
        var facts = stat()
        // SAFETY: as in `init`.
        let isThere = unsafe stat(path, &facts) == 0
        if isThere && identity == (UInt64(facts.st_dev), UInt64(facts.st_ino)) && Int(facts.st_size) < size {
            return SystemError(
                call: "\(path), at byte \(facts.st_size): it became shorter while it was read", code: EIO)
        }
        guard let guardIndex, let offset = MappingGuard.shared.faultOffset(guardIndex) else { return nil }
        return SystemError(call: "\(path), at byte \(offset)", code: EIO)
    }
}
