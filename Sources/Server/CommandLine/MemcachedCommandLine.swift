// memcached's command line, letter by letter, with its words and exit codes where it refuses.

import Base
import Engine
import Memcached

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
            case "i": return .answer("Duet \(Version.number), a cache server of its own, not memcached.")
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
    private(set) var warnings: [String] = []
    private var listens: [String] = []
    private var respPort = 0
    private var verbosity = 0
    private var namesProtocol = false
    private var wantsSASL = false

    mutating func apply(_ option: FoundOption) throws(Refusal) {
        let argument = option.argument ?? ""
        switch option.letter {
        case "p": settings.memcachedPort = try port(argument)
        case "U": try checkUDP(argument)
        case "s": settings.memcachedUnixSocket = argument
        case "a": settings.memcachedUnixSocketMode = UInt32(leadingNumber(argument, radix: 8) & 0o777)
        case "l": listens += argument.split(whereSeparator: { ",; ".contains($0) }).map(String.init)
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
        case "I": settings.itemSizeMax = try itemSize(argument)
        case "F": settings.isFlushEnabled = false
        case "X": settings.isDumpEnabled = false
        case "W": settings.isWatchEnabled = false
        case "o": try applyExtended(argument)
        case MemcachedOptions.respPort: respPort = try port(argument)
        default: try applyRemaining(option.letter, argument)
        }
    }

    /// Tuning of memcached's slabs, and what is not built.
    private mutating func applyRemaining(_ letter: Character, _ argument: String) throws(Refusal) {
        switch letter {
        case "f":
            guard let factor = Double(argument), factor > 1 else {
                throw Refusal("Factor must be greater than 1")
            }
            let cents = Int((factor * 100).rounded())
            settings.reportedRows["growth_factor"] =
                "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
            tuning.append("-f")
        case "n":
            settings.reportedRows["chunk_size"] = String(try positive(argument, "Chunk size"))
            tuning.append("-n")
        case "A": settings.isShutdownEnabled = true
        case "L", "N": tuning.append("-\(letter)")
        case "D":
            guard let delimiter = argument.utf8.first else { throw Refusal("No delimiter specified") }
            settings.prefixDelimiter = delimiter
            settings.isDetailEnabled = true
        case "B": try setProtocol(argument)
        case "S": wantsSASL = true
        case "Y": settings.memcachedAuthFile = argument
        case "Z": throw Refusal("This server does not support TLS (-Z) yet.", ExitCode.usage)
        case "e": throw Refusal("This server does not support a memory file (-e) yet.", ExitCode.usage)
        default: throw Refusal("Illegal argument \"\(letter)\"")
        }
    }

    mutating func finish(isRoot: Bool) throws(Refusal) -> Configuration {
        if settings.itemSizeMax > settings.memoryLimit / 2 {
            throw Refusal("Cannot set item size limit higher than 1/2 of memory max.", ExitCode.usage)
        }
        try checkExtended()
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
        if !tuning.isEmpty {
            let names = tuning.joined(separator: ", ")
            warnings.append("Accepted without effect, since this server is built otherwise: \(names)")
        }
        return settings
    }

    /// -l, -s, -p and --resp-port together.
    private mutating func setListeners() throws(Refusal) {
        if !settings.memcachedUnixSocket.isEmpty {
            settings.memcachedPort = 0
        } else if !listens.isEmpty {
            settings.memcachedBind = []
            for text in listens { settings.memcachedBind.append(try interface(text)) }
            settings.reportedRows["inter"] = listens.joined(separator: ",")
        }
        guard respPort != 0 else { return }
        settings.respPort = respPort
        // Whoever named interfaces for one door means them for both; unnamed, the second door stays at home.
        let hosts = listens.isEmpty ? [] : settings.memcachedBind.map { BoundAddress($0, port: 0).host }
        if !hosts.isEmpty {
            settings.respBind = hosts
            settings.isProtected = false
        }
    }

    /// -S, -Y and -B together.
    private mutating func setLogins() throws(Refusal) {
        if wantsSASL {
            if namesProtocol && settings.memcachedProtocol != .binary {
                throw Refusal("ERROR: You cannot allow the ASCII protocol while using SASL.", ExitCode.usage)
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
        settings.memcachedProtocol = .ascii
    }

    /// One -l address without the prefixes that ask for what every listener here is.
    private func interface(_ text: String) throws(Refusal) -> String {
        var address = text[...]
        for prefix in ["notls:", "proto[ascii]:", "proto[negotiating]:"] where address.hasPrefix(prefix) {
            address = address.dropFirst(prefix.count)
        }
        for prefix in ["btls:", "mtls:", "proto[", "tag[", "tag_"] where address.hasPrefix(prefix) {
            throw Refusal("This server does not support the prefix of -l \(text) yet.", ExitCode.usage)
        }
        let parsed = BoundAddress(String(address), port: 0)
        guard let bad = parsed.badPort else { return String(address) }
        throw Refusal(
            "Invalid port number: \"\(bad)\"\n"
                + "failed to listen on one of interface(s) \(text): Invalid argument",
            ExitCode.osError)
    }
}

extension MemcachedCommandLine {
    private func port(_ text: String) throws(Refusal) -> Int {
        let number = leadingNumber(text)
        guard number <= 65535 else { throw Refusal("ERROR: Invalid port number \(number).", ExitCode.usage) }
        guard number >= -1 else {
            throw Refusal("failed to listen on TCP port \(number): Invalid argument", ExitCode.osError)
        }
        return number
    }

    private func checkUDP(_ text: String) throws(Refusal) {
        guard leadingNumber(text) == 0 else {
            throw Refusal(
                "This server does not support UDP (-U \(text)) yet; -U 0 is accepted.", ExitCode.usage)
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
            warnings.append("WARNING: Setting a high number of worker threads is not recommended.")
        }
    }

    private func itemSize(_ text: String) throws(Refusal) -> Int {
        var size = leadingNumber(text)
        switch text.last {
        case "k", "K": size *= 1 << 10
        case "m", "M": size *= 1 << 20
        default: break
        }
        guard size >= 1024 else {
            throw Refusal("Item max size cannot be less than 1024 bytes.", ExitCode.usage)
        }
        guard size <= 1 << 30 else {
            throw Refusal("Cannot set item size limit higher than a gigabyte.", ExitCode.usage)
        }
        return size
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
