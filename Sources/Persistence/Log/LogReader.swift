// One file of the append log, unit by unit, each vouched for before it is handed out.

import Base

/// Reads a file of commands. What it hands out is always a beginning of the file in whole units, none of which any sum
/// contradicts; where the rest is wrong, it says what kind of wrong.
///
///     while let unit = try reader.nextUnit() { ... }
///
/// It looks ahead to the next sum before it returns what that speaks of: the file is gone over twice, and the second
/// time from the processor's cache. Where no sums are, as in redis-server's files, only the grammar is looked at.
struct LogReader: ~Copyable, ~Escapable {
    let scan: LogScan
    /// Where the unit begins that is returned next.
    private(set) var place: Int
    /// Units that end here or before may be returned.
    private var clearedEnd: Int
    /// Behind the last valid sum, or the file's first command.
    private(set) var summedEnd: Int
    private var fault: LogFault?
    private var isAtEnd = false

    /// Bytes that sums vouched for, as far as the reader looked.
    private(set) var verifiedSize = 0
    private(set) var sumCount = 0
    /// The highest offset up to which a valid sum said that all was on the disk.
    private(set) var synced = 0

    /// - Parameter file: all of it, so that offsets are those in the file.
    /// - Parameter start: behind a snapshot that the file begins with.
    @_lifetime(copy file)
    init(_ file: RawSpan, from start: Int = 0) {
        scan = LogScan(file)
        place = start
        clearedEnd = start
        summedEnd = start
    }

    /// The next unit; nil at the end of a file that is whole.
    mutating func nextUnit() throws(LogFault) -> LogUnit? {
        while true {
            if place < clearedEnd {
                switch scan.piece(at: place) {
                case .unit(let unit):
                    place = unit.end
                    return unit
                case .sum(let sum): place = sum.end
                case .end, .cut, .wrong:
                    // It was whole when it was looked at ahead.
                    throw LogFault(
                        kind: .corrupt, offset: place, reason: "the file is changed while it is read", goodSize: place)
                }
            } else if let fault {
                throw fault
            } else if isAtEnd {
                return nil
            } else {
                lookAhead()
            }
        }
    }

    /// Goes on to the next sum, to the end, or to what is wrong.
    private mutating func lookAhead() {
        let start = clearedEnd
        var at = start
        // One that leaves bytes before it unspoken of: another server wrote those, or it is no sum but some client's
        // value that damage laid open. The next one tells.
        var doubtful: LogSum?
        while true {
            switch scan.piece(at: at) {
            case .unit(let unit):
                at = unit.end
                // No sum can come that speaks of these.
                if at - start > LogFormat.unsummedSizeMax { return clear(to: at, doubtful) }
            case .sum(let sum):
                if let before = doubtful, sum.start >= before.end { accept(before) }
                if let reason = objection(to: sum) {
                    return stop(judge(sum: sum, unitsEnd: at, reason: reason), start)
                }
                if let swallowed = sumBefore(sum) {
                    let reason: StaticString = "a size of an argument that takes in a sum"
                    return stop(judge(sum: swallowed, unitsEnd: at, reason: reason), start)
                }
                if let gap = judge(gapBefore: sum) { return stop(gap, start) }
                at = sum.end
                if sum.start <= summedEnd || at - start > LogFormat.unsummedSizeMax { return clear(to: at, sum) }
                doubtful = sum
            case .end:
                clear(to: at, doubtful)
                isAtEnd = !lacksSum(upTo: at)
                if isAtEnd { return }
                return stop(
                    LogFault(
                        kind: .tornTail, offset: at, reason: "the sum of the last commands is missing",
                        goodSize: summedEnd), start)
            case .cut(let reason):
                if let doubtful, !isRefuted(doubtful, from: at) { accept(doubtful) }
                return stop(judge(unitsEnd: at, wrongAt: nil, reason: reason), start)
            case .wrong(let offset, let reason):
                if let doubtful, !isRefuted(doubtful, from: at) { accept(doubtful) }
                return stop(judge(unitsEnd: at, wrongAt: offset, reason: reason), start)
            }
        }
    }

    private mutating func accept(_ sum: LogSum) {
        verifiedSize += sum.count
        sumCount += 1
        synced = max(synced, sum.synced)
        summedEnd = sum.end
    }

    private mutating func clear(to end: Int, _ sum: LogSum?) {
        if let sum { accept(sum) }
        clearedEnd = end
    }

    private mutating func stop(_ fault: LogFault, _ start: Int) {
        self.fault = fault
        clearedEnd = max(start, fault.goodSize)
    }

    /// Why a sum is not to be believed; nil if it holds.
    func objection(to sum: LogSum) -> StaticString? {
        if sum.start < summedEnd { return "a sum that speaks of more than lies between it and the sum before" }
        if sum.synced > sum.offset { return "a sum that claims more on the disk than was written" }
        return isRight(sum) ? nil : "the bytes before are not those that the sum was made of"
    }

    /// The sum of the bytes before those that `sum` speaks of, if it stands there and yet was no line of its own.
    private func sumBefore(_ sum: LogSum) -> LogSum? {
        guard sum.start > summedEnd else { return nil }
        var start = sum.start - 1
        let first = max(summedEnd, start - LogFormat.annotationSizeMax)
        while start > first && scan.file[start - 1] != 10 { start -= 1 }
        guard start > first, scan.file[start] == UInt8(ascii: "#"), case .sum(let before) = scan.line(at: start),
            before.start == summedEnd, !isRight(before)
        else { return nil }
        return before
    }

    func isRight(_ sum: LogSum) -> Bool {
        var bytes = CRC64()
        bytes.add(scan.file.slice(sum.start, sum.offset))
        return bytes.value == sum.value
    }
}
