// One run of a program to its end: exit code and what it said.

import Glibc

struct Program {
    let code: Int32
    let output: String
    let error: String

    /// Duet's executable, beside the tests; nil if it was not built.
    static let duet: String? = {
        var path = [UInt8](repeating: 0, count: 4096)
        // SAFETY: no more than the array's count is written.
        let count = unsafe path.withUnsafeMutableBytes { bytes in
            unsafe readlink(
                "/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        let folder = String(decoding: path.prefix(max(0, count)), as: UTF8.self).split(separator: "/").dropLast()
        let found = "/" + folder.joined(separator: "/") + "/duet"
        return unsafe access(found, X_OK) == 0 ? found : nil
    }()

    /// Runs `path` under the name `arguments[0]` and waits; a program that serves is ended after a while, by a
    /// signal, and `code` is then -1.
    /// - Parameter whileRunning: gets its pid, before anything that it says is read.
    init(
        _ path: String, _ arguments: [String], secondsMax: Int = 20, whileRunning: (pid_t) -> Void = { _ in }
    ) throws {
        var ends: (out: [Int32], error: [Int32]) = ([0, 0], [0, 0])
        let results = unsafe [pipe(&ends.out), pipe(&ends.error)]
        precondition(results == [0, 0], "no pipes")
        for end in ends.out + ends.error { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // SAFETY: the copies live until the child has been spawned; the row ends with nil.
        let copies = unsafe arguments.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        var vector = unsafe copies + [nil]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends.out[1], 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends.error[1], 2)
        // Tests run on threads that block signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid = pid_t()
        let failure = unsafe posix_spawn(&pid, path, &actions, &attributes, &vector, environ)
        close(ends.out[1])
        close(ends.error[1])
        precondition(failure == 0, "\(path) does not start")
        defer {
            close(ends.out[0])
            close(ends.error[0])
        }
        whileRunning(pid)
        var waiting = [
            pollfd(fd: ends.out[0], events: Int16(POLLIN), revents: 0),
            pollfd(fd: ends.error[0], events: Int16(POLLIN), revents: 0),
        ]
        var texts: [[UInt8]] = [[], []]
        var wasEnded = false
        var piece = [UInt8](repeating: 0, count: 16384)
        while waiting.contains(where: { $0.fd >= 0 }) {
            if unsafe poll(&waiting, 2, Int32(secondsMax) * 1000) == 0 {
                wasEnded = true
                kill(pid, SIGKILL)
            }
            for index in waiting.indices where waiting[index].fd >= 0 && waiting[index].revents != 0 {
                let count = unsafe read(waiting[index].fd, &piece, piece.count)
                if count > 0 { texts[index] += piece.prefix(count) } else { waiting[index].fd = -1 }
            }
        }
        var status: Int32 = 0
        unsafe _ = waitpid(pid, &status, 0)
        code = wasEnded || status & 0x7F != 0 ? -1 : (status >> 8) & 0xFF
        output = String(decoding: texts[0], as: UTF8.self)
        error = String(decoding: texts[1], as: UTF8.self)
    }

    var firstOutput: String { Self.firstLine(output) }
    var firstError: String { Self.firstLine(error) }

    private static func firstLine(_ text: String) -> String {
        String(text.split(separator: "\n", omittingEmptySubsequences: false).first ?? "")
    }
}
