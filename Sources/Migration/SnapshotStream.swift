// The bytes of a snapshot as they arrive: where they end, and whether they are those that were sent.

import Base

/// Passes a snapshot on and sums it up. The last bytes are kept back: they are the sum itself, and perhaps a mark that
/// stands behind it, where the sender did not know the size before.
struct SnapshotStream: ~Copyable {
    /// How a sender tells where its snapshot ends. Source: Redis replication.c, readSyncBulkPayload.
    enum End: Equatable {
        case size(Int)
        /// These 40 bytes stand behind it.
        case mark([UInt8])
    }

    /// What is wrong with it.
    enum Fault: Error, Equatable {
        case otherFormat
        /// It ends before it is as long as any is.
        case tooShort
        case wrongSum
    }

    private static let sumSize = 8
    static let markSize = 40
    private static let headerSize = 9
    /// The first version of the format that has a sum.
    private static let versionWithSum: UInt64 = 5

    private let end: End
    private let keptSize: Int
    private var kept: [UInt8] = []
    private var header: [UInt8] = []
    private var sum = CRC64()
    /// Bytes that have arrived, a mark included.
    private(set) var received = 0

    init(_ end: End) {
        self.end = end
        switch end {
        case .size: keptSize = Self.sumSize
        case .mark: keptSize = Self.sumSize + Self.markSize
        }
    }

    /// Bytes that may still be taken; nil if nobody knows.
    var left: Int? {
        guard case .size(let size) = end else { return nil }
        return size - received
    }

    /// Bytes of the snapshot, if that is known.
    var size: Int? {
        guard case .size(let size) = end else { return nil }
        return size
    }

    /// Whether all has arrived. A mark is looked for where bytes end for now: its sender waits behind it.
    var isWhole: Bool {
        switch end {
        case .size(let size): received == size
        case .mark(let mark): kept.count == keptSize && kept[Self.sumSize...].elementsEqual(mark)
        }
    }

    /// Takes what has arrived and shows `write` what may be written.
    mutating func take<E: Error>(_ piece: RawSpan, _ write: (RawSpan) throws(E) -> Void) throws(E) {
        received += piece.byteCount
        if header.count < Self.headerSize {
            header += piece.slice(0, min(piece.byteCount, Self.headerSize - header.count)).copiedBytes()
        }
        let excess = kept.count + piece.byteCount - keptSize
        guard excess > 0 else { return kept += piece.copiedBytes() }
        let fromKept = min(excess, kept.count)
        let front = Array(kept.prefix(fromKept))
        try pass(front.span.rawBytes, write)
        kept.removeFirst(fromKept)
        try pass(piece.slice(0, excess - fromKept), write)
        kept += piece.slice(excess - fromKept, piece.byteCount).copiedBytes()
    }

    private mutating func pass<E: Error>(_ bytes: RawSpan, _ write: (RawSpan) throws(E) -> Void) throws(E) {
        if bytes.byteCount == 0 { return }
        sum.add(bytes)
        try write(bytes)
    }

    /// False if what has begun to arrive is no snapshot.
    var mayBeSnapshot: Bool { zip(header, Array("REDIS".utf8)).allSatisfy { $0 == $1 } }

    /// What is left to be written when all has arrived, and whether the sum was there and is right.
    func finish() throws(Fault) -> (rest: [UInt8], isVerified: Bool) {
        guard kept.count == keptSize && received >= Self.headerSize + keptSize else { throw .tooShort }
        guard mayBeSnapshot, let version = header.span.rawBytes.slice(5, 9).unsignedDecimal() else {
            throw .otherFormat
        }
        let rest = Array(kept.prefix(Self.sumSize))
        let sent = rest.span.rawBytes.word(at: 0)
        guard version >= Self.versionWithSum && sent != 0 else { return (rest, false) }
        guard sent == sum.value else { throw .wrongSum }
        return (rest, true)
    }
}
