// The server's own words. Own code rather than swift-log: what supervisors and scripts read is Redis' line
// format, to a file that may be rotated away, at levels that CONFIG SET changes; a log handler would be this
// file, plus a dependency.

import Base
import Glibc
import Synchronization

/// How much is said, from little to much. Redis' names.
public enum LogLevel: Int, Sendable, CaseIterable, Comparable {
    case nothing, warning, notice, verbose, debug

    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }

    public var name: String { "\(self)" }

    public init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    var mark: Character {
        switch self {
        case .nothing, .warning: "#"
        case .notice: "*"
        case .verbose: "-"
        case .debug: "."
        }
    }
}

/// Log lines of one process, from any thread; never on the request path.
public final class Log: Sendable {
    public enum Style: Sendable {
        /// `7510:M 24 Nov 2026 21:40:18.002 * Ready to accept connections`, to standard output or a file.
        case redis
        /// The bare text, to standard error.
        case memcached
    }

    private let style: Style
    private let levelNumber: Atomic<Int>
    private let path: Mutex<String>
    private let isServing = Atomic<Bool>(false)
    private let verbosityListener = Mutex<(@Sendable (Int) -> Void)?>(nil)

    public init(style: Style, level: LogLevel, path: String = "") {
        self.style = style
        levelNumber = Atomic(level.rawValue)
        self.path = Mutex(path)
    }

    public var level: LogLevel {
        get { LogLevel(rawValue: levelNumber.load(ordering: .relaxed)) ?? .notice }
        set {
            levelNumber.store(newValue.rawValue, ordering: .relaxed)
            verbosityListener.withLock { $0?(verbosity) }
        }
    }

    /// memcached's number for the level. Redis' levels below debug say nothing of commands.
    private var verbosity: Int {
        switch style {
        case .memcached: max(0, level.rawValue - LogLevel.warning.rawValue)
        case .redis: level == .debug ? 2 : 0
        }
    }

    /// Has `body` follow memcached's verbosity, from now on.
    func onVerbosity(_ body: @escaping @Sendable (Int) -> Void) {
        verbosityListener.withLock { listener in
            listener = body
            body(verbosity)
        }
    }

    /// What memcached's -vv shows of connections and commands, one line or several.
    func traffic(_ text: String) { write(style == .memcached ? .verbose : .debug) { text } }

    /// Lines carry the role `C` until this is called, `M` after it. Source: Redis serverLogRaw.
    func startServing() { isServing.store(true, ordering: .relaxed) }

    public func warning(_ text: @autoclosure () -> String) { write(.warning, text) }
    public func notice(_ text: @autoclosure () -> String) { write(.notice, text) }
    public func verbose(_ text: @autoclosure () -> String) { write(.verbose, text) }

    public func debug(_ text: @autoclosure () -> String) { write(.debug, text) }

    private func write(_ level: LogLevel, _ text: () -> String) {
        guard level <= self.level else { return }
        switch style {
        case .memcached:
            Files.write(text() + "\n", to: STDERR_FILENO)
        case .redis:
            let role = isServing.load(ordering: .relaxed) ? "M" : "C"
            let time = System.localTimeText(Milliseconds.readClock())
            append("\(System.processID):\(role) \(time) \(level.mark) \(text())\n")
        }
    }

    // The file is opened for each line, as Redis does, so that a rotated log needs no signal.
    private func append(_ line: String) {
        path.withLock { path in
            guard !path.isEmpty else { return Files.write(line, to: STDOUT_FILENO) }
            guard let descriptor = try? Files.openForAppending(path) else { return }
            Files.write(line, to: descriptor)
            close(descriptor)
        }
    }
}
