// Whole small files: configuration, pid files, logs. Nothing here is on the request path.

import Glibc

public enum Files {
    /// The whole content of `path`; `-` is standard input.
    public static func read(_ path: String) throws(SystemError) -> [UInt8] {
        if path == "-" { return try read(descriptor: STDIN_FILENO, name: "standard input") }
        // SAFETY: the path is a terminated text for the call, here and below.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .latest(path) }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, name: path)
    }

    private static func read(descriptor: Int32, name: String) throws(SystemError) -> [UInt8] {
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let size = piece.count
            // SAFETY: the array is ours for the call, and `size` is its count.
            let count = unsafe piece.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, size)
            }
            if count > 0 {
                content += piece[0..<count]
            } else if count == 0 {
                return content
            } else if errno != EINTR {
                throw .latest(name)
            }
        }
    }

    /// Writes all of `text`, or gives up without a word: meant for logs and terminals.
    public static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            // SAFETY: `start` is below the count, and no more than the rest is written.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + start, bytes.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            start += count
        }
    }

    /// Writes a new file beside `path` and renames it, so that a reader sees the old content or the new one,
    /// whole.
    /// - Parameter suffix: of the file beside it.
    public static func replace(
        _ path: String, with text: String, suffix: String = ".tmp", mode: UInt32 = 0o644
    ) throws(SystemError) {
        try replace(path, with: Array(text.utf8), suffix: suffix, mode: mode)
    }

    /// As above, with bytes.
    public static func replace(
        _ path: String, with bytes: [UInt8], suffix: String = ".tmp", mode: UInt32 = 0o644
    ) throws(SystemError) {
        let fresh = path + suffix
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .latest(fresh) }
        do throws(SystemError) {
            try write(bytes.span.rawBytes, to: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        let synced = fsync(descriptor)
        close(descriptor)
        guard synced == 0 || errno == EINVAL else { throw .latest(fresh) }
        guard unsafe rename(fresh, path) == 0 else { throw .latest(path) }
    }

    /// A descriptor at the end of `path`, made if it is not there.
    public static func openForAppending(_ path: String) throws(SystemError) -> Int32 {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .latest(path) }
        return descriptor
    }

    /// Removes `path` if it is there.
    public static func remove(_ path: String) { _ = unsafe unlink(path) }

    /// Removes the folder `path` if it is there and empty.
    public static func removeFolder(_ path: String) { _ = unsafe rmdir(path) }

    /// The files that `pattern` stands for, sorted; the pattern itself if it holds no `*`, `?` or `[`.
    public static func matching(_ pattern: String) -> [String] {
        guard pattern.contains(where: { "*?[".contains($0) }) else { return [pattern] }
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        // SAFETY: glob filled gl_pathc terminated texts, which live until globfree.
        return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
            unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
        }
    }

    /// `path` from the root on, without resolving links.
    public static func absolutePath(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        // SAFETY: getcwd allocates its answer, which is copied and freed here.
        guard let here = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(here) }
        return unsafe String(cString: here) + "/" + path
    }

    public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}
