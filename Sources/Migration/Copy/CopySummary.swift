// How to copy, and what came of it.

import Base

/// How to copy.
public struct CopyOptions {
    /// Takes the place of keys that are there.
    public var replaces = false
    /// Items a second that the source is asked for; 0 is as many as go.
    public var rate = 0
    public var link = LinkOptions()
    /// Whether nobody wants it any more; asked at each item.
    public var isStopped: () -> Bool = { false }
    /// Reads an append log, and remembers it: it is asked again. What a log leaves is known only when its commands were
    /// done, which is a server's business.
    public var openLog: (_ path: String, _ progress: (TransferProgress) -> Void) throws(MigrationFault) -> LoadedLog = {
        path, _ throws(MigrationFault) in throw MigrationFault("\(path): nobody here reads append logs")
    }

    public init() {}
}

/// What a copy, a trial or a comparison came to.
public struct CopySummary: Sendable, Equatable {
    public enum Purpose: Sendable { case copy, trial, comparison }

    public var purpose = Purpose.copy
    public var outcome = CopyOutcome()
    /// Listed, and gone when it was asked for: deleted, evicted or expired meanwhile.
    public var gone = 0
    public var passedOver = 0
    public var warnings: [String] = []
    /// Changes when the source is started anew; nil if nobody can tell.
    var sourceIdentity: String?
    /// The target is a file, which is there as a whole or not at all.
    var isToFile = false
    public var bytes = 0
    public var seconds = 0.0
    /// Of a trial.
    public var expiring = 0
    public var flagged = 0
    public var largest = 0

    public init() {}

    /// Whether every item of the source is at the target, and is the same.
    public var isComplete: Bool {
        outcome.fault == nil && outcome.refused.count == 0 && outcome.evicted == 0 && passedOver == 0
            && outcome.libraries.refused.count == 0
    }

    /// Lines for people, each with its end.
    public var text: String {
        var lines = [headline]
        let libraries = outcome.libraries
        switch purpose {
        case .copy: lines += outcome.linesOfRest
        case .trial:
            if outcome.present.count > 0 { lines.append("\(outcome.present.count.keys) there already would be left") }
            lines.append(
                "\(expiring.keys) with a time to live, \(flagged.keys) with flags, the largest value "
                    + String(byteCount: largest))
            lines += outcome.refused.lines(under: "\(outcome.refused.count.keys) that the target has no place for:")
            if libraries.stored > 0 { lines.append("\(libraries.stored.libraries) would be copied") }
            lines += libraries.refused.lines(
                under: "\(libraries.refused.count.libraries) that the target has no place for:")
        case .comparison:
            lines += outcome.refused.lines(under: "\(outcome.refused.count.keys) not the same:")
            if libraries.stored > 0 { lines.append("\(libraries.stored.libraries) the same") }
            lines += libraries.refused.lines(under: "\(libraries.refused.count.libraries) not the same:")
        }
        if gone > 0 { lines.append("\(gone.keys) gone from the source before they were read") }
        lines += warnings
        if let fault = outcome.fault {
            lines.append("Broken off: \(fault.description)")
            if purpose == .copy {
                lines.append(isToFile ? "No file was written." : "The same command goes on with what is missing.")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var headline: String {
        let stored = outcome.stored.keys
        let rate = seconds > 0.2 ? " (\(Int(Double(outcome.stored) / seconds))/s)" : ""
        let time = "\(String(byteCount: bytes)) in \(TransferProgress.time(seconds))\(rate)"
        switch purpose {
        case .copy: return "\(stored) copied, \(time)"
        case .trial: return "\(stored) would be copied, \(time) read; nothing was written"
        case .comparison: return "\(stored) the same, \(time)"
        }
    }
}
