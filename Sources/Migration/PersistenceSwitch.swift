// Whether a running server keeps its data on the disk, asked and changed by what Redis has for it.

import Base

/// What a server says of its files.
public struct PersistenceFacts: Sendable, Equatable {
    public var isLogOn = false
    /// The log is being written anew, or is to be: its first base counts.
    public var isRewriting = false
    public var lastRewriteSucceeded = true
    public var canWrite = true
    /// Bytes, of the log's base and of all of it.
    public var baseSize = 0
    public var logSize = 0
    /// `always`, `everysec` or `no`.
    public var syncPolicy = ""
    /// As in CONFIG GET save: empty is none.
    public var savePoints = ""
    public var lastSaveSucceeded = true
    /// Seconds since 1970.
    public var lastSaveAt: Int64 = 0
    public var changesSinceSave = 0
    /// Where the files are, on the server's machine.
    public var folder = ""
    public var logFolder = ""
    public var logFile = ""

    /// The log's manifest, on the server's machine.
    public var manifestPath: String { "\(folder)/\(logFolder)/\(logFile).manifest" }

    /// Lines for people, each with its end.
    public var text: String {
        var lines: [String] = []
        if isLogOn {
            let state = isRewriting ? ", its base being written" : ""
            lines.append("append log   on, fsync \(syncPolicy), \(String(byteCount: logSize))\(state)")
            if !canWrite { lines.append("             it cannot be written: writes are refused until it can") }
            if !lastRewriteSucceeded { lines.append("             its last rewrite failed: see the server's log") }
        } else {
            lines.append("append log   off")
        }
        lines.append(savePoints.isEmpty ? "snapshots    off" : "snapshots    on, save \(savePoints)")
        if !lastSaveSucceeded { lines.append("             the last one failed: see the server's log") }
        lines.append("files in     \(folder)")
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Turns persistence on and off.
public struct PersistenceSwitch: ~Copyable {
    private var link: ServerLink

    public init(_ link: consuming ServerLink) { self.link = link }

    public var server: ServerAddress { link.server }

    public mutating func facts() throws(MigrationFault) -> PersistenceFacts {
        var facts = PersistenceFacts()
        guard case .bulk(let text?) = try link.demand(["INFO", "persistence"]) else { throw link.strange("no INFO") }
        var rows: [Substring: Substring] = [:]
        let info = String(decoding: text, as: UTF8.self)
        for line in info.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { rows[parts[0]] = parts[1] }
        }
        func number(_ name: Substring) -> Int { rows[name].flatMap { Int($0) } ?? 0 }
        facts.isLogOn = number("aof_enabled") == 1
        facts.isRewriting = number("aof_rewrite_in_progress") == 1 || number("aof_rewrite_scheduled") == 1
        facts.lastRewriteSucceeded = rows["aof_last_bgrewrite_status"] != "err"
        facts.canWrite = rows["aof_last_write_status"] != "err"
        facts.baseSize = number("aof_base_size")
        facts.logSize = number("aof_current_size")
        facts.lastSaveSucceeded = rows["rdb_last_bgsave_status"] != "err"
        facts.lastSaveAt = Int64(number("rdb_last_save_time"))
        facts.changesSinceSave = number("rdb_changes_since_last_save")
        facts.syncPolicy = try setting("appendfsync")
        facts.savePoints = try setting("save")
        facts.folder = try setting("dir")
        facts.logFolder = try setting("appenddirname")
        facts.logFile = try setting("appendfilename")
        return facts
    }

    private mutating func setting(_ name: String) throws(MigrationFault) -> String {
        guard let value = try link.askForBulks(["CONFIG", "GET", name]).last else {
            throw MigrationFault(
                "\(link.server) knows no setting \(name)", advice: "It must be a Duet, or a Redis from version 7 on.")
        }
        return value
    }

    /// Turns the log on, and snapshots at these points, which are none if empty.
    /// - Parameter syncPolicy: nil leaves it.
    public mutating func turnOn(syncPolicy: String?, savePoints: String) throws(MigrationFault) {
        if let syncPolicy { try change("appendfsync", syncPolicy) }
        try change("save", savePoints)
        try change("appendonly", "yes")
    }

    public mutating func turnOff() throws(MigrationFault) {
        try change("appendonly", "no")
        try change("save", "")
    }

    private mutating func change(_ name: String, _ value: String) throws(MigrationFault) {
        _ = try link.demand(["CONFIG", "SET", name, value])
    }

    /// Waits until what the server has is on the disk.
    /// - Parameter progress: called ten times a second.
    public mutating func waitForBase(
        _ progress: (PersistenceFacts, _ seconds: Double) -> Void
    ) throws(MigrationFault) -> PersistenceFacts {
        let start = monotonicNanoseconds()
        while true {
            let facts = try facts()
            guard facts.isLogOn else {
                throw MigrationFault("\(link.server) turned its log off again", advice: "Its log tells why.")
            }
            guard facts.lastRewriteSucceeded else {
                throw MigrationFault("\(link.server) could not write its log's base", advice: "Its log tells why.")
            }
            if !facts.isRewriting && facts.baseSize > 0 { return facts }
            progress(facts, Double(monotonicNanoseconds() - start) / 1e9)
            System.sleep(milliseconds: 100)
        }
    }
}

extension ServerLink {
    /// Asks for what is answered by an array of strings.
    mutating func askForBulks(_ words: [String]) throws(MigrationFault) -> [String] {
        append(words)
        try flush(while: "asking")
        let line = try receiveLine(while: "waiting for \(words[0])") { $0.copiedText() }
        if line.hasPrefix("-") { throw MigrationFault(refusal: String(line.dropFirst()), server) }
        guard line.hasPrefix("*") || line.hasPrefix("%"), let count = Int(line.dropFirst()) else { throw strange(line) }
        var bulks: [String] = []
        for _ in 0..<max(0, count) {
            guard case .bulk(let bytes) = try receiveReply(while: "waiting for \(words[0])") else {
                throw strange(line)
            }
            bulks.append(String(decoding: bytes ?? [], as: UTF8.self))
        }
        return bulks
    }
}
