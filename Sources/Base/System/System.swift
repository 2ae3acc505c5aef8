// What a server asks of the machine and the process around it: sizes, times, identity. Not on the request
// path.

import CIntrinsics
import Glibc

public enum System {
    public static var processID: Int { Int(getpid()) }

    /// Lets the calling thread rest.
    public static func sleep(milliseconds: Int) { sleep(microseconds: milliseconds * 1000) }

    /// The kernel adds some fifty microseconds.
    public static func sleep(microseconds: Int) { usleep(useconds_t(clamping: microseconds)) }

    /// Has the allocator give the system what it has free. May take milliseconds.
    public static func releaseFreeMemory() { _ = duet_trim() }

    /// Bytes that the allocator holds and nobody uses.
    public static var allocatorFreeSize: Int { Int(clamping: duet_malloc_facts().fordblks) }

    /// What the allocator says of itself, a line each. The keyspace's pages are not its business.
    public static func allocatorText() -> String {
        let facts = duet_malloc_facts()
        let rows: [(String, Int)] = [
            ("arena bytes", facts.arena), ("arena chunks free", facts.ordblks),
            ("fast bins free", facts.smblks), ("mapped blocks", facts.hblks), ("mapped bytes", facts.hblkhd),
            ("fast bins bytes", facts.fsmblks), ("bytes in use", facts.uordblks), ("bytes free", facts.fordblks),
            ("bytes free at the top", facts.keepcost),
        ]
        return "glibc malloc\n" + rows.map { "\($0.0): \($0.1)\n" }.joined()
    }

    public static var isRoot: Bool { getuid() == 0 || geteuid() == 0 }

    /// Processors that the process may run on, at least 1: an affinity mask or a container's set counts.
    public static var processorCount: Int {
        let label = "Cpus_allowed:"
        let online = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        guard let content = try? Files.read("/proc/self/status") else { return online }
        for line in content.split(separator: 10) where line.starts(with: label.utf8) {
            // A mask in hexadecimal words, with commas between them.
            let mask = String(decoding: line.dropFirst(label.utf8.count), as: UTF8.self)
            let count = mask.compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
            return count > 0 ? min(count, online) : online
        }
        return online
    }

    /// A number nobody can guess, from the kernel.
    public static func randomNumber() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// Bytes of the process in memory.
    public static func residentSize() -> Int? {
        guard let content = try? Files.read("/proc/self/statm") else { return nil }
        let fields = content.split(separator: 32)
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else {
            return nil
        }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Bytes of memory the machine has.
    public static var memorySize: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }

    /// Processor time of all threads so far, in microseconds.
    /// - Parameter ofChildren: that of children that have ended, and of theirs, in the place of this process' own.
    public static func processorTimes(ofChildren: Bool = false) -> (user: Int, system: Int) {
        var usage = rusage()
        // SAFETY: the structure is ours for the call.
        unsafe getrusage(__rusage_who_t((ofChildren ? RUSAGE_CHILDREN : RUSAGE_SELF).rawValue), &usage)
        return (
            Int(usage.ru_utime.tv_sec) * 1_000_000 + Int(usage.ru_utime.tv_usec),
            Int(usage.ru_stime.tv_sec) * 1_000_000 + Int(usage.ru_stime.tv_usec)
        )
    }

    /// System, release and machine, as in `Linux 6.1.0 x86_64`.
    public static var name: String {
        var names = utsname()
        // SAFETY: uname fills terminated texts into fixed places of our structure.
        guard unsafe uname(&names) == 0 else { return "Linux" }
        return [text(of: names.sysname), text(of: names.release), text(of: names.machine)].joined(
            separator: " ")
    }

    private static func text<T>(of place: T) -> String {
        // SAFETY: read within the value's size only, up to the first zero.
        unsafe withUnsafeBytes(of: place) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    public static var executablePath: String? {
        var path = [UInt8](repeating: 0, count: 4096)
        // SAFETY: no more than the array's count is written.
        let count = unsafe path.withUnsafeMutableBytes { bytes in
            unsafe readlink(
                "/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return count > 0 ? String(decoding: path[0..<count], as: UTF8.self) : nil
    }

    public static func environment(_ name: String) -> String? {
        // SAFETY: the answer is a terminated text, copied at once; nothing here changes the environment.
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The time at the machine's place, as in `24 Nov 2026 21:40:18.000`.
    public static func localTimeText(_ time: Milliseconds) -> String {
        var seconds = time_t(time.seconds)
        var parts = unsafe tm()
        // SAFETY: both are ours for the call.
        _ = unsafe localtime_r(&seconds, &parts)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func padded(_ number: Int, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0)) }
        return unsafe padded(Int(parts.tm_mday)) + " " + months[Int(parts.tm_mon)]
            + " \(1900 + parts.tm_year) "
            + clock.joined(separator: ":") + "." + padded(Int(time.rawValue % 1000), 3)
    }

    /// Keeps malloc from growing one arena for each thread: what threads allocate outside the keyspace is
    /// little, and each arena costs memory that is never given back.
    public static func limitMallocArenas(to count: Int) { duet_limit_malloc_arenas(Int32(count)) }
}
