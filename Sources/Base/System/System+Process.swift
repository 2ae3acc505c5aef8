// The process as a daemon: detached, under another user, with the limits it needs, announced to its
// supervisor.

import CIntrinsics
import Glibc

extension System {
    /// Detaches from the terminal: forks, leads a new session, standard streams to /dev/null. Before any
    /// thread exists.
    /// - Parameter changesDirectory: whether to move to `/`.
    /// - Parameter keepsStreams: leaves the standard streams where they are.
    public static func becomeDaemon(changesDirectory: Bool, keepsStreams: Bool) throws(SystemError) {
        guard daemon(changesDirectory ? 0 : 1, keepsStreams ? 1 : 0) == 0 else { throw .latest("daemon") }
    }

    /// Gives up the rights of root for those of `user`. Does nothing if the process already is that user.
    /// - Returns: false if there is no such user.
    public static func become(user: String) throws(SystemError) -> Bool {
        // SAFETY: the answer lives in the library's own storage; two numbers are copied before anything else
        // is asked.
        guard let entry = unsafe getpwnam(user) else { return false }
        let (userID, groupID) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
        if getuid() == userID && geteuid() == userID { return true }
        // Refused where there is little to give up, as in a container without the capability: go on.
        guard setgroups(0, nil) == 0 || errno == EPERM else { throw .latest("setgroups") }
        guard setgid(groupID) == 0 else { throw .latest("setgid") }
        guard setuid(userID) == 0 else { throw .latest("setuid") }
        return true
    }

    /// Asks for `count` open files at once.
    /// - Returns: how many the process may open now.
    public static func raiseOpenFileLimit(to count: Int) -> Int {
        var limit = rlimit()
        // SAFETY: the structure is ours for the calls.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let wanted = rlim_t(count)
        guard limit.rlim_cur < wanted else { return Int(clamping: limit.rlim_cur) }
        var raised = rlimit(rlim_cur: wanted, rlim_max: max(wanted, limit.rlim_max))
        if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { return count }
        raised = rlimit(rlim_cur: min(wanted, limit.rlim_max), rlim_max: limit.rlim_max)
        if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 {
            return Int(clamping: raised.rlim_cur)
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Lets a crash write its whole memory down: without a limit, else as much as the hard limit allows, which
    /// must be something.
    public static func raiseCoreFileLimit() throws(SystemError) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
        // SAFETY: the structures are ours for the calls.
        guard unsafe getrlimit(resource, &limit) == 0 else { throw .latest("getrlimit") }
        var raised = rlimit(rlim_cur: rlim_t.max, rlim_max: rlim_t.max)
        if unsafe setrlimit(resource, &raised) == 0 { return }
        raised = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
        guard unsafe setrlimit(resource, &raised) == 0 else { throw .latest("setrlimit") }
        guard raised.rlim_cur > 0 else { throw SystemError(call: "setrlimit", code: EPERM) }
    }

    /// Lets the kernel write a core file although the process changed its user.
    public static func allowCoreFile() { _ = duet_allow_core_file() }

    /// Lifts the limit of `lockMemory()`, or as much of it as the hard limit allows.
    public static func raiseLockedMemoryLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue)
        // SAFETY: the structures are ours for the calls.
        guard unsafe getrlimit(resource, &limit) == 0 else { return }
        var raised = rlimit(rlim_cur: rlim_t.max, rlim_max: rlim_t.max)
        if unsafe setrlimit(resource, &raised) == 0 { return }
        raised = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
        unsafe _ = setrlimit(resource, &raised)
    }

    /// Keeps all memory, present and future, out of the swap.
    public static func lockMemory() throws(SystemError) {
        guard mlockall(MCL_CURRENT | MCL_FUTURE) == 0 else {
            throw .latest("mlockall")
        }
    }

    public static func changeDirectory(_ path: String) throws(SystemError) {
        guard unsafe chdir(path) == 0 else { throw .latest(path) }
    }

    /// Tells systemd how it goes (`READY=1`, `STOPPING=1`), if it asked by NOTIFY_SOCKET.
    /// - Returns: whether somebody was told.
    /// Source: sd_notify(3).
    @discardableResult
    public static func notifySupervisor(_ state: String) -> Bool {
        guard let path = environment("NOTIFY_SOCKET"), path.hasPrefix("/") || path.hasPrefix("@") else {
            return false
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let message = Array(state.utf8)
        // SAFETY: the address is a sockaddr_un of which `size` bytes are set; the message is sent by its own
        // count.
        let sent = unsafe withUnsafeBytes(of: &address) { place in
            unsafe message.withUnsafeBytes { bytes in
                unsafe sendto(
                    socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL),
                    place.baseAddress!.assumingMemoryBound(to: sockaddr.self), size)
            }
        }
        return sent == message.count
    }
}
