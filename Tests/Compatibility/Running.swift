// Duet's executable under memcached's name, in a folder of its own, ended by pid.

import Glibc

/// A running process. Its folder is everybody's, so that a server that gave up root's rights can write there.
final class Running {
    let folder: String
    let pid: pid_t
    private var status: Int32?

    var socketPath: String { folder + "/socket" }
    /// What it has said so far.
    var said: String { fileText(folder + "/said") }

    static func makeFolder() -> String {
        var template = Array("/tmp/duet-run-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template) != nil
        precondition(made, "no temporary folder")
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        _ = unsafe chmod(folder, 0o777)
        return folder
    }

    /// - Parameter environment: added to this process' own, `NAME=value` each.
    init(in folder: String = Running.makeFolder(), _ arguments: [String], environment: [String] = []) {
        self.folder = folder
        let link = folder + "/memcached"
        unsafe _ = symlink(Program.duet!, link)
        // env becomes the program: the pid is the server's.
        let words = ["env", "-C", folder] + environment + [link] + arguments
        // SAFETY: the copies live until the child has been spawned; the row ends with nil.
        let copies = unsafe words.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        var vector = unsafe copies + [nil]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        let said = folder + "/said"
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, said, O_WRONLY | O_CREAT | O_APPEND, 0o666)
        // Tests run on threads that block signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid = pid_t()
        let failure = unsafe posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &vector, environ)
        precondition(failure == 0, "env does not start")
        self.pid = pid
    }

    deinit {
        if status == nil {
            kill(pid, SIGKILL)
            _ = waitpid(pid, nil, 0)
        }
        for name in ["said", "socket", "pid", "pid.tmp", "ports", "memcached"] {
            unsafe _ = unlink(folder + "/" + name)
        }
        unsafe _ = rmdir(folder)
    }

    /// The exit code once it has ended, 128 more than a signal that ended it; nil after 20 seconds.
    func exitCode() -> Int32? {
        var found: Int32 = 0
        let ended = waitUntil { unsafe waitpid(pid, &found, WNOHANG) == pid }
        guard ended else { return nil }
        status = found
        return found & 0x7F == 0 ? (found >> 8) & 0xFF : 128 + found & 0x7F
    }
}

/// Gives the processor away until `condition` holds; false after 20 seconds.
func waitUntil(_ condition: () -> Bool) -> Bool {
    for _ in 0..<4000 {
        if condition() { return true }
        usleep(5000)
    }
    return false
}

func exists(_ path: String) -> Bool {
    let result = unsafe access(path, F_OK)
    return result == 0
}

/// A file's content, `""` if there is none.
func fileText(_ path: String) -> String {
    guard let file = unsafe fopen(path, "r") else { return "" }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
        // SAFETY: no more than the array's count is read.
        let count = unsafe fread(&piece, 1, piece.count, file)
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += piece[0..<count]
    }
}

/// The words behind `label` in one of a process' files, such as `Uid:` in `status`.
func processFact(_ pid: Int32, _ file: String, _ label: String) -> [String] {
    for line in fileText("/proc/\(pid)/\(file)").split(separator: "\n") where line.hasPrefix(label) {
        return line.dropFirst(label.count).split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    }
    return []
}
