// Which keys a memcached has. Source: memcached's protocol.txt, "LRU Crawler"; items.c, item_cachedump.

import Base

/// Keys on their way, with what their listing said of them. Their bytes lie one behind the other.
struct KeyBatch: ~Copyable {
    struct Entry {
        fileprivate let start: UInt32
        fileprivate let end: UInt32
        /// Seconds since 1970 on the server's clock; 0 is never, or not known.
        let expiry: Int64
    }

    private(set) var bytes = OutputBuffer(capacity: 2048)
    private(set) var entries: [Entry] = []

    var count: Int { entries.count }
    var size: Int { bytes.count }

    subscript(index: Int) -> RawSpan {
        @_lifetime(borrow self) get {
            bytes.span.extracting(Int(entries[index].start)..<Int(entries[index].end))
        }
    }

    /// - Parameter isEscaped: with `%41` in the place of `A`.
    mutating func append(_ key: RawSpan, isEscaped: Bool, expiry: Int64 = 0) {
        let start = bytes.count
        if isEscaped { appendUnescaped(key) } else { bytes.append(key) }
        entries.append(Entry(start: UInt32(start), end: UInt32(bytes.count), expiry: expiry))
    }

    private mutating func appendUnescaped(_ key: RawSpan) {
        var index = 0
        while index < key.byteCount {
            let byte = key[index]
            if byte == UInt8(ascii: "%"), index + 2 < key.byteCount, let high = Self.digit(key[index + 1]),
                let low = Self.digit(key[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(byte)
                index += 1
            }
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// Lets go of those keys that `isKept` says no to.
    mutating func keep(_ isKept: (Int) -> Bool) {
        entries = entries.indices.filter(isKept).map { entries[$0] }
    }

    mutating func removeAll() {
        bytes.removeAll()
        entries.removeAll(keepingCapacity: true)
    }
}

/// A listing under way, on a thread of its own. It takes what the server says as fast as that comes, and keeps it: a
/// memcached whose listing waits for its reader holds a lock meanwhile that its clients need, we among them.
///
/// A key takes 16 bytes and its own.
final class MemcachedListing: @unchecked Sendable {
    // Sendable: the thread that lists has all but `state`.

    private final class Box {
        var batch: KeyBatch
        init(_ batch: consuming KeyBatch) { self.batch = batch }
    }

    private struct State {
        var batches: [Box] = []
        var taken = 0
        var isOver = false
        var fault: MigrationFault?
        var isCancelled = false
    }

    private let state = Monitor(State())
    private enum Way {
        /// Lines `key=… exp=… …`, then END.
        case metadump
        /// Lines `mg KEY [b]`, then EN.
        case mgdump
        /// A size class after the other; no more than 2 MB of each.
        case cachedump(classes: [String])
    }

    private var link: ServerLink
    private var way: Way
    /// The first line, which told that the listing begins.
    private var first: [UInt8]?
    private var isOver = false
    private let batchCount: Int
    /// What whoever started it should know.
    let warning: String?
    private static let doing = "listing keys"

    /// Starts with the best way that the server has.
    /// - Parameter batchCount: keys that `next` gives at most.
    init(_ link: consuming ServerLink, batchCount: Int) throws(MigrationFault) {
        var link = link
        let (way, first, warning) = try Self.start(&link)
        self.link = link
        self.way = way
        self.first = first
        self.warning = warning
        self.batchCount = batchCount
    }

    private static func start(_ link: inout ServerLink) throws(MigrationFault) -> (Way, [UInt8]?, String?) {
        var hasEnabled = false
        for request in ["lru_crawler metadump hash", "lru_crawler metadump all", "lru_crawler mgdump hash"] {
            for _ in 0..<MigrationLimits.listingTries {
                let answer = try link.askLine(request)
                if answer.hasPrefix("key=") || answer == "END" { return (.metadump, Array(answer.utf8), nil) }
                if answer.hasPrefix("mg ") || answer == "EN" { return (.mgdump, Array(answer.utf8), nil) }
                if answer.hasPrefix("BUSY") {
                    // Somebody else's walk.
                    System.sleep(milliseconds: MigrationLimits.listingPauseMilliseconds)
                } else if answer.contains("disabled"), !hasEnabled {
                    hasEnabled = true
                    guard try link.askLine("lru_crawler enable") == "OK" else { break }
                } else {
                    break
                }
            }
        }
        let rows = try link.statistics("items")
        let classes = Set(rows.keys.compactMap { $0.split(separator: ":").dropFirst().first.map(String.init) })
        return (
            // Before the first class as behind each.
            .cachedump(classes: classes.sorted()), Array("END".utf8),
            "\(link.server) has no lru_crawler: `stats cachedump` tells at most 2 MB of keys of each size class, and "
                + "times to live as they were stored. Keys may be missing."
        )
    }

    // MARK: Whoever wants the keys

    /// Puts the next keys, of which there is one at least, into the place of those in `batch`. False at the end.
    func next(_ batch: inout KeyBatch) throws(MigrationFault) -> Bool {
        let (box, fault) = state.wait { state -> (Box?, MigrationFault?)? in
            if state.taken < state.batches.count {
                let box = state.batches[state.taken]
                state.taken += 1
                if state.taken >= 1024 {
                    state.batches.removeFirst(state.taken)
                    state.taken = 0
                }
                return (box, nil)
            }
            return state.isOver ? (nil, state.fault) : nil
        }
        if let fault { throw fault }
        guard let box else { return false }
        swap(&batch, &box.batch)
        return true
    }

    func cancel() { state.look { $0.isCancelled = true } }

    // MARK: The thread

    /// The thread's body.
    func run() {
        var fault: MigrationFault?
        do throws(MigrationFault) {
            while !isOver && !state.look({ $0.isCancelled }) {
                var batch = KeyBatch()
                try fill(&batch)
                guard batch.count > 0 else { continue }
                let box = Box(batch)
                state.change { $0.batches.append(box) }
            }
        } catch {
            fault = error
        }
        state.change { state in
            state.fault = fault
            state.isOver = true
        }
    }

    private func fill(_ batch: inout KeyBatch) throws(MigrationFault) {
        while !isOver && batch.count < batchCount && batch.size < MigrationLimits.batchSizeMax {
            let way = way
            let ending: Ending?
            if let line = first.take() {
                ending = Self.take(line.span.rawBytes, way, &batch)
            } else {
                ending = try link.receiveLine(while: Self.doing) { Self.take($0, way, &batch) }
            }
            switch ending {
            case nil: continue
            case .end: if case .cachedump = way { try nextClass() } else { isOver = true }
            case .strange(let text): throw MigrationFault("\(link.server) broke off its listing of keys: \(text)")
            }
        }
    }

    private enum Ending {
        case end
        case strange(String)
    }

    private static func take(_ line: RawSpan, _ way: Way, _ batch: inout KeyBatch) -> Ending? {
        switch way {
        case .metadump: take(metadump: line, &batch)
        case .mgdump: take(mgdump: line, &batch)
        case .cachedump: take(cachedump: line, &batch)
        }
    }

    private func nextClass() throws(MigrationFault) {
        guard case .cachedump(var classes) = way else { return }
        guard let next = classes.popLast() else {
            isOver = true
            return
        }
        way = .cachedump(classes: classes)
        link.requests.append("stats cachedump \(next) 0\r\n")
        try link.flush(while: Self.doing)
    }

    /// `key=NAME exp=SECONDS la=… cas=… …`
    private static func take(metadump line: RawSpan, _ batch: inout KeyBatch) -> Ending? {
        guard line.starts(with: "key="), let blank = line.firstIndex(of: 32, from: 4) else {
            return line.equals("END") ? .end : .strange(line.copiedText())
        }
        var expiry: Int64 = 0
        let rest = line.slice(blank + 1, line.byteCount)
        if rest.starts(with: "exp=") {
            let end = rest.firstIndex(of: 32, from: 4) ?? rest.byteCount
            expiry = max(0, rest.slice(4, end).canonicalSignedDecimal() ?? 0)
        }
        batch.append(line.slice(4, blank), isEscaped: true, expiry: expiry)
        return nil
    }

    /// `mg NAME`, or `mg BASE64 b`.
    private static func take(mgdump line: RawSpan, _ batch: inout KeyBatch) -> Ending? {
        guard line.starts(with: "mg ") else { return line.equals("EN") ? .end : .strange(line.copiedText()) }
        guard let blank = line.firstIndex(of: 32, from: 3), blank + 1 < line.byteCount, line[blank + 1] == 98 else {
            let end = line.firstIndex(of: 32, from: 3) ?? line.byteCount
            batch.append(line.slice(3, end), isEscaped: false)
            return nil
        }
        if let key = Base64Bytes(line.slice(3, blank), sizeMax: 256) {
            batch.append(key.span, isEscaped: false)
        }
        return nil
    }

    /// `ITEM NAME [SIZE b; SECONDS s]`
    private static func take(cachedump line: RawSpan, _ batch: inout KeyBatch) -> Ending? {
        guard line.starts(with: "ITEM "), let blank = line.firstIndex(of: 32, from: 5) else {
            return line.equals("END") ? .end : .strange(line.copiedText())
        }
        var expiry: Int64 = 0
        if let mark = line.firstIndex(of: UInt8(ascii: ";"), from: blank), line.byteCount > mark + 5 {
            expiry = line.slice(mark + 2, line.byteCount - 3).canonicalSignedDecimal() ?? 0
        }
        batch.append(line.slice(5, blank), isEscaped: false, expiry: expiry)
        return nil
    }
}
