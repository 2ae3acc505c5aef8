// What a session notes of each command that it served: its time, its errors, and whether somebody wants to see it.

import Base
import Engine
import Synchronization
import Transport

extension RESPSession {
    /// GETs, or SETs, that follow each other in a batch are timed together: a read of the counter for each is some
    /// hundredths of what it costs. To be called before the first of them.
    @inline(__always)
    func beginRun(_ command: Command) {
        if runCommand == command { return }
        endRun()
        runCommand = command
    }

    /// Counts a command of the run, which is done.
    @inline(__always)
    func measureInRun(_ request: Request) {
        if timesEach { return measure(runCommand, request) }
        runCount &+= 1
    }

    /// Before a command of another kind, and at a batch's end.
    @inline(__always)
    func endRun() {
        if runCount > 0 { noteRun() }
    }

    @inline(never)
    private func noteRun() {
        let now = TickClock.read()
        let ticks = now &- measuredFrom
        let count = runCount
        measuredFrom = now
        runCount = 0
        if isReplaying { return }
        calls.add(Int(runCommand.rawValue), count: count, ticks: ticks > UInt64(Int64.max) ? 0 : ticks)
        if ticks < unusualTicks { return }
        // Which of them it was cannot be told any more.
        let note = "(one of \(count) in a pipeline)"
        noteSlow(runCommand.spec, ticks) { [Array(self.runCommand.spec.name.utf8), Array(note.utf8)] }
    }

    /// Notes a command that is done, and begins to measure the next one. One read of the time stamp counter a command:
    /// in a batch, where one ends the next begins.
    @inline(__always)
    private func measure(_ command: Command, _ request: Request) {
        let now = TickClock.read()
        let ticks = now &- measuredFrom
        measuredFrom = now
        if ticks >= unusualTicks { return noteUnusual(Int(command.rawValue), ticks, request) }
        calls.add(Int(command.rawValue), ticks: ticks)
    }

    /// As above, for the command or subcommand that `lastCommand` or inside EXEC `innerCommand` tells. One that waits
    /// is noted when it is done.
    @inline(never)
    func measureLast(_ request: Request) {
        if ending == .park { return }
        let now = TickClock.read()
        let ticks = now &- measuredFrom
        measuredFrom = now
        if isNoCall {
            isNoCall = false
            return
        }
        if ticks >= unusualTicks { return noteUnusual(servedCommand, ticks, request) }
        calls.add(CallSubject.index(of: servedCommand), ticks: ticks)
    }

    /// The command that is being served, as `lastCommand` would have it.
    private var servedCommand: Int { innerCommand >= 0 ? innerCommand : lastCommand }

    /// Before the first command of a batch is served.
    @inline(__always)
    /// - Parameter count: of the commands that are at hand.
    func beginMeasuring(count: Int = 1) {
        unusualTicks = isReplaying ? 0 : frontEnd.metering.unusualTicks.load(ordering: .relaxed)
        timesEach = count == 1 || unusualTicks <= frontEnd.metering.exactTicks
        measuredFrom = TickClock.read()
    }

    @inline(never)
    private func noteUnusual(_ code: Int, _ ticks: UInt64, _ request: Request) {
        if isReplaying { return }
        let metering = frontEnd.metering
        let settings = metering.settings
        // The counters of two cores may differ by a little.
        let ticks = ticks > UInt64(Int64.max) ? 0 : ticks
        let subject = CallSubject.index(of: code)
        settings.tracksLatency ? calls.add(subject, ticks: ticks) : calls.addUntracked(subject, ticks: ticks)
        let spec = CallSubject.spec(of: code)
        noteSlow(spec, ticks) { slowArguments(code, request) }
        // What concerns the server's running is nobody else's business. Source: Redis 7 call().
        guard metering.monitors.isNeeded, spec.flags.isDisjoint(with: [.admin, .skipsMonitor]) else { return }
        show(code, request)
    }

    /// Puts what took that long into the logs that are meant for it.
    private func noteSlow(_ spec: CommandSpec, _ ticks: UInt64, _ arguments: () -> [[UInt8]]) {
        let metering = frontEnd.metering
        let settings = metering.settings
        let microseconds = Int(TickClock.microseconds(ticks))
        if settings.latencyMilliseconds > 0 && microseconds / 1000 >= settings.latencyMilliseconds {
            metering.latency.add(
                spec.flags.contains(.fast) ? "fast-command" : "command",
                LatencyMonitor.Sample(time: engine.now.seconds, milliseconds: microseconds / 1000))
        }
        if settings.slowLogMicroseconds >= 0 && microseconds >= settings.slowLogMicroseconds
            && settings.slowLogCountMax > 0 && !spec.flags.contains(.skipsSlowLog)
        {
            // What a script executes is a client without a name. Source: Redis 7 slowlogCreateEntry.
            let isScript = scripts.run != nil
            let entry = SlowLog.Entry(
                time: engine.now.seconds, microseconds: microseconds, arguments: arguments(),
                address: isScript ? "?:0" : record.peer.address,
                name: isScript ? "" : record.names.withLock { $0.name })
            metering.slowLog.add(entry, countMax: settings.slowLogCountMax)
        }
    }

    // MARK: Errors

    /// Counts an error reply by its kind, which is its first word, and for the command that gave it.
    func countError(_ text: StaticString = "ERR") { countError(FirstWord(text)) }

    func countError(_ kind: FirstWord) {
        noteError(kind)
        if refusedCommand == nil { return calls.addFailure(CallSubject.index(of: max(0, servedCommand))) }
        if let refusedCommand, refusedCommand >= 0 { calls.addRefusal(CallSubject.index(of: refusedCommand)) }
    }

    /// Counts an error by its kind alone.
    func noteError(_ kind: FirstWord) {
        counters.add(.errors)
        errors.add(kind)
    }

    func noteError(_ text: StaticString) { noteError(FirstWord(text)) }

    /// The command that is being served fails by an error that was counted already.
    func countFailure() { calls.addFailure(CallSubject.index(of: max(0, servedCommand))) }

    /// Has errors within `body` count as a refusal of the command `code`; -1 is one that does not exist.
    func refusing(_ code: Int, _ body: () -> Void) {
        refusedCommand = code
        body()
        refusedCommand = nil
    }

    // MARK: Arguments for others to see

    /// Source: Redis 7 slowlogCreateEntry.
    private func slowArguments(_ code: Int, _ request: Request) -> [[UInt8]] {
        let secrets = Secrets(code, request)
        let countMax = RESPLimits.slowLogArgumentCountMax
        let sizeMax = RESPLimits.slowLogArgumentSizeMax
        var arguments: [[UInt8]] = []
        for index in 0..<min(request.count, countMax) {
            let argument = request[index]
            if request.count > countMax && index == countMax - 1 {
                arguments.append(Array("... (\(request.count - countMax + 1) more arguments)".utf8))
            } else if secrets.contain(index) {
                arguments.append(Array(Secrets.shown.utf8))
            } else if argument.byteCount > sizeMax {
                let more = "... (\(argument.byteCount - sizeMax) more bytes)"
                arguments.append(argument.slice(0, sizeMax).copiedBytes() + Array(more.utf8))
            } else {
                arguments.append(argument.copiedBytes())
            }
        }
        return arguments
    }

    /// Shows the call of a script, before what that executes. Source: Redis 7 evalCommand, fcallCommandGeneric.
    func showCall(_ request: Request) {
        if frontEnd.metering.monitors.isNeeded && !isReplaying { show(servedCommand, request) }
    }

    /// Shows a command to those who monitor. Source: Redis 7 replicationFeedMonitors.
    private func show(_ code: Int, _ request: Request) {
        let secrets = Secrets(code, request)
        var line = OutputBuffer(capacity: 256)
        let time = realTimeMicroseconds()
        let fraction = String(time % 1_000_000)
        line.append("+\(time / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction)
        let isLocal = record.peer.connection?.isUnixSocket ?? false
        let address = scripts.run == nil ? "\(isLocal ? "unix:" : "")\(record.peer.shownAddress)" : "lua"
        line.append(" [\(database.rawValue) \(address)]")
        for index in 0..<request.count {
            line.append(" " as StaticString)
            if secrets.contain(index) {
                line.append("\"\(Secrets.shown)\"")
            } else {
                line.appendQuoted(request[index])
            }
        }
        line.append("\r\n" as StaticString)
        frontEnd.metering.monitors.show(line.span)
    }
}

extension ClientPeer {
    /// As MONITOR has it: of a unix socket the path alone.
    fileprivate var shownAddress: String {
        guard connection?.isUnixSocket ?? false, address.hasSuffix(":0") else { return address }
        return String(address.dropLast(2))
    }
}

/// Which arguments of a request nobody else may see: passwords, and who gives them.
struct Secrets {
    static let shown = "(redacted)"
    private var places: [ClosedRange<Int>] = []

    init(_ code: Int, _ request: Request) {
        let last = request.count - 1
        guard last >= 1, let command = Command(rawValue: UInt8(truncatingIfNeeded: code)) else { return }
        switch command {
        case .auth: places = [1...last]
        case .hello:
            for index in 1...last where request[index].equalsIgnoringCase("auth") { hide(index + 1, 2, last) }
        case .migrate:
            for index in 1...last {
                if request[index].equalsIgnoringCase("auth") { hide(index + 1, 1, last) }
                if request[index].equalsIgnoringCase("auth2") { hide(index + 1, 2, last) }
            }
        case .config:
            guard request[1].equalsIgnoringCase("set") else { return }
            for index in stride(from: 2, to: last, by: 2) where Self.isSecret(request[index]) {
                hide(index + 1, 1, last)
            }
        default:
            // ACL SETUSER's rules have passwords in them.
            if last >= 3 && request[0].equalsIgnoringCase("acl") && request[1].equalsIgnoringCase("setuser") {
                places = [2...last]
            }
        }
    }

    private mutating func hide(_ first: Int, _ count: Int, _ last: Int) {
        if first <= last { places.append(first...min(last, first + count - 1)) }
    }

    private static func isSecret(_ setting: RawSpan) -> Bool {
        setting.equalsIgnoringCase("requirepass") || setting.equalsIgnoringCase("masterauth")
            || setting.equalsIgnoringCase("tls-key-file-pass") || setting.equalsIgnoringCase("tls-client-key-file-pass")
    }

    func contain(_ index: Int) -> Bool { places.contains { $0.contains(index) } }
}

extension OutputBuffer {
    /// As C has strings. Source: Redis sdscatrepr.
    mutating func appendQuoted(_ bytes: RawSpan) {
        append(UInt8(ascii: "\""))
        for index in 0..<bytes.byteCount {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 10: append("\\n" as StaticString)
            case 13: append("\\r" as StaticString)
            case 9: append("\\t" as StaticString)
            case 7: append("\\a" as StaticString)
            case 8: append("\\b" as StaticString)
            case 32...126: append(byte)
            default: append("\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            }
        }
        append(UInt8(ascii: "\""))
    }
}
