// A connection to the old server for who can wait: the first look at it, and the sweep.

import Base
import Engine
import Transport

/// Why the old server is not what is wanted, in words.
public struct CutoverFault: Error, Equatable, CustomStringConvertible {
    public let description: String
    /// It is there, but does not let us in or is something else: it will not be any different in a while.
    public let isFinal: Bool

    init(_ text: String, isFinal: Bool = false) {
        description = text
        self.isFinal = isFinal
    }

    /// - Parameter answer: what the old server said, in quotes.
    static func refused(_ origin: OriginAddress, _ answer: String) -> CutoverFault {
        let isBusy = answer.contains("max number of clients") || answer.contains("SERVER_ERROR")
        return CutoverFault("\(origin): \(answer)", isFinal: !isBusy)
    }
}

/// A blocking client. One thread's.
struct OriginPeer: ~Copyable {
    private let origin: OriginAddress
    private let wire: OriginWire
    private let link: PeerLink
    private let timeout: Int64
    private var requests = OutputBuffer(capacity: 1024)
    private var arrived: [UInt8] = []
    /// Where the server has this connection.
    private var database = DatabaseIndex.first

    /// What encrypts connections to `origin`; nil if it wants none.
    static func tls(for origin: OriginAddress, authorityFile: String) throws(CutoverFault) -> TLSContext? {
        guard origin.usesTLS else { return nil }
        var options = TLSOptions()
        options.authorityFile = authorityFile
        options.verification = authorityFile.isEmpty ? .none : .required
        do throws(TLSError) {
            return try TLSContext(.client, options)
        } catch {
            throw CutoverFault(error.description)
        }
    }

    private init(_ origin: OriginAddress, _ wire: OriginWire, _ link: PeerLink, timeout: Int64) {
        self.origin = origin
        self.wire = wire
        self.link = link
        self.timeout = timeout
    }

    /// Connects and logs in.
    static func open(
        _ origin: OriginAddress, _ tls: TLSContext?, _ wire: OriginWire, timeoutMilliseconds: Int64
    ) throws(CutoverFault) -> OriginPeer {
        let link = try connect(origin, tls, timeoutMilliseconds)
        var peer = OriginPeer(origin, wire, link, timeout: timeoutMilliseconds)
        let statusCount = wire.appendLogin(origin, to: &peer.requests)
        try peer.send()
        for _ in 0..<statusCount { try peer.receiveStatus() }
        return peer
    }

    private static func connect(
        _ origin: OriginAddress, _ tls: TLSContext?, _ timeout: Int64
    ) throws(CutoverFault) -> PeerLink {
        do throws(TransportError) {
            return try PeerLink.connect(to: origin.address, tls: tls, timeoutMilliseconds: timeout)
        } catch {
            throw CutoverFault("cannot connect to \(error)")
        }
    }

    /// Finds out whether it speaks the language, and lets us in.
    mutating func probe() throws(CutoverFault) {
        let text = [UInt8]("duet-migrate-probe".utf8)
        let name = UndecidedKey(Key(text.span.rawBytes, hash: KeyHash(rawValue: 0), in: .first))
        try fetch([name]) { _, answer in
            // Whose keys are others may still have what is wanted.
            guard case .refused(let reason) = answer, !reason.contains(" access ") else { return nil }
            return "it answers \(reason)"
        }
    }

    // MARK: Keys

    /// Asks for all of `keys` and shows each answer, which is about the key.
    /// - Parameter body: answers what speaks against going on.
    mutating func fetch(
        _ keys: [UndecidedKey], _ body: (UndecidedKey, OriginAnswer) -> String?
    ) throws(CutoverFault) {
        var statusCounts: [Int] = []
        for key in keys { statusCounts.append(wire.append(key, at: &database, to: &requests)) }
        try send()
        for (key, statusCount) in zip(keys, statusCounts) {
            for _ in 0..<statusCount { try receiveStatus() }
            try receiveAnswer(of: key, body)
        }
    }

    private mutating func receiveAnswer(
        of key: UndecidedKey, _ body: (UndecidedKey, OriginAnswer) -> String?
    ) throws(CutoverFault) {
        var needed = 0
        while true {
            var problem: String?
            var offset = 0
            var passedOver = 0
            if arrived.count >= needed {
                let answer = wire.read(arrived.span.rawBytes, at: &offset, of: key)
                switch answer {
                case .incomplete(let size): needed = size
                case .broken(let reason): throw .refused(origin, reason)
                case .missing, .string, .payload, .refused, .oversized:
                    if case .oversized(let size) = answer { passedOver = size + 2 }
                    problem = body(key, answer)
                }
            }
            if offset > 0 {
                drop(offset)
                try passOver(passedOver)
                if let problem { throw .refused(origin, problem) }
                return
            }
            try receiveMore()
        }
    }

    private mutating func receiveStatus() throws(CutoverFault) {
        while true {
            var offset = 0
            let problem = wire.readStatus(arrived.span.rawBytes, at: &offset)
            if let problem {
                drop(offset)
                if problem.isEmpty { return }
                throw .refused(origin, "it answers \(problem.debugDescription)")
            }
            try receiveMore()
        }
    }

    private mutating func passOver(_ count: Int) throws(CutoverFault) {
        var rest = count
        while rest > 0 {
            if arrived.isEmpty { try receiveMore() }
            let size = min(rest, arrived.count)
            drop(size)
            rest -= size
        }
    }

    private mutating func drop(_ count: Int) {
        guard count == arrived.count else { return arrived.removeFirst(count) }
        arrived.removeAll(keepingCapacity: count < 1 << 20)
    }

    // MARK: Lists

    /// Sends a request of words.
    mutating func ask(_ words: [String]) throws(CutoverFault) {
        wire.append(words, to: &requests)
        try send()
    }

    mutating func ask(line: String) throws(CutoverFault) {
        requests.append(line)
        requests.append("\r\n")
        try send()
    }

    /// The next line, without its end.
    mutating func receiveLine() throws(CutoverFault) -> [UInt8] {
        do throws(PeerFault) {
            return try link.receiveLine(timeoutMilliseconds: timeout) { $0.copiedBytes() }
        } catch {
            throw lost()
        }
    }

    /// The next `count` bytes and the line's end behind them.
    mutating func receiveBlock(_ count: Int) throws(CutoverFault) -> [UInt8] {
        var block: [UInt8] = []
        while block.count < count + 2 {
            let missing = count + 2 - block.count
            do throws(PeerFault) {
                block += try link.receiveBytes(atMost: missing, timeoutMilliseconds: timeout) { $0.copiedBytes() }
            } catch {
                throw lost()
            }
        }
        block.removeLast(2)
        return block
    }

    // MARK: Bytes

    private mutating func send() throws(CutoverFault) {
        guard requests.count > 0 else { return }
        do throws(PeerFault) {
            try link.send(requests.span, timeoutMilliseconds: timeout)
        } catch {
            throw lost()
        }
        requests.removeAll()
    }

    private mutating func receiveMore() throws(CutoverFault) {
        do throws(PeerFault) {
            arrived += try link.receiveBytes(atMost: 256 << 10, timeoutMilliseconds: timeout) { $0.copiedBytes() }
        } catch {
            throw lost()
        }
    }

    private func lost() -> CutoverFault {
        CutoverFault("\(origin): it closed the connection, or said nothing for too long")
    }
}
