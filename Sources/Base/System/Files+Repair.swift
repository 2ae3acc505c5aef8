// What repairs of files need: a copy before anything is changed, a cut, and what lies in a folder.

import Glibc

extension Files {
    public static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        // SAFETY: the path is a terminated text for the call, here and below; the structure is ours.
        return unsafe stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// Bytes of the file; nil if there is none.
    public static func size(_ path: String) -> Int? {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { return nil }
        return Int(facts.st_size)
    }

    /// Bytes that may still be written where `path` is; nil if the system does not tell.
    public static func freeSize(at path: String) -> Int? {
        var facts = statvfs()
        guard unsafe statvfs(path, &facts) == 0 else { return nil }
        return Int(clamping: facts.f_bavail.multipliedReportingOverflow(by: facts.f_frsize).partialValue)
    }

    /// The names of what lies in a folder, sorted.
    public static func names(inFolder path: String) throws(SystemError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw .latest(path) }
        defer { unsafe _ = closedir(folder) }
        var names: [String] = []
        // SAFETY: an entry is good until the next call, and is copied at once.
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Copies a file to a name that nothing has yet, and waits until the copy is on the disk. A copy that failed is
    /// removed.
    public static func copy(_ path: String, toNew target: String) throws(SystemError) {
        let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw .latest(path) }
        defer { close(source) }
        let copy = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard copy >= 0 else { throw .latest(target) }
        defer { close(copy) }
        do throws(SystemError) {
            try copyContent(source, to: copy, target)
            try sync(copy)
        } catch {
            remove(target)
            throw error
        }
    }

    private static func copyContent(_ source: Int32, to copy: Int32, _ target: String) throws(SystemError) {
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let size = piece.count
            // SAFETY: the array is ours for the call, and `size` is its count.
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(source, $0.baseAddress, size) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .latest("read") }
            if count == 0 { return }
            do throws(SystemError) {
                try write(piece.span.rawBytes.slice(0, count), to: copy)
            } catch {
                throw SystemError(call: target, code: error.code)
            }
        }
    }

    /// Cuts a file at `size`, and waits until that is so on the disk.
    public static func cut(_ path: String, to size: Int) throws(SystemError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .latest(path) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, size) == 0 else { throw .latest(path) }
        try sync(descriptor)
    }
}
