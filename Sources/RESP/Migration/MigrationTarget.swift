// Another server, as MIGRATE speaks with it.

import Base
import Transport

/// A connection to a server that takes keys. Used by one thread at a time.
struct MigrationTarget: Sendable {
    /// Where it leads, and as whom.
    struct Name: Hashable, Sendable {
        let host: String
        let port: UInt16
        var username: [UInt8]?
        /// nil: there is no login.
        var password: [UInt8]?
    }

    let name: Name
    private let link: PeerLink
    /// The one that is selected there; nil before the first is, and then the login is still to be made.
    private var database: Int64?
    /// For each step, in milliseconds.
    private var timeout: Int64
    /// The first error that it replied, without the minus sign.
    private(set) var refusal: [UInt8]?

    init(_ name: Name, timeout: Int64) throws(PeerFault) {
        self.name = name
        self.timeout = timeout
        link = try PeerLink.connect(host: name.host, port: name.port, timeoutMilliseconds: timeout)
    }

    /// Makes a kept connection ready for other keys. False if the peer has closed it, or says what nobody asked.
    mutating func begin(timeout: Int64) -> Bool {
        self.timeout = timeout
        refusal = nil
        return link.isIdle
    }

    /// Logs in, if that was not done yet, and selects `chosen`. If that is refused nothing more is to be sent: it would
    /// go to another database.
    mutating func enter(_ chosen: Int64) throws(PeerFault) {
        guard database != chosen else { return }
        var requests = OutputBuffer(capacity: 256)
        var count = 1
        if database == nil, let password = name.password {
            requests.appendArray(name.username == nil ? 2 : 3)
            requests.appendBulk("AUTH")
            if let username = name.username { requests.appendBulk(username.span.rawBytes) }
            requests.appendBulk(password.span.rawBytes)
            count = 2
        }
        requests.appendArray(2)
        requests.appendBulk("SELECT")
        requests.appendBulk(DecimalText(chosen).span)
        try send(requests.span)
        for _ in 0..<count { _ = try isDone() }
        if refusal == nil { database = chosen }
    }

    func send(_ requests: RawSpan) throws(PeerFault) {
        try link.send(requests, timeoutMilliseconds: timeout)
    }

    /// Whether the next request was done, or else refused. What is neither is no server's that takes keys: nothing it
    /// says may make a key go.
    mutating func isDone() throws(PeerFault) -> Bool {
        var error: [UInt8]?
        let isDone = try link.receiveLine(timeoutMilliseconds: timeout) { line in
            let isError = line.byteCount > 0 && line[0] == UInt8(ascii: "-")
            if isError { error = line.slice(1, line.byteCount).copiedBytes() }
            return line.equals("+OK")
        }
        guard isDone || error != nil else { throw .receiving }
        if refusal == nil { refusal = error }
        return isDone
    }
}
