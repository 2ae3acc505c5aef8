// Another program as a child of this process: started on cores of its own, looked at, ended by its number.

import CIntrinsics
import Glibc

/// A running child. Who starts one ends it: `end` is called by `deinit` too, but not if this process is killed.
///
/// It leads a process group of its own, so that Ctrl-C in a terminal reaches its parent alone; it takes all
/// signals, has
/// no standard input, and its output goes to a file. Used by one thread at a time.
public final class ChildProcess: @unchecked Sendable {
    // Sendable: `exitStatus` is written by whoever waits, and one thread at a time uses a child.

    public let processID: Int
    /// From `waitpid`, once it has ended.
    private var exitStatus: Int32?

    /// - Parameter executable: a path; for a name see `executable(named:)`.
    /// - Parameter outputPath: a file for what it prints, emptied first.
    /// - Parameter folder: where it runs.
    /// - Parameter cores: where it may run; empty for wherever this thread may.
    /// - Throws: what posix_spawn says, such as `No such file or directory`.
    public init(
        executable: String, arguments: [String], outputPath: String, folder: String, cores: [Int] = []
    ) throws(SystemError) {
        // A thread's cores are inherited: they are borrowed for the moment of the start.
        let before = Cores.ofThisThread
        if !cores.isEmpty { try Cores.keepThisThread(on: cores) }
        var result: Result<pid_t, SystemError>
        do throws(SystemError) {
            result = .success(try Self.spawn(executable, arguments, outputPath, folder))
        } catch {
            result = .failure(error)
        }
        if !cores.isEmpty && !before.isEmpty { try Cores.keepThisThread(on: before) }
        processID = Int(try result.get())
    }

    deinit { end() }

    private static func spawn(
        _ executable: String, _ arguments: [String], _ outputPath: String, _ folder: String
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        // SAFETY: the texts are terminated for the calls, which copy them.
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        unsafe posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        unsafe duet_spawn_in(&actions, folder)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        // SAFETY: copies that live until they are freed below; the list ends with nil.
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([executable] + arguments).map {
            unsafe strdup($0)
        }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var child = pid_t()
        let code = unsafe posix_spawn(&child, executable, &actions, &attributes, words, environ)
        guard code == 0 else { throw SystemError(call: executable, code: code) }
        return child
    }

    /// The path of the program that a shell would run for `name`; nil if there is none. A name with a slash
    /// is a path.
    public static func executable(named name: String) -> String? {
        if name.contains("/") { return unsafe access(name, X_OK) == 0 ? name : nil }
        let folders = (System.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        return folders.lazy.map { "\($0)/\(name)" }.first {
            unsafe access($0, X_OK) == 0 && !Files.isFolder($0)
        }
    }

    // MARK: Looking at it

    /// Whether it has not ended yet.
    public var isRunning: Bool {
        if exitStatus != nil { return false }
        var status: Int32 = 0
        // SAFETY: the number is ours for the call.
        let found = unsafe waitpid(pid_t(processID), &status, WNOHANG)
        if found == 0 { return true }
        exitStatus = found > 0 ? status : 0
        return false
    }

    /// How it ended, as in `exit status 71` or `signal 9`; nil while it runs.
    public var ending: String? {
        guard !isRunning, let exitStatus else { return nil }
        let signal = exitStatus & 0x7F
        return signal == 0 ? "exit status \(exitStatus >> 8 & 0xFF)" : "signal \(signal)"
    }

    /// Processor time of all its threads so far, user and system, in nanoseconds; nil if it has ended. The
    /// same account as
    /// /proc/PID/stat, which rounds to hundredths of a second.
    public var processorNanoseconds: UInt64? {
        var clock = clockid_t()
        var time = timespec()
        // SAFETY: both are ours for the calls.
        guard exitStatus == nil, unsafe clock_getcpuclockid(pid_t(processID), &clock) == 0,
            unsafe clock_gettime(clock, &time) == 0
        else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Bytes in memory; nil if it has ended.
    public var residentSize: Int? {
        guard let content = try? Files.read("/proc/\(processID)/statm") else { return nil }
        let fields = content.split(separator: 32)
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else {
            return nil
        }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Bytes that it and its own children have for themselves, pages that they share counted once: what a
    /// fork costs is in
    /// it. Walks through their page tables and holds them up for milliseconds meanwhile.
    public var privateSizeOfFamily: Int {
        let children = (try? Files.read("/proc/\(processID)/task/\(processID)/children")) ?? []
        let others = String(decoding: children, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        return ([processID] + others).reduce(0) { $0 + Self.proportionalSize($1) }
    }

    private static func proportionalSize(_ processID: Int) -> Int {
        guard let content = try? Files.read("/proc/\(processID)/smaps_rollup") else { return 0 }
        for line in String(decoding: content, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("Pss_Anon:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
        }
        return 0
    }

    // MARK: Its end

    /// Asks it to end, waits, and kills it if it takes longer than ten seconds. Does nothing if it has ended.
    public func end() {
        guard isRunning else { return }
        _ = kill(pid_t(processID), SIGTERM)
        for _ in 0..<2000 {
            if !isRunning { return }
            System.sleep(milliseconds: 5)
        }
        _ = kill(pid_t(processID), SIGKILL)
        var status: Int32 = 0
        // SAFETY: as above.
        while unsafe waitpid(pid_t(processID), &status, 0) < 0 && errno == EINTR {}
        exitStatus = status
    }
}
