// The process as memcached's users and unit files know it: user, directory, pid file, limits, signals.

import Glibc
import Testing

@Suite("Under memcached's name", .serialized, .enabled(if: Program.duet != nil, "the executable is not built"))
struct LifecycleTests {
    private static let isRoot = getuid() == 0

    private func serves(_ server: Running) throws -> Bool {
        let wire = try Wire(unix: server.socketPath)
        let reply = try wire.ask(Array("set k 0 0 1\r\nv\r\nget k\r\n".utf8), ending: "mn\r\n", "MN\r\n")
        return String(decoding: reply, as: UTF8.self) == "STORED\r\nVALUE k 0 1\r\nv\r\nEND\r\n"
    }

    private func currentDirectory(of pid: Int32) -> String {
        var path = [UInt8](repeating: 0, count: 4096)
        // SAFETY: no more than the array's count is written.
        let count = unsafe path.withUnsafeMutableBytes { bytes in
            unsafe readlink(
                "/proc/\(pid)/cwd", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return String(decoding: path.prefix(max(0, count)), as: UTF8.self)
    }

    private func daemonPID(_ folder: String) throws -> Int32 {
        try #require(waitUntil { fileText(folder + "/pid").hasSuffix("\n") })
        return try #require(Int32(fileText(folder + "/pid").dropLast()))
    }

    @Test("-d: the parent ends, the daemon works in / as -u says, and takes its pid file with it")
    func daemon() throws {
        let folder = Running.makeFolder()
        let parent = Running(
            in: folder,
            ["-d", "-P", folder + "/pid", "-s", folder + "/socket", "-a", "777", "-u", "nobody"])
        #expect(parent.exitCode() == 0)
        let pid = try daemonPID(folder)
        defer { kill(pid, SIGKILL) }
        #expect(pid != parent.pid)
        #expect(try serves(parent))
        #expect(currentDirectory(of: pid) == "/")
        if Self.isRoot {
            let nobody = String(unsafe getpwnam("nobody").pointee.pw_uid)
            #expect(processFact(pid, "status", "Uid:") == [nobody, nobody, nobody, nobody])
            #expect(processFact(pid, "status", "Groups:") == [])
        }
        kill(pid, SIGTERM)
        #expect(waitUntil { !exists(folder + "/pid") })
    }

    @Test("-d -r stays in its directory and may write a core of any size, also under another user")
    func cores() throws {
        let folder = Running.makeFolder()
        let parent = Running(
            in: folder,
            ["-d", "-r", "-P", "pid", "-s", folder + "/socket", "-a", "777", "-u", "nobody"])
        #expect(parent.exitCode() == 0)
        let pid = try daemonPID(folder)
        defer { kill(pid, SIGKILL) }
        #expect(currentDirectory(of: pid) == folder)
        let limits = processFact(pid, "limits", "Max core file size")
        #expect(limits.first == limits.dropFirst().first && limits.first != "0")
        // A process that may dump belongs to its user in /proc, another one to root.
        var status = stat()
        unsafe _ = stat("/proc/\(pid)/fd", &status)
        let owner = status.st_uid
        let nobody = unsafe getpwnam("nobody").pointee.pw_uid
        if Self.isRoot { #expect(owner == nobody) }
        kill(pid, SIGTERM)
        #expect(waitUntil { !exists(folder + "/pid") })
    }

    @Test("a daemon that is told to end as soon as its pid file is there ends in order, and takes the file with it")
    func earlyEnd() throws {
        for _ in 0..<10 {
            let folder = Running.makeFolder()
            let parent = Running(in: folder, ["-d", "-P", folder + "/pid", "-s", folder + "/socket", "-u", "root"])
            var pid: Int32?
            let start = time(nil)
            while pid == nil && time(nil) - start < 20 { pid = Int32(fileText(folder + "/pid").dropLast()) }
            kill(try #require(pid), SIGTERM)
            #expect(waitUntil { !exists(folder + "/pid") })
            #expect(parent.exitCode() == 0)
        }
    }

    @Test(
        "SIGTERM, SIGINT and SIGUSR1 stop with code 0, and without -d the pid file stays",
        arguments: [SIGTERM, SIGINT, SIGUSR1])
    func stopping(signal: Int32) throws {
        let folder = Running.makeFolder()
        let server = Running(
            in: folder, ["-s", folder + "/socket", "-u", "root", "-P", folder + "/pid"])
        #expect(try serves(server))
        #expect(fileText(folder + "/pid") == "\(server.pid)\n")
        kill(server.pid, signal)
        #expect(server.exitCode() == 0)
        #expect(exists(folder + "/pid"))
        // memcached says nothing of an ordinary end without -v.
        #expect(server.said == (signal == SIGUSR1 ? "Gracefully stopping\n" : ""))
    }

    @Test("a pid file of a running process is named, one that cannot be written does not stop the start")
    func pidFiles() throws {
        let folder = Running.makeFolder()
        if let file = unsafe fopen(folder + "/pid", "w") {
            unsafe fputs("\(getpid())\n", file)
            unsafe fclose(file)
        }
        let server = Running(in: folder, ["-s", folder + "/socket", "-u", "root", "-P", folder + "/pid"])
        #expect(try serves(server))
        #expect(server.said == "WARNING: The pid file contained the following (running) pid: \(getpid())\n")
        let other = Running(["-s", folder + "/other", "-u", "root", "-P", "/nonexistent/pid"])
        #expect(waitUntil { !other.said.isEmpty })
        let problem = "Could not open the pid file /nonexistent/pid.tmp for writing: No such file or directory\n"
        #expect(other.said == problem)
    }

    @Test("SIGHUP leaves the server running")
    func reload() throws {
        let folder = Running.makeFolder()
        let server = Running(in: folder, ["-s", folder + "/socket", "-u", "root", "-v"])
        #expect(try serves(server))
        kill(server.pid, SIGHUP)
        #expect(waitUntil { server.said.contains("SIGHUP") })
        #expect(try serves(server))
    }

    @Test("-k locks the memory, or says why not; -c is the limit of open files")
    func limits() throws {
        let folder = Running.makeFolder()
        let server = Running(
            in: folder,
            ["-s", folder + "/socket", "-a", "777", "-u", "nobody", "-k", "-c", "900", "-m", "8", "-I", "1m"])
        #expect(try serves(server))
        let locked = processFact(server.pid, "status", "VmLck:").first.flatMap { Int($0) } ?? 0
        #expect(locked > 0 || server.said.contains("warning: -k invalid, mlockall() failed: "))
        let files = processFact(server.pid, "limits", "Max open files").first.flatMap { Int($0) } ?? 0
        #expect(files >= 900)
    }

    @Test("-L has the keyspace's memory asked for as huge pages")
    func hugePages() throws {
        let runs: [([String], Bool)] = [([], false), (["-L"], true)]
        for (options, isAsked) in runs {
            let folder = Running.makeFolder()
            let server = Running(in: folder, ["-s", folder + "/socket", "-u", "root"] + options)
            guard waitUntil({ exists(folder + "/socket") || !server.said.isEmpty }),
                server.said.isEmpty
            else {
                #expect(isAsked && server.said.contains("Cannot enable large pages on this system"))
                continue
            }
            #expect(try serves(server))
            let flags = fileText("/proc/\(server.pid)/smaps").split(separator: "\n").filter {
                $0.hasPrefix("VmFlags:") && $0.split(separator: " ").contains("hg")
            }
            #expect(flags.isEmpty == !isAsked)
            kill(server.pid, SIGTERM)
            #expect(server.exitCode() == 0)
        }
    }

    @Test("a unix socket has the permissions of -a, and what a killed server left is replaced")
    func unixSockets() throws {
        let folder = Running.makeFolder()
        for (mask, mode): (String, mode_t) in [("770", 0o770), ("0", 0), ("xyz", 0), ("644", 0o644)] {
            let server = Running(["-s", folder + "/socket", "-a", mask, "-u", "root"])
            let hasMode = waitUntil {
                var status = stat()
                return unsafe stat(folder + "/socket", &status) == 0 && status.st_mode & 0o777 == mode
            }
            #expect(hasMode, "\(mask)")
            kill(server.pid, SIGKILL)
            #expect(server.exitCode() == 128 + SIGKILL)
            #expect(exists(folder + "/socket"))
        }
        unsafe _ = unlink(folder + "/socket")
        unsafe _ = rmdir(folder)
    }

    @Test("MEMCACHED_PORT_FILENAME gets the ports that the system chose")
    func portFile() throws {
        let folder = Running.makeFolder()
        let server = Running(
            in: folder, ["-p", "-1", "-U", "-1", "-l", "127.0.0.1", "-u", "nobody"],
            environment: ["MEMCACHED_PORT_FILENAME=\(folder)/ports"])
        #expect(waitUntil { fileText(folder + "/ports").contains("UDP") })
        let lines = fileText(folder + "/ports").split(separator: "\n").map(String.init)
        #expect(lines.count == 2 && lines[0].hasPrefix("TCP INET: ") && lines[1].hasPrefix("UDP INET: "))
        kill(server.pid, SIGTERM)
        #expect(server.exitCode() == 0)
    }

    @Test("a link named memcached takes memcached's usual command line")
    func link() throws {
        let folder = Running.makeFolder()
        let server = Running(
            in: folder,
            ["-m", "64", "-s", folder + "/socket", "-a", "777", "-u", "nobody", "-o", "modern", "-vv"])
        #expect(try serves(server))
        kill(server.pid, SIGTERM)
        #expect(server.exitCode() == 0)
        #expect(server.said.contains("Exiting normally"))
    }
}
