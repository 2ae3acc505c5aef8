// How far something is on its way, and how that looks.

import Base

/// A moment of a transfer.
public struct TransferProgress: Sendable, Equatable {
    public enum Phase: Sendable {
        /// The other side is at work.
        case waiting
        case receiving
        /// A file is read to its end before anything of it is sent.
        case checking
        /// A log's commands are done, to know what they leave; `done` and `total` are bytes of one of its files.
        case loading
        case sending
        /// Items go by, from somewhere to somewhere; `done` and `total` are counted in them.
        case copying
        /// The same, each compared with what is there.
        case comparing
    }

    public var phase: Phase
    /// Bytes.
    public var done = 0
    /// nil if nobody knows.
    public var total: Int?
    public var keys: Int?
    /// Of the items, if they are what is counted.
    public var bytes = 0
    /// Since the phase began.
    public var seconds = 0.0

    public init(_ phase: Phase) { self.phase = phase }

    /// Of what `done` counts, a second.
    public var rate: Double { seconds > 0 ? Double(done) / seconds : 0 }

    /// Seconds that it will still take if it goes on like this; nil if nobody can know.
    public var secondsLeft: Double? {
        guard let total, rate > 0, seconds >= 0.2 else { return nil }
        return Double(max(0, total - done)) / rate
    }

    // MARK: Text

    /// A line of up to `width` columns, with a bar if there is room and an end in sight.
    public func line(width: Int, hasBar: Bool = true) -> String {
        let facts = self.facts
        guard let total, phase != .waiting else { return String(facts.prefix(width)) }
        let share = total > 0 ? Double(min(done, total)) / Double(total) : 1
        let percent = Self.padded("\(Int(share * 100))", 3) + " %"
        let room = min(40, width - facts.count - percent.count - 4)
        guard hasBar && room >= 8 else { return String("\(percent)  \(facts)".prefix(width)) }
        let full = Int(share * Double(room))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: room - full)
        return "\(percent) \(bar)  \(facts)"
    }

    private var facts: String {
        switch phase {
        case .waiting: return "the server makes a snapshot, for \(Self.time(seconds))"
        case .copying, .comparing: return itemFacts
        case .receiving, .checking, .loading, .sending: break
        }
        var parts = [total.map { "\(String(byteCount: done)) of \(String(byteCount: $0))" } ?? String(byteCount: done)]
        if phase == .checking { parts.insert("checking the file", at: 0) }
        if phase == .loading { parts.insert("reading the log", at: 0) }
        if let keys { parts.append("\(keys) keys") }
        if seconds >= 0.2 { parts.append("\(String(byteCount: Int(rate)))/s") }
        if let secondsLeft { parts.append("\(Self.time(secondsLeft)) left") }
        return parts.joined(separator: ", ")
    }

    private var itemFacts: String {
        let items = total.map { "\(done) of \($0.keys)" } ?? done.keys
        var parts = [phase == .comparing ? "\(items) compared" : items, String(byteCount: bytes)]
        if seconds >= 0.2 { parts.append("\(Int(rate))/s") }
        if let secondsLeft { parts.append("\(Self.time(secondsLeft)) left") }
        return parts.joined(separator: ", ")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// As in `7 s`, `2:05` or `1:02:05`.
    public static func time(_ seconds: Double) -> String {
        let seconds = Int(min(max(0, seconds), 1e9).rounded(.up))
        if seconds < 60 { return "\(seconds) s" }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 3600 { return "\(seconds / 60):\(two(seconds % 60))" }
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}

/// Tells of progress, but not more often than anybody looks.
struct ProgressWatch: ~Copyable {
    private var progress = TransferProgress(.waiting)
    private var startedAt = monotonicNanoseconds()
    private var phaseAt: UInt64
    private var toldAt: UInt64 = 0
    private let onProgress: (TransferProgress) -> Void

    init(_ onProgress: @escaping (TransferProgress) -> Void) {
        phaseAt = startedAt
        self.onProgress = onProgress
    }

    /// Since it was made.
    var seconds: Double { Double(monotonicNanoseconds() - startedAt) / 1e9 }
    var secondsOfPhase: Double { Double(monotonicNanoseconds() - phaseAt) / 1e9 }

    /// What is told from here on begins here.
    mutating func begin(_ phase: TransferProgress.Phase, total: Int?) {
        phaseAt = monotonicNanoseconds()
        progress = TransferProgress(phase)
        progress.total = total
        toldAt = 0
    }

    mutating func tellWaiting() {
        var waiting = TransferProgress(.waiting)
        waiting.seconds = seconds
        onProgress(waiting)
    }

    mutating func tell(done: Int, keys: Int? = nil) {
        progress.keys = keys
        tell(done)
    }

    mutating func tell(items: Int, bytes: Int) {
        progress.bytes = bytes
        tell(items)
    }

    private mutating func tell(_ done: Int) {
        let now = monotonicNanoseconds()
        guard now - toldAt >= MigrationLimits.progressNanoseconds || done == progress.total else { return }
        toldAt = now
        progress.done = done
        progress.seconds = Double(now - phaseAt) / 1e9
        onProgress(progress)
    }
}
