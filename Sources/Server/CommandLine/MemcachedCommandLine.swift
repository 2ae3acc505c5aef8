// memcached's command line, letter by letter, with its words and exit codes where it refuses.

import Base
import Engine
import Memcached
import Persistence

/// sysexits.h, as memcached uses it.
enum ExitCode {
    static let failure: Int32 = 1
    static let usage: Int32 = 64
    static let noUser: Int32 = 67
    static let osError: Int32 = 71
}

/// Why memcached's command line was refused.
struct Refusal: Error, Equatable {
    let text: String
    let code: Int32
    init(_ text: String, _ code: Int32 = ExitCode.failure) {
        self.text = text
        self.code = code
    }
}

/// Parses memcached's command line.
/// - Parameter arguments: the program's name first.
/// - Parameter isRoot: whether the process has root's rights, which memcached gives up by `-u`.
public func parseMemcached(_ arguments: [String], isRoot: Bool) -> CommandLineResult {
    let (options, _) = parseOptions(arguments, MemcachedOptions.known)
    var line = MemcachedCommandLine()
    do throws(Refusal) {
        for option in options {
            switch option.letter {
            case "h": return .answer(MemcachedOptions.help)
            case "V": return .answer(Version.line(for: .memcached))
            case "i":
                let own = "Duet \(Version.number), a cache server of its own that speaks memcached's protocols."
                return .answer(Version.line(for: .memcached) + "\n\n" + own)
            default: try line.apply(option)
            }
        }
        return .start(try line.finish(isRoot: isRoot), warnings: line.warnings)
    } catch {
        return .refuse(error.text, code: error.code)
    }
}

struct MemcachedCommandLine {
    var settings = Personality.memcached.defaults
    /// Options of memcached's own machinery, which change nothing here.
    var tuning: [String] = []
    /// Names of the ssl_* sub-options that were given.
    var tlsGiven: Set<String> = []
    var warnings: [String] = []
    private var listens: [String] = []
    private var respPort = 0
    private var verbosity = 0
    private var namesProtocol = false
    private var wantsSASL = false
    /// Whether -p was given.
    private var namesPort = false
    /// -N
    private var napiCount = 0

    mutating func apply(_ option: FoundOption) throws(Refusal) {
        let argument = option.argument ?? ""
        switch option.letter {
        case "p":
            settings.memcachedPort = try port(argument)
            namesPort = true
        case "U": settings.memcachedUDPPort = try port(argument, "UDP")
        case "s": settings.memcachedUnixSocket = argument
        case "a": settings.memcachedUnixSocketMode = UInt32(leadingNumber(argument, radix: 8) & 0o777)
        case "l":
            let words = argument.split(whereSeparator: { ",; ".contains($0) }).map(String.init)
            // Nobody means every address of the machine by naming none.
            listens += words.isEmpty ? [""] : words
        case "d": settings.isDaemon = true
        case "r": settings.dumpsCore = true
        case "u": settings.user = argument
        case "m": settings.memoryLimit = leadingNumber(argument) << 20
        case "M": settings.evictionPolicy = .noEviction
        case "c": settings.connectionCountMax = try positive(argument, "Maximum connections")
        case "k": settings.locksMemory = true
        case "v": verbosity += 1
        case "P": settings.pidFile = argument
        case "t": try setThreads(argument)
        case "R": settings.requestsPerEvent = try positive(argument, "Number of requests per event")
        case "C": settings.isCASEnabled = false
        case "b": settings.backlog = leadingNumber(argument)
        case "I": settings.itemSizeMax = itemSize(argument)
        case "F": settings.isFlushEnabled = false
        case "X": settings.isDumpEnabled = false
        case "W": settings.isWatchEnabled = false
        case "o": try applyExtended(argument)
        case MemcachedOptions.respPort: respPort = try port(argument)
        case MemcachedOptions.save: try applyDirective("save", argument)
        case MemcachedOptions.directory: try applyDirective("dir", argument)
        case MemcachedOptions.snapshotFile: try applyDirective("dbfilename", argument)
        case MemcachedOptions.appendOnly: try applyDirective("appendonly", argument)
        case MemcachedOptions.appendSync: try applyDirective("appendfsync", argument)
        case MemcachedOptions.migrateFrom: try applyDirective("migrate-from", argument, loads: false)
        case MemcachedOptions.migrateTimeout: try applyDirective("migrate-timeout", argument, loads: false)
        case MemcachedOptions.migrateRate: try applyDirective("migrate-rate", argument, loads: false)
        case MemcachedOptions.metricsPort: try applyDirective("metrics-port", argument, loads: false)
        case MemcachedOptions.metricsBind: try applyDirective("metrics-bind", argument, loads: false)
        default: try applyRemaining(option.letter, argument)
        }
    }

    /// One of redis.conf's. Whoever names one wants what it saves to be there again after a restart.
    private mutating func applyDirective(
        _ name: String, _ argument: String, loads: Bool = true
    ) throws(Refusal) {
        guard let directive = DirectiveTable.find(name) else { preconditionFailure("no directive \(name)") }
        do throws(WrongValue) {
            let isList = directive.takesSeveral && argument.contains(" ")
            let words = isList ? argument.split(separator: " ").map(String.init) : [argument]
            try directive.write(&settings, words)
        } catch {
            throw Refusal("--\(name) \(argument): \(error.reason)", ExitCode.usage)
        }
        if loads { settings.loadsSnapshot = true }
    }

    /// Tuning of memcached's slabs, and what is not built.
    private mutating func applyRemaining(_ letter: Character, _ argument: String) throws(Refusal) {
        switch letter {
        case "f":
            guard let factor = Double(argument), factor > 1 else {
                throw Refusal("Factor must be greater than 1")
            }
            settings.reportedRows["growth_factor"] = twoDecimals(factor)
            tuning.append("-f")
        case "n":
            settings.reportedRows["chunk_size"] = String(try positive(argument, "Chunk size"))
            tuning.append("-n")
        case "A": settings.isShutdownEnabled = true
        case "L": settings.usesHugePages = true
        case "N":
            napiCount = try positive(argument, "Maximum number of NAPI IDs")
            tuning.append("-N")
        case "D":
            guard let delimiter = argument.utf8.first else { throw Refusal("No delimiter specified") }
            settings.prefixDelimiter = delimiter
            settings.isDetailEnabled = true
        case "B": try setProtocol(argument)
        case "S": wantsSASL = true
        case "Y": settings.memcachedAuthFile = argument
        case "Z": settings.memcachedUsesTLS = true
        case "e": try keepIn(argument)
        default: throw Refusal("Illegal argument \"\(letter)\"")
        }
    }

    /// memcached maps its memory from a file there, to have it again after a clean end. Here it is the folder of an
    /// append log: what it had is there again, whatever the end was.
    private mutating func keepIn(_ path: String) throws(Refusal) {
        var whole = Files.absolutePath(path)
        while whole.count > 1 && whole.hasSuffix("/") { whole.removeLast() }
        guard let cut = whole.lastIndex(of: "/"), whole.count > 1 else {
            throw Refusal("-e \(path): a folder for the log's files alone is wanted", ExitCode.usage)
        }
        settings.appendLog.folder = cut == whole.startIndex ? "/" : String(whole[..<cut])
        settings.appendLog.folderName = String(whole[whole.index(after: cut)...])
        settings.isLogged = true
    }

    mutating func finish(isRoot: Bool) throws(Refusal) -> Configuration {
        try checkNumbers()
        try checkExtended()
        try checkTLS()
        try setListeners()
        try setLogins()
        if isRoot {
            guard !settings.user.isEmpty else {
                throw Refusal("can't run as root without the -u switch", ExitCode.usage)
            }
        } else {
            settings.user = ""
        }
        // -v: errors and warnings; -vv and more: what goes on.
        let levels: [LogLevel] = [.warning, .notice, .verbose, .debug]
        settings.logLevel = levels[min(verbosity, 3)]
        settings.daemonKeepsStreams = verbosity > 0
        if !tuning.isEmpty {
            let names = tuning.joined(separator: ", ")
            warnings.append("Accepted without effect, since this server is built otherwise: \(names)")
        }
        return settings
    }

    /// -l, -s, -p and --resp-port together.
    private mutating func setListeners() throws(Refusal) {
        // Told one number alone, both transports have it.
        if !namesPort && settings.memcachedUDPPort != 0 { settings.memcachedPort = settings.memcachedUDPPort }
        if !settings.memcachedUnixSocket.isEmpty {
            settings.memcachedPort = 0
            settings.memcachedUDPPort = 0
        } else if !listens.isEmpty {
            settings.memcachedBind = []
            for text in listens { settings.memcachedBind.append(try interface(text)) }
            settings.reportedRows["inter"] = listens.joined(separator: ",")
        }
        guard respPort != 0 else { return }
        // -Z holds for every TCP port.
        if settings.memcachedUsesTLS { settings.respTLSPort = respPort } else { settings.respPort = respPort }
        // Whoever named interfaces for one door means them for both; unnamed, the second door stays at home.
        var hosts: [String] = []
        for word in listens.isEmpty ? [] : settings.memcachedBind {
            let host = BoundAddress(word, port: 0).host
            if !hosts.contains(host) { hosts.append(host) }
        }
        if !hosts.isEmpty {
            settings.respBind = hosts
            settings.isProtected = false
        }
    }

    /// -S, -Y and -B together, and what neither allows.
    private mutating func setLogins() throws(Refusal) {
        if wantsSASL {
            if namesProtocol && settings.memcachedProtocol != .binary {
                throw Refusal("ERROR: You cannot allow the ASCII protocol while using SASL.", ExitCode.usage)
            }
            if settings.memcachedUDPPort != 0 {
                throw Refusal("ERROR: Cannot enable UDP while using binary SASL authentication.", ExitCode.usage)
            }
            // memcached without the variable asks libsasl2 for other ways to know users; here there is this one.
            guard let path = System.environment("MEMCACHED_SASL_PWDB"), !path.isEmpty else {
                throw Refusal(
                    "-S needs a password database: set the environment variable MEMCACHED_SASL_PWDB to the path "
                        + "of a file of user:password lines.", ExitCode.usage)
            }
            settings.memcachedProtocol = .binary
            settings.memcachedPasswordDatabase = path
        }
        guard !settings.memcachedAuthFile.isEmpty else { return }
        guard !wantsSASL, !namesProtocol || settings.memcachedProtocol == .ascii else {
            throw Refusal(
                "ERROR: You cannot allow the BINARY protocol while using ascii authentication tokens.",
                ExitCode.usage)
        }
        // A datagram cannot log in: UDP would be a way around the password.
        if settings.memcachedUDPPort != 0 {
            throw Refusal(
                "Cannot use UDP with ascii authentication enabled (-U 0 to disable)", ExitCode.usage)
        }
        settings.memcachedProtocol = .ascii
    }

    /// One -l address, its prefixes checked and kept for whoever listens.
    private func interface(_ text: String) throws(Refusal) -> String {
        let parsed = BoundAddress(text, port: 0)
        if let prefix = parsed.tls, !settings.memcachedUsesTLS {
            throw Refusal(
                "'\(prefix.rawValue)' option is valid only when SSL is enabled\n"
                    + "failed to listen on one of interface(s) \(listens.joined(separator: ",")): Success",
                ExitCode.osError)
        }
        let problem = parsed.host.isEmpty ? parsed.problem ?? "Invalid address: \"\(text)\"" : parsed.problem
        guard let problem else { return text }
        throw Refusal(
            "\(problem)\nfailed to listen on one of interface(s) \(listens.joined(separator: ",")): Invalid argument",
            ExitCode.osError)
    }
}

extension MemcachedCommandLine {
    private func port(_ text: String, _ transport: String = "TCP") throws(Refusal) -> Int {
        let number = leadingNumber(text)
        guard number <= 65535 else { throw Refusal("ERROR: Invalid port number \(number).", ExitCode.usage) }
        guard number >= -1 else {
            let call = "getaddrinfo(): Servname not supported for ai_socktype"
            throw Refusal(
                "\(call)\nfailed to listen on \(transport) port \(number): Invalid argument", ExitCode.osError)
        }
        return number
    }

    /// What memcached checks when all options are read.
    private func checkNumbers() throws(Refusal) {
        let threads = max(4, settings.workerCountResolved)
        let given = settings.workerCount > 0 ? settings.workerCount : threads
        if napiCount > given {
            throw Refusal(
                "Number of napi_ids(\(napiCount)) cannot be greater than number of threads(\(given))",
                ExitCode.usage)
        }
        if settings.itemSizeMax < 1024 {
            throw Refusal("Item max size cannot be less than 1024 bytes.", ExitCode.usage)
        }
        if settings.itemSizeMax > settings.memoryLimit / 2 {
            throw Refusal("Cannot set item size limit higher than 1/2 of memory max.", ExitCode.usage)
        }
        if settings.itemSizeMax > 1 << 30 {
            throw Refusal("Cannot set item size limit higher than a gigabyte.", ExitCode.usage)
        }
    }

    private mutating func setProtocol(_ text: String) throws(Refusal) {
        namesProtocol = true
        switch text {
        case "auto": settings.memcachedProtocol = .negotiating
        case "ascii": settings.memcachedProtocol = .ascii
        case "binary": settings.memcachedProtocol = .binary
        default:
            throw Refusal(
                "Invalid value for binding protocol: \(text)\n -- should be one of auto, binary, or ascii",
                ExitCode.usage)
        }
    }

    private mutating func setThreads(_ text: String) throws(Refusal) {
        settings.workerCount = min(try positive(text, "Number of threads"), 1024)
        if settings.workerCount > 64 {
            warnings.append(
                "WARNING: Setting a high number of workerthreads is not recommended.\n"
                    + " Set this value to the number of cores in your machine or less.")
        }
    }

    private func itemSize(_ text: String) -> Int {
        let size = leadingNumber(text)
        switch text.last {
        case "k", "K": return size << 10
        case "m", "M": return size << 20
        default: return size
        }
    }

    func positive(_ text: String, _ what: String) throws(Refusal) -> Int {
        let number = leadingNumber(text)
        guard number > 0 else { throw Refusal("\(what) must be greater than 0") }
        return min(number, Int(Int32.max))
    }
}

/// The number that `text` begins with, 0 if none: atoi and strtol, which is what memcached reads with.
func leadingNumber(_ text: String, radix: Int = 10) -> Int {
    let sign = text.hasPrefix("-") ? "-" : ""
    let digits = text.dropFirst(sign.count).prefix { $0.isASCII && ($0.wholeNumberValue ?? radix) < radix }
    let number = Int(sign + digits, radix: radix) ?? (digits.isEmpty ? 0 : Int(Int32.max))
    return max(Int(Int32.min), min(number, Int(Int32.max)))
}
