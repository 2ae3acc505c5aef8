// From a snapshot's file into a running server: each key a RESTORE, many of them under way at a time.

import Base
import RDB

/// How keys are brought in.
public struct UploadOptions: Sendable {
    /// Takes the place of keys that are there.
    public var replaces = false

    public init() {}
}

/// Sends a file. Used once.
public struct SnapshotUpload: ~Copyable {
    private var link: ServerLink
    private let options: UploadOptions
    private var watch: ProgressWatch
    private var summary = UploadSummary()
    private var takesOwnFields = false

    /// What was asked and not answered yet, the oldest first.
    private enum Asked {
        case database(Int)
        case key([UInt8], database: Int, losesFlags: Bool)
    }
    private var asked: [Asked] = []

    private static let doing = "sending keys"

    /// - Parameter progress: called ten times a second at most.
    public init(
        to link: consuming ServerLink, _ options: UploadOptions, progress: @escaping (TransferProgress) -> Void
    ) {
        self.link = link
        self.options = options
        watch = ProgressWatch(progress)
    }

    /// Reads the file to its end, and if it is whole, and the server has all its databases, sends its keys.
    ///
    /// A fault after the first key is in the summary; what is thrown left the server as it was.
    public consuming func run(_ path: String) throws(MigrationFault) -> UploadSummary {
        let file = try Self.open(path)
        do throws(RDBFileFault) {
            summary.contents = try SnapshotContents.read(file, now: Milliseconds.readClock(), &watch)
        } catch {
            try Self.demandRead(file)
            throw MigrationFault(
                "\(path) is damaged \(error.description)", advice: "Nothing was sent. `duet check \(path)` tells more.")
        }
        try Self.demandRead(file)
        takesOwnFields = try link.isDuet()
        summary.isToDuet = takesOwnFields
        try lookAtDatabases(path)
        do throws(MigrationFault) {
            try sendAll(file)
        } catch {
            summary.fault = summary.fault ?? error
        }
        summary.seconds = watch.seconds
        return summary
    }

    private static func open(_ path: String) throws(MigrationFault) -> MappedFile {
        do throws(SystemError) {
            if let file = try MappedFile(path) { return file }
        } catch {
            throw MigrationFault("cannot read \(error)")
        }
        throw MigrationFault("cannot read \(path): \(String(errno: SystemError.noSuchFile))")
    }

    /// Bytes that could not be read look like zeros.
    private static func demandRead(_ file: MappedFile) throws(MigrationFault) {
        if let fault = file.fault { throw MigrationFault("cannot read \(fault)") }
    }

    /// Selects each of the file's databases once, the highest first: the others are there if that is.
    private mutating func lookAtDatabases(_ path: String) throws(MigrationFault) {
        for database in summary.contents.databases.reversed() {
            guard case .error(let text) = try link.ask(["SELECT", "\(database)"]) else { continue }
            guard text.contains("out of range") || text.contains("not allowed in cluster") else {
                throw MigrationFault(refusal: text, link.server)
            }
            throw MigrationFault(
                "\(path) has keys in database \(database), which \(link.server) does not have: \(text)",
                advice: "Nothing was sent. Raise its `databases` setting.")
        }
    }

    // MARK: Sending

    private mutating func sendAll(_ file: MappedFile) throws(MigrationFault) {
        watch.begin(.sending, total: summary.contents.end)
        var items = try Items(file.bytes, now: Milliseconds.readClock())
        // The last one looked at is the lowest.
        var selected = summary.contents.databases.first
        while let item = try items.next() {
            if item.database != selected { select(item.database) }
            selected = item.database
            let value = file.bytes.slice(item.value.lowerBound, item.value.upperBound)
            try append(items.reader.name, item, items.reader.facts, value)
            // Of what could not be read no request is sent to its end.
            if file.hasFault { try Self.demandRead(file) }
            guard try mayGoOn() else { return }
            watch.tell(done: items.reader.place, keys: summary.restored)
            if summary.answeredCount & 4095 == 0 { file.forget(before: item.value.lowerBound) }
        }
        try link.flush(while: Self.doing)
        guard try receive(leaving: 0) else { return }
        watch.tell(done: summary.contents.end, keys: summary.restored)
    }

    private mutating func select(_ database: Int) {
        link.append(["SELECT", "\(database)"])
        asked.append(.database(database))
    }

    /// RESTORE key time payload [ABSTTL] [REPLACE] [IDLETIME seconds | FREQ frequency]
    private mutating func append(
        _ name: RawSpan, _ item: Item, _ facts: RDBItemFacts, _ value: RawSpan
    ) throws(MigrationFault) {
        let expires = facts.expiry.rawValue != 0
        let hasUse = facts.idleSeconds != nil || facts.frequency != nil
        link.beginRequest(4 + (expires ? 1 : 0) + (options.replaces ? 1 : 0) + (hasUse ? 2 : 0))
        link.append(word: "RESTORE")
        link.append(word: name)
        link.append(word: DecimalText(UInt64(max(0, facts.expiry.rawValue))).span)
        try appendPayload(item, facts, value)
        if expires { link.append(word: "ABSTTL") }
        if options.replaces { link.append(word: "REPLACE") }
        if let seconds = facts.idleSeconds {
            link.append(word: "IDLETIME")
            link.append(word: DecimalText(UInt64(max(0, seconds))).span)
        } else if let frequency = facts.frequency {
            link.append(word: "FREQ")
            link.append(word: DecimalText(UInt64(frequency)).span)
        }
        let losesFlags = !takesOwnFields && facts.needsOwnFields
        asked.append(.key(name.copiedBytes(), database: item.database, losesFlags: losesFlags))
    }

    private mutating func appendPayload(
        _ item: Item, _ facts: RDBItemFacts, _ value: RawSpan
    ) throws(MigrationFault) {
        // What stands before the value in its payload.
        var front = OutputBuffer(capacity: 128)
        DumpPayload.appendFront(facts, type: item.type, hasOwnFields: takesOwnFields, to: &front)
        link.beginWord(front.count + value.byteCount + DumpPayload.footerSize)
        link.requests.append(front.span)
        if value.byteCount < MigrationLimits.directSizeMin {
            link.requests.append(value)
        } else {
            try link.flush(while: Self.doing)
            try link.send(value, while: Self.doing)
        }
        DumpPayload.appendFooter(
            front: front.span, value: value, version: summary.contents.version, to: &link.requests)
        link.requests.append("\r\n")
    }

    // MARK: Replies

    /// Sends what is enough to be sent, and reads replies if too many are owed. False if nothing more is to be sent.
    private mutating func mayGoOn() throws(MigrationFault) -> Bool {
        let owed = asked.count
        guard link.requests.count >= MigrationLimits.requestsSize || owed >= MigrationLimits.unansweredMax else {
            return true
        }
        try link.flush(while: Self.doing)
        return owed < MigrationLimits.unansweredMax ? true : try receive(leaving: MigrationLimits.unansweredMax / 2)
    }

    /// Reads the replies to what was sent; after one that says that no more will be taken, all of them, and is false.
    private mutating func receive(leaving count: Int) throws(MigrationFault) -> Bool {
        var answered = 0
        defer { asked.removeFirst(answered) }
        while asked.count - answered > (summary.fault == nil ? count : 0) {
            let text = try link.receiveLine(while: Self.doing) { $0.equals("+OK") ? nil : $0.copiedText() }
            let request = asked[answered]
            answered += 1
            guard let text else {
                if case .key(_, _, let losesFlags) = request {
                    summary.restored += 1
                    if losesFlags { summary.flagsLost += 1 }
                }
                continue
            }
            guard text.hasPrefix("-") else { throw link.strange(text) }
            note(String(text.dropFirst()), request)
        }
        return summary.fault == nil
    }

    private mutating func note(_ error: String, _ request: Asked) {
        switch request {
        case .database(let database):
            summary.fault = MigrationFault("\(link.server) refuses database \(database): \(error)")
        case .key(let key, let database, _):
            if error.hasPrefix("BUSYKEY") {
                summary.present.note(key, database, "")
            } else if Self.concernsAll(error) {
                summary.fault = summary.fault ?? MigrationFault(refusal: error, link.server)
            } else {
                summary.refused.note(key, database, error)
            }
        }
    }

    /// Whether no other key would fare better.
    private static func concernsAll(_ error: String) -> Bool {
        MigrationFault.advice(for: error) != nil || error.hasPrefix("ERR unknown command")
    }
}

/// An item of the file that is to be sent. Its key and facts are the reader's.
private struct Item {
    let database: Int
    /// Of the value: its first byte, and where the rest is.
    let type: UInt8
    let value: Range<Int>
}

/// The items of a file that have not expired.
private struct Items: ~Copyable, ~Escapable {
    var reader: RDBFileReader
    private var database = 0
    private let now: Milliseconds

    @_lifetime(copy file)
    init(_ file: RawSpan, now: Milliseconds) throws(MigrationFault) {
        self.now = now
        do throws(RDBFileFault) {
            reader = try RDBFileReader(file, verifiesChecksum: false, passesModules: true)
        } catch {
            throw Self.changed(error)
        }
    }

    mutating func next() throws(MigrationFault) -> Item? {
        do throws(RDBFileFault) {
            while true {
                switch try reader.next() {
                case .database(let index): database = index
                case .field, .sizes, .functions, .module: continue
                case .end: return nil
                case .string, .collection:
                    if reader.facts.isExpired(at: now) { continue }
                    let value = try reader.encodedValue()
                    return Item(database: database, type: value.type, value: value.place)
                }
            }
        } catch {
            throw Self.changed(error)
        }
    }

    private static func changed(_ fault: RDBFileFault) -> MigrationFault {
        MigrationFault("somebody has changed the file meanwhile: it is damaged now \(fault.description)")
    }
}
