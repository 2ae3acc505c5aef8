// Items into a server of the RESP protocol: each key a RESTORE, many of them under way at a time.

import Base
import RDB

struct RestoreSink: CopySink, ~Copyable {
    var outcome = CopyOutcome()
    private(set) var link: ServerLink
    private let replaces: Bool
    /// Whether the server takes what only Duet knows of an item.
    let takesOwnFields: Bool
    private let evictedBefore: Int?
    private var database: Int?

    /// What was asked and not answered yet, the oldest first.
    private enum Asked {
        case database(Int)
        case key([UInt8], database: Int, losesFlags: Bool)
        case library([UInt8])
    }
    private var asked: [Asked] = []

    private static let doing = "sending keys"

    /// - Parameter database: the one that the link is in.
    init(
        _ link: consuming ServerLink, replaces: Bool, takesOwnFields: Bool, database: Int?
    ) throws(MigrationFault) {
        var link = link
        evictedBefore = try link.evictedKeyCount()
        self.link = link
        self.replaces = replaces
        self.takesOwnFields = takesOwnFields
        self.database = database
    }

    // MARK: Sending

    mutating func put(library code: RawSpan) throws(MigrationFault) {
        link.beginRequest(replaces ? 4 : 3)
        link.append(word: "FUNCTION")
        link.append(word: "LOAD")
        if replaces { link.append(word: "REPLACE") }
        link.append(word: code)
        asked.append(.library(LibraryCode.name(code)))
        if try link.sendIfFull(owed: asked.count, while: Self.doing) { try receive(leaving: 0) }
    }

    mutating func put(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) throws(MigrationFault) {
        if item.database != database { select(item.database) }
        try append(key, value, item)
        if try link.sendIfFull(owed: asked.count, while: Self.doing) {
            try receive(leaving: MigrationLimits.unansweredMax / 2)
        }
    }

    mutating func flush() throws(MigrationFault) { try link.flush(while: Self.doing) }

    mutating func finish() throws(MigrationFault) {
        try flush()
        try receive(leaving: 0)
        guard let before = evictedBefore, let after = try link.evictedKeyCount() else { return }
        outcome.evicted = max(0, after - before)
    }

    private mutating func select(_ database: Int) {
        link.append(["SELECT", "\(database)"])
        asked.append(.database(database))
        self.database = database
    }

    /// RESTORE key time payload [ABSTTL] [REPLACE] [IDLETIME seconds | FREQ frequency]
    private mutating func append(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) throws(MigrationFault) {
        let facts = item.facts
        let expires = facts.expiry.rawValue != 0
        let hasUse = facts.idleSeconds != nil || facts.frequency != nil
        link.beginRequest(4 + (expires ? 1 : 0) + (replaces ? 1 : 0) + (hasUse ? 2 : 0))
        link.append(word: "RESTORE")
        link.append(word: key)
        link.append(word: DecimalText(UInt64(max(0, facts.expiry.rawValue))).span)
        try appendPayload(value, item)
        if expires { link.append(word: "ABSTTL") }
        if replaces { link.append(word: "REPLACE") }
        if let seconds = facts.idleSeconds {
            link.append(word: "IDLETIME")
            link.append(word: DecimalText(UInt64(max(0, seconds))).span)
        } else if let frequency = facts.frequency {
            link.append(word: "FREQ")
            link.append(word: DecimalText(UInt64(frequency)).span)
        }
        let losesFlags = !takesOwnFields && facts.needsOwnFields
        asked.append(.key(key.copiedBytes(), database: item.database, losesFlags: losesFlags))
    }

    private mutating func appendPayload(_ value: RawSpan, _ item: CopyFacts) throws(MigrationFault) {
        // What stands before the value in its payload.
        var front = OutputBuffer(capacity: 128)
        DumpPayload.appendFront(
            item.facts, type: item.type ?? DumpPayload.stringType, hasOwnFields: takesOwnFields, to: &front)
        if item.type == nil { DumpPayload.appendStringSize(value.byteCount, to: &front) }
        link.beginWord(front.count + value.byteCount + DumpPayload.footerSize)
        link.requests.append(front.span)
        if value.byteCount < MigrationLimits.directSizeMin {
            link.requests.append(value)
        } else {
            try link.flush(while: Self.doing)
            try link.send(value, while: Self.doing)
        }
        DumpPayload.appendFooter(front: front.span, value: value, version: item.version, to: &link.requests)
        link.requests.append("\r\n")
    }

    // MARK: Replies

    /// Reads the replies to what was sent; after one that says that no more will be taken, all of them, and throws it.
    private mutating func receive(leaving count: Int) throws(MigrationFault) {
        var answered = 0
        defer { asked.removeFirst(answered) }
        var fault: MigrationFault?
        while asked.count - answered > (fault == nil ? count : 0) {
            let text = try link.receiveLine(while: Self.doing) { $0.equals("+OK") ? nil : $0.copiedText() }
            let request = asked[answered]
            answered += 1
            guard let text else {
                if case .key(_, _, let losesFlags) = request {
                    outcome.stored += 1
                    if losesFlags { outcome.flagsLost += 1 }
                }
                continue
            }
            if case .library = request, text.hasPrefix("$") {
                _ = try link.receiveLine(while: Self.doing) { $0.byteCount }
                outcome.libraries.stored += 1
                continue
            }
            guard text.hasPrefix("-") else { throw link.strange(text) }
            fault = fault ?? note(String(text.dropFirst()), request)
        }
        if let fault { throw fault }
    }

    /// - Returns: what concerns all keys.
    private mutating func note(_ error: String, _ request: Asked) -> MigrationFault? {
        switch request {
        case .database(let database):
            return MigrationFault("\(link.server) refuses database \(database): \(error)")
        case .library(let name):
            if error.hasSuffix("already exists"), error.hasPrefix("ERR Library") {
                outcome.libraries.present.note(name, 0, "")
            } else {
                outcome.libraries.refused.note(name, 0, error)
            }
            return nil
        case .key(let key, let database, _):
            if error.hasPrefix("BUSYKEY") {
                outcome.present.note(key, database, "")
            } else if Self.concernsAll(error) {
                return MigrationFault(refusal: error, link.server)
            } else {
                outcome.refused.note(key, database, error)
            }
            return nil
        }
    }

    /// Whether no other key would fare better.
    private static func concernsAll(_ error: String) -> Bool {
        MigrationFault.advice(for: error) != nil || error.hasPrefix("ERR unknown command")
    }
}
