// Files whose content must be on the disk: each step answers for itself.

import CIntrinsics
import Glibc

extension Files {
    /// Makes an empty file, in the place of one that is there, for its owner alone to write.
    /// - Returns: its descriptor, the caller's to close.
    public static func create(_ path: String) throws(SystemError) -> Int32 {
        // SAFETY: the path is a terminated text for the call, here and below.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .latest(path) }
        return descriptor
    }

    /// Writes all of `bytes` at the descriptor's place.
    public static func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) {
        var start = 0
        while start < bytes.byteCount {
            // SAFETY: `start` is below the count, and no more than the rest is written.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + start, $0.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .latest("write") }
            start += count
        }
    }

    /// Has bytes that were written move to the disk, without waiting for them.
    public static func startWriting(_ descriptor: Int32, from offset: Int, count: Int) {
        duet_start_writing(descriptor, offset, count)
    }

    /// Waits until the file's content is on the disk.
    public static func sync(_ descriptor: Int32) throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw .latest("fsync") }
    }

    /// As `sync`, but what only tells when the file was changed may come later.
    public static func syncData(_ descriptor: Int32) throws(SystemError) {
        guard fdatasync(descriptor) == 0 else { throw .latest("fdatasync") }
    }

    /// Cuts a file.
    public static func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) {
        guard ftruncate(descriptor, size) == 0 else { throw .latest("ftruncate") }
    }

    /// Makes a folder, if there is none, and waits until the folder above says so on the disk.
    public static func makeFolder(_ path: String) throws(SystemError) {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .latest(path) }
        try syncFolder(of: path)
    }

    public static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Gives a file another name, in the place of what has that name, and waits until the folder says so on the disk.
    public static func renameDurably(_ path: String, to target: String) throws(SystemError) {
        guard unsafe rename(path, target) == 0 else { throw .latest("rename") }
        try syncFolder(of: target)
    }

    /// Waits until the names in a file's folder are on the disk.
    public static func syncFolder(of target: String) throws(SystemError) {
        let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .latest(folder) }
        defer { close(descriptor) }
        // Some file systems know no such thing for folders.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .latest("fsync of the folder") }
    }
}
