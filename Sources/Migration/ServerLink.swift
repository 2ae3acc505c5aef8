// A client that waits for its replies, one or many at a time. What it says to memcached is in ServerLink+Memcached.

import Base
import Transport

/// How to get to a server.
public struct LinkOptions: Sendable {
    /// For each step: connecting, 64 KiB sent, something received.
    public var timeoutSeconds = 60
    /// PEM files, as with `duet bench`: without an authority any server is trusted.
    public var authorityFile = ""
    public var certificateFile = ""
    public var keyFile = ""

    public init() {}

    func tlsContext() throws(MigrationFault) -> TLSContext {
        var options = TLSOptions()
        options.authorityFile = authorityFile
        options.verification = authorityFile.isEmpty ? .none : .required
        options.certificateFile = certificateFile
        options.keyFile = keyFile
        do throws(TLSError) {
            return try TLSContext(.client, options)
        } catch {
            throw MigrationFault(error.description)
        }
    }
}

/// What a server answers, as far as tools ask.
public enum ServerReply: Equatable, Sendable {
    case simple(String)
    /// Without the minus sign.
    case error(String)
    case integer(Int64)
    /// nil is a null.
    case bulk([UInt8]?)
}

/// A connection to a server that is logged in.
public struct ServerLink: ~Copyable {
    public private(set) var server: ServerAddress
    let link: PeerLink
    let timeout: Int64
    /// Requests that were not sent yet.
    var requests = OutputBuffer(capacity: 1024)

    private init(_ server: ServerAddress, _ link: PeerLink, timeout: Int64) {
        self.server = server
        self.link = link
        self.timeout = timeout
    }

    /// Connects, finds out what the server speaks if nobody knows, logs in, and sees that it speaks that.
    public static func open(_ server: ServerAddress, _ options: LinkOptions) throws(MigrationFault) -> ServerLink {
        let timeout = Int64(options.timeoutSeconds) * 1000
        var link = ServerLink(server, try connect(server, options, timeout), timeout: timeout)
        if link.server.door == nil { link.server.door = try link.findDoor() }
        if link.server.door == .memcached {
            try link.enterMemcached()
            return link
        }
        if let password = server.password {
            _ = try link.demand(server.username.map { ["AUTH", $0, password] } ?? ["AUTH", password])
        }
        guard try link.demand(["PING"]) == .simple("PONG") else { throw link.strange("something else than PONG") }
        return link
    }

    /// memcached answers `version` with its version, whoever asks; Redis knows no such command.
    private mutating func findDoor() throws(MigrationFault) -> ServerAddress.Door {
        requests.append("version\r\n")
        try flush(while: "asking what it is")
        let line = try receiveLine(while: "asking what it is") { $0.copiedText() }
        if line.hasPrefix("VERSION ") || line.hasPrefix("CLIENT_ERROR") || line == "ERROR" { return .memcached }
        if line.hasPrefix("-") { return .redis }
        throw strange(line)
    }

    private static func connect(
        _ server: ServerAddress, _ options: LinkOptions, _ timeout: Int64
    ) throws(MigrationFault) -> PeerLink {
        let tls = server.usesTLS ? try options.tlsContext() : nil
        do throws(TransportError) {
            return try PeerLink.connect(
                to: server.address, tls: tls, timeoutMilliseconds: min(timeout, MigrationLimits.connectMilliseconds))
        } catch {
            throw MigrationFault(connecting: error, to: server)
        }
    }

    // MARK: One at a time

    /// Sends a request and waits for its reply. What was not sent yet goes before it.
    public mutating func ask(_ words: [String]) throws(MigrationFault) -> ServerReply {
        append(words)
        try flush(while: "asking")
        return try receiveReply(while: "waiting for \(words[0])")
    }

    /// As `ask`; an error is a fault.
    public mutating func demand(_ words: [String]) throws(MigrationFault) -> ServerReply {
        let reply = try ask(words)
        if case .error(let text) = reply { throw MigrationFault(refusal: text, server) }
        return reply
    }

    /// A row of a RESP server's INFO; nil if it has none such, or if we may not ask.
    mutating func fact(_ name: String, in section: String) throws(MigrationFault) -> String? {
        guard case .bulk(let text?) = try ask(["INFO", section]) else { return nil }
        let row = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).first {
            $0.hasPrefix(name + ":")
        }
        return row.map { String($0.dropFirst(name.utf8.count + 1)) }
    }

    /// Whether it is Duet, and so takes what only Duet knows of an item. Who may not ask is told no.
    public mutating func isDuet() throws(MigrationFault) -> Bool {
        try fact("duet_version", in: "server") != nil
    }

    /// How many keys a RESP server has evicted since it started; nil if nobody can tell.
    mutating func evictedKeyCount() throws(MigrationFault) -> Int? {
        try fact("evicted_keys", in: "stats").flatMap { Int($0) }
    }

    /// What is another after a restart; nil if nobody can tell.
    mutating func identity() throws(MigrationFault) -> String? {
        if server.door != .memcached { return try fact("run_id", in: "server") }
        let rows = try statistics()
        guard let time = rows["time"].flatMap({ Int($0) }), let uptime = rows["uptime"].flatMap({ Int($0) }) else {
            return rows["pid"]
        }
        return "\(rows["pid"] ?? "") \(time - uptime)"
    }

    /// Has a Duet put what only it knows of an item before the value in each payload of DUMP.
    /// - Returns: whether it is one.
    mutating func askForOwnFields() throws(MigrationFault) -> Bool {
        guard try isDuet() else { return false }
        return try demand(["REPLCONF", "capa", "duet-fields"]) == .simple("OK")
    }

    // MARK: Many at a time

    /// Puts a request behind those that were not sent yet.
    mutating func append(_ words: [String]) {
        beginRequest(words.count)
        for word in words { append(word: Array(word.utf8).span.rawBytes) }
    }

    mutating func beginRequest(_ wordCount: Int) {
        requests.appendLine("*", wordCount)
    }

    mutating func append(word: RawSpan) {
        beginWord(word.byteCount)
        requests.append(word)
        requests.append("\r\n")
    }

    mutating func append(word: StaticString) {
        beginWord(word.utf8CodeUnitCount)
        requests.append(word)
        requests.append("\r\n")
    }

    mutating func beginWord(_ size: Int) {
        requests.appendLine("$", size)
    }

    /// Sends what was put together.
    mutating func flush(while doing: String) throws(MigrationFault) {
        try send(requests.span, while: doing)
        requests.removeAll()
        requests.shrink(to: MigrationLimits.requestsSize)
    }

    /// Sends what was put together if that is enough for one go, or if too many answers are owed.
    /// - Returns: whether some of those are to be read now: all must fit what lies between the two ends.
    mutating func sendIfFull(owed: Int, while doing: String) throws(MigrationFault) -> Bool {
        let isDue = owed >= MigrationLimits.unansweredMax
        if isDue || requests.count >= MigrationLimits.requestsSize { try flush(while: doing) }
        return isDue
    }

    /// Sends bytes from where they are; what was put together before must be sent already.
    func send(_ bytes: RawSpan, while doing: String) throws(MigrationFault) {
        do throws(PeerFault) {
            try link.send(bytes, timeoutMilliseconds: timeout)
        } catch {
            throw MigrationFault(error, while: doing, server)
        }
    }

    // MARK: What comes

    /// Shows `body` the next line, without its end.
    func receiveLine<R>(while doing: String, _ body: (RawSpan) -> R) throws(MigrationFault) -> R {
        do throws(PeerFault) {
            return try link.receiveLine(timeoutMilliseconds: timeout, body)
        } catch {
            throw MigrationFault(error, while: doing, server)
        }
    }

    func receiveReply(while doing: String) throws(MigrationFault) -> ServerReply {
        let line = try receiveLine(while: doing) { $0.copiedText() }
        let rest = String(line.dropFirst())
        switch line.utf8.first {
        case UInt8(ascii: "+"): return .simple(rest)
        case UInt8(ascii: "-"): return .error(rest)
        case UInt8(ascii: ":"): if let number = Int64(rest) { return .integer(number) }
        case UInt8(ascii: "$"):
            guard let size = Int(rest), size <= MigrationLimits.bulkSizeMax else { break }
            return .bulk(size < 0 ? nil : try receiveBulk(size, while: doing))
        default: break
        }
        throw strange(line)
    }

    private func receiveBulk(_ size: Int, while doing: String) throws(MigrationFault) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < size + 2 {
            bytes += try receiveBytes(atMost: size + 2 - bytes.count, while: doing) { $0.copiedBytes() }
        }
        return Array(bytes.dropLast(2))
    }

    /// Shows `body` what comes next.
    func receiveBytes<R>(
        atMost countMax: Int, while doing: String, _ body: (RawSpan) -> R
    ) throws(MigrationFault) -> R {
        do throws(PeerFault) {
            return try link.receiveBytes(atMost: countMax, timeoutMilliseconds: timeout, body)
        } catch {
            throw MigrationFault(error, while: doing, server)
        }
    }

    /// It is no server of this protocol.
    func strange(_ line: String) -> MigrationFault {
        if server.door == .memcached { return strangeForMemcached(line) }
        let shown = String(line.prefix(80)).debugDescription
        let isMemcached = line == "ERROR" || line.hasPrefix("CLIENT_ERROR")
        return MigrationFault(
            "\(server) does not speak RESP: it said \(shown)",
            advice: isMemcached
                ? "This is memcached's protocol. If it is Duet, give the port of its other door (--resp-port)."
                : "Is this the port of a Redis or a Duet? If it wants TLS: rediss://…")
    }
}

/// Bounds, with their reasons.
enum MigrationLimits {
    /// A server that does not accept by then is not there.
    static let connectMilliseconds: Int64 = 10_000
    /// A reply that is kept: INFO, not a value.
    static let bulkSizeMax = 16 << 20
    /// Requests are put together up to this, then sent.
    static let requestsSize = 64 << 10
    /// Keys whose replies were not read yet. All of them fit what lies between the two ends, even if each is an error.
    static let unansweredMax = 1024
    /// A value from here on is sent from the file's mapping, not copied.
    static let directSizeMin = 64 << 10
    /// Keys that are listed, then asked for at once, and so many bytes of them: what is under way of values is theirs.
    static let batchCountMax = 128
    static let batchSizeMax = 16 << 10
    /// How often a server is asked for its keys that lists them for somebody else.
    static let listingTries = 100
    static let listingPauseMilliseconds = 100
    /// Keys that are shown of many.
    static let examplesMax = 5
    /// What is received of a snapshot at a time.
    static let pieceSize = 256 << 10
    /// Time between two looks at the progress.
    static let progressNanoseconds: UInt64 = 100_000_000
    /// Items that a step of a walk copies at once, before they are sent.
    static let walkCount = 32
}
