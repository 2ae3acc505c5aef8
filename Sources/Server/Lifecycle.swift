// From a parsed command line to an exit code: identity, limits, log, pid file, signals, and the end.

import Base
import Glibc
import Synchronization
import Transport

/// Runs a server until it is told to stop.
/// - Parameter arguments: the program's name first.
/// - Returns: the process' exit code.
public func serve(_ personality: Personality, _ arguments: [String]) -> Int32 {
    let result =
        personality == .memcached
        ? parseMemcached(arguments, isRoot: System.isRoot) : parseDirectives(arguments, for: personality)
    switch result {
    case .answer(let text):
        Files.write(text + "\n", to: STDOUT_FILENO)
        return 0
    case .refuse(let text, let code):
        Files.write(text + "\n", to: STDERR_FILENO)
        return code
    case .start(let settings, let warnings):
        var lifecycle = Lifecycle(personality, settings, warnings)
        do throws(Refusal) {
            try lifecycle.run()
            return 0
        } catch {
            lifecycle.log.warning(error.text)
            // A log file is no place for the one who waits at the terminal.
            if !lifecycle.settings.logFile.isEmpty { Files.write(error.text + "\n", to: STDERR_FILENO) }
            return error.code
        }
    }
}

struct Lifecycle {
    let personality: Personality
    let warnings: [String]
    let log: Log
    private(set) var settings: Configuration

    init(_ personality: Personality, _ settings: Configuration, _ warnings: [String]) {
        self.personality = personality
        self.settings = settings
        self.warnings = warnings
        log = Log(
            style: personality == .memcached ? .memcached : .redis, level: settings.logLevel,
            path: settings.logFile)
    }

    private var failure: Int32 { personality == .memcached ? ExitCode.osError : ExitCode.failure }

    mutating func run() throws(Refusal) {
        System.limitMallocArenas(to: 1)
        try enterDirectory()
        try checkLogFile()
        try checkHugePages()
        try raiseLimits()
        // Keys are often root's alone.
        let certificates = try loadCertificates()
        try changeUser()
        try detach()
        sayHello()
        let server: Assembly
        do throws(StartError) {
            server = try Assembly(settings, log: log, certificates)
        } catch {
            throw Refusal(error.description, error.exitCode ?? failure)
        }
        let isMemcached = personality == .memcached
        server.control.state.withLock { $0.pidFile = pidFileToRemove }
        server.onSignals([SIGTERM]) { [log] in
            if !isMemcached { log.warning("Received SIGTERM scheduling shutdown...") }
            server.stop()
        }
        server.onSignals([SIGINT]) { [log] in
            if server.control.stopsLater {
                log.warning("You insist... exiting now.")
                server.control.leave(ExitCode.failure)
            }
            if !isMemcached { log.warning("Received SIGINT scheduling shutdown...") }
            server.stop()
        }
        server.onSignals([SIGUSR1]) { server.control.stopGracefully() }
        server.onSignals([SIGHUP]) { server.control.reload() }
        // Whoever finds these files may send signals at once.
        writePidFile()
        writePortFile(server)
        saySomethingToTry(server)
        supervise("READY=1")
        do throws(StartError) {
            try server.run()
        } catch {
            throw Refusal(error.description, failure)
        }
        supervise("STOPPING=1")
        sayGoodbye(server)
    }

    // MARK: Before anything is opened

    private mutating func enterDirectory() throws(Refusal) {
        if !settings.directory.isEmpty {
            do throws(SystemError) {
                try System.changeDirectory(settings.directory)
            } catch {
                throw Refusal("Can't chdir to '\(settings.directory)': \(error.reason)", failure)
            }
        }
        let here = Files.absolutePath("")
        settings.directory = here.count > 1 && here.hasSuffix("/") ? String(here.dropLast()) : here
    }

    private func checkLogFile() throws(Refusal) {
        guard !settings.logFile.isEmpty else { return }
        do throws(SystemError) {
            close(try Files.openForAppending(settings.logFile))
        } catch {
            Files.write("Can't open the log file: \(error.reason)\n", to: STDERR_FILENO)
            throw Refusal("Can't open the log file: \(error.reason)", failure)
        }
    }

    /// Source: memcached, enable_large_pages.
    private func checkHugePages() throws(Refusal) {
        guard settings.usesHugePages else { return }
        let path = "/sys/kernel/mm/transparent_hugepage/enabled"
        let content = (try? Files.read(path)).map { String(decoding: $0, as: UTF8.self) }
        guard let content, !content.contains("[never]") else {
            let reason = content == nil ? "support not detected." : "support disabled."
            throw Refusal(
                "Transparent huge pages \(reason)\nCannot enable large pages on this system\n"
                    + "(There is no support as of this version)", ExitCode.failure)
        }
    }

    private mutating func raiseLimits() throws(Refusal) {
        if settings.dumpsCore {
            do throws(SystemError) {
                try System.raiseCoreFileLimit()
            } catch {
                throw Refusal("failed to ensure corefile creation", failure)
            }
        }
        // Asked for while there may be root's rights: as another user the default of a few MiB would not do.
        if settings.locksMemory { System.raiseLockedMemoryLimit() }
        let wanted = settings.connectionCountMax + ProcessLimits.descriptorsBesideConnections
        let allowed = System.raiseOpenFileLimit(to: wanted)
        guard allowed < wanted else { return }
        guard personality != .memcached else {
            throw Refusal(
                "failed to set rlimit for open files. "
                    + "Try starting as root or requesting smaller maxconns value.",
                failure)
        }
        let possible = max(1, allowed - ProcessLimits.descriptorsBesideConnections)
        log.warning(
            "maxclients \(settings.connectionCountMax) needs \(wanted) open files, "
                + "the system allows \(allowed): "
                + "maxclients has been reduced to \(possible).")
        settings.connectionCountMax = possible
    }

    private func loadCertificates() throws(Refusal) -> Certificates? {
        do throws(StartError) {
            return try Assembly.certificates(for: settings, log)
        } catch {
            throw Refusal(error.description, error.exitCode ?? failure)
        }
    }

    private func changeUser() throws(Refusal) {
        guard !settings.user.isEmpty else { return }
        let isKnown: Bool
        do throws(SystemError) {
            isKnown = try System.become(user: settings.user)
        } catch {
            throw Refusal(
                error.call == "setgroups"
                    ? "failed to drop supplementary groups: \(error.reason)"
                    : "failed to assume identity of user \(settings.user)", failure)
        }
        guard isKnown else {
            throw Refusal("can't find the user \(settings.user) to switch to", ExitCode.noUser)
        }
        // The kernel takes a process that changed its user for one with secrets, and writes no core of it.
        if settings.dumpsCore { System.allowCoreFile() }
    }

    private func detach() throws(Refusal) {
        if settings.isDaemon {
            do throws(SystemError) {
                try System.becomeDaemon(
                    changesDirectory: settings.followsMemcachedHabits && !settings.dumpsCore,
                    keepsStreams: settings.daemonKeepsStreams)
            } catch {
                throw Refusal("failed to daemon() in order to daemonize", ExitCode.failure)
            }
        }
        guard settings.locksMemory else { return }
        do throws(SystemError) {
            try System.lockMemory()
        } catch {
            log.warning("warning: -k invalid, mlockall() failed: \(error.reason)")
        }
    }

    // MARK: Files that tell others

    private func writePidFile() {
        guard let path = pidFile else { return }
        warnOfRunning(path)
        do throws(SystemError) {
            try Files.replace(path, with: "\(System.processID)\n")
        } catch {
            log.warning(
                error.call == path
                    ? "Could not rename the pid file from \(path).tmp to \(path): \(error.reason)"
                    : "Could not open the pid file \(error.call) for writing: \(error.reason)")
        }
    }

    /// Source: memcached, save_pid.
    private func warnOfRunning(_ path: String) {
        guard personality == .memcached, let content = try? Files.read(path) else { return }
        let digits = content.prefix { $0 >= 48 && $0 <= 57 }
        guard let other = Int32(String(decoding: digits, as: UTF8.self)), other > 0, kill(other, 0) == 0 else {
            return
        }
        log.warning("WARNING: The pid file contained the following (running) pid: \(other)")
    }

    private var pidFile: String? {
        if !settings.pidFile.isEmpty { return settings.pidFile }
        return settings.isDaemon && personality == .redis ? "/var/run/redis.pid" : nil
    }

    private var pidFileToRemove: String? { !settings.followsMemcachedHabits || settings.isDaemon ? pidFile : nil }

    /// Source: memcached's MEMCACHED_PORT_FILENAME.
    private func writePortFile(_ server: Assembly) {
        guard let path = System.environment("MEMCACHED_PORT_FILENAME") else { return }
        var lines = ""
        func add(_ transport: String, _ host: String, _ port: UInt16) {
            let families = host == "*" ? ["INET", "INET6"] : [host.contains(":") ? "INET6" : "INET"]
            for family in families { lines += "\(transport) \(family): \(port)\n" }
        }
        for listener in server.memcachedListeners {
            if case .tcp(let host, _) = listener.address { add("TCP", host, listener.port) }
        }
        for listener in server.memcachedDatagrams { add("UDP", listener.host, listener.port) }
        // memcached writes none for a unix socket.
        guard !lines.isEmpty else { return }
        do throws(SystemError) {
            try Files.replace(path, with: lines, suffix: ".lck")
        } catch {
            log.warning("Failed to open \"\(path).lck\": \(error.reason)")
        }
    }

    private func supervise(_ state: String) {
        guard settings.supervision == .systemd || settings.supervision == .auto else { return }
        System.notifySupervisor(state)
    }
}

// MARK: - What it says

extension Lifecycle {
    /// The name that scripts look for in the log.
    private var product: String { personality == .redis ? "Redis" : "Duet" }

    private func sayHello() {
        guard personality != .memcached else {
            for warning in warnings { log.warning(warning) }
            return
        }
        log.warning("oO0OoO0OoO0Oo \(product) is starting oO0OoO0OoO0Oo")
        log.warning(
            "\(product) version=\(personality == .redis ? Version.redis : Version.number), bits=64, "
                + "commit=00000000, modified=0, pid=\(System.processID), just started "
                + "(Duet \(Version.number))"
        )
        if settings.configurationFile.isEmpty {
            log.notice("No configuration file: defaults and the command line hold.")
        } else {
            log.warning("Configuration loaded")
        }
        for warning in warnings { log.warning(warning) }
        log.startServing()
    }

    private func saySomethingToTry(_ server: Assembly) {
        let isWatched = settings.logFile.isEmpty && !settings.isDaemon && Files.isTerminal(STDOUT_FILENO)
        if personality != .memcached && (isWatched || settings.alwaysShowsBanner) {
            Files.write(Banner.text(personality, server), to: STDOUT_FILENO)
        } else if personality == .redis {
            log.notice("Running mode=standalone, port=\(server.control.settings.shownRESPPort).")
        }
        let listeners =
            server.memcachedListeners.map { ("memcached", $0) } + server.respListeners.map { ("RESP", $0) }
        for (door, listener) in listeners {
            let tls = listener.tls == nil ? "" : " (TLS)"
            log.notice("Listening for \(door) on \(listener.boundAddress)\(tls)")
        }
        guard personality != .memcached else {
            for endpoint in server.memcachedListeners.flatMap(\.endpoints) {
                log.verbose("<\(endpoint.fd) server listening (auto-negotiate)")
            }
            return
        }
        log.warning("Server initialized")
        log.notice("Ready to accept connections")
    }

    private func sayGoodbye(_ server: Assembly) {
        if let pidFileToRemove { Files.remove(pidFileToRemove) }
        if personality == .memcached {
            if !server.control.stopsGracefully { log.notice("Exiting normally") }
        } else {
            log.warning("\(product) is now ready to exit, bye bye...")
        }
    }
}

extension Listener {
    /// The address with the port that it really has.
    var boundAddress: String {
        switch address {
        case .tcp(let host, _): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path, _): path
        }
    }
}
