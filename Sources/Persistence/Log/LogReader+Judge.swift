// Is it what a crash leaves behind, or was it damaged since? Told by what later lines say was on the disk.

import Base

/// After a loss of power, pages that nobody waited for may be there or not, in any order. So what is wrong is the end
/// of the file, however much follows, if no later sum that holds says that it had been on the disk by then.
extension LogReader {
    /// What is wrong with the file where its grammar ends.
    /// - Parameter unitsEnd: behind the last whole unit, or sum.
    /// - Parameter wrongAt: the first byte that cannot be; nil if the file just ends.
    func judge(unitsEnd: Int, wrongAt: Int?, reason: StaticString) -> LogFault {
        let endOfGood = trustedEnd(unitsEnd)
        // Room that was made for bytes that never came.
        if let wrongAt, isZero(from: wrongAt) {
            return LogFault(kind: .tornTail, offset: wrongAt, reason: "zeros to the file's end", goodSize: endOfGood)
        }
        let witness = hear(from: summedEnd, about: unitsEnd, inChain: wrongAt == nil)
        if wrongAt == nil && witness.isContradiction {
            // The size that the file ends short of is the one that was written: what follows it is a client's value,
            // and so is whatever looks like a sum there.
            return LogFault(kind: .tornTail, offset: scan.file.byteCount, reason: "\(reason)", goodSize: endOfGood)
        }
        let area = min(unitsEnd, witness.denial ?? unitsEnd)
        let offset = wrongAt ?? scan.file.byteCount
        let isDamage = wrongAt.map { !isTorn(at: $0, unitsEnd, witness) } ?? false
        if isDamage || witness.isContradiction || witness.synced > area {
            let goodSize = area == unitsEnd ? endOfGood : lastEnd(before: area)
            return LogFault(kind: .corrupt, offset: offset, reason: "\(reason)", goodSize: goodSize)
        }
        // Where pages are missing, more may be missing from the units before, and no sum says otherwise.
        let goodSize = wrongAt == nil && witness.denial == nil ? endOfGood : summedEnd
        return LogFault(kind: .tornTail, offset: offset, reason: "\(reason)", goodSize: goodSize)
    }

    /// Whether a byte that cannot be may be what a crash left. redis-server writes no sums, and its files just end
    /// early then; so it may have been the one to write here if no sum follows.
    private func isTorn(at offset: Int, _ unitsEnd: Int, _ witness: Witness) -> Bool {
        if witness.count > 0 || witness.denial != nil { return true }
        guard sumCount > 0 else { return false }
        if scan.file[offset] == 0 { return unitsEnd - summedEnd <= LogFormat.unsummedSizeMax }
        return scan.file.byteCount - summedEnd <= LogFormat.tornSizeMax
    }

    /// What is wrong with the file where a sum does not hold.
    func judge(sum: LogSum, unitsEnd: Int, reason: StaticString) -> LogFault {
        let area = min(unitsEnd, max(summedEnd, sum.start))
        let witness = hear(from: sum.end, about: area)
        if witness.isContradiction || witness.synced > area {
            return LogFault(kind: .corrupt, offset: area, reason: "\(reason)", goodSize: lastEnd(before: area))
        }
        // Before the bytes that the sum speaks of may lie others, whose own sum is on a page that is missing, too.
        let goodSize = sum.synced >= area ? lastEnd(before: area) : summedEnd
        return LogFault(kind: .tornTail, offset: area, reason: "\(reason)", goodSize: goodSize)
    }

    /// What is wrong where a right sum leaves bytes before it unspoken of: their own sum is on a page that never came,
    /// or is damaged. Nil if all before it was on the disk when it was written, or if redis-server began the file: it
    /// has no sums.
    func judge(gapBefore sum: LogSum) -> LogFault? {
        guard sum.start > summedEnd && sumCount > 0 && sum.synced < sum.start else { return nil }
        let isDamage = max(sum.synced, hear(from: sum.end, about: summedEnd).synced) > summedEnd
        return LogFault(
            kind: isDamage ? .corrupt : .tornTail, offset: summedEnd, reason: "the sum of these bytes is missing",
            goodSize: summedEnd)
    }

    /// Whether another sum, behind `start`, speaks of bytes that a line takes for its own.
    func isRefuted(_ sum: LogSum, from start: Int) -> Bool {
        hear(from: summedEnd, about: start).denial.map { $0 < sum.end } ?? false
    }

    private func isZero(from start: Int) -> Bool {
        for index in start..<scan.file.byteCount where scan.file[index] != 0 { return false }
        return true
    }

    /// The end of the last unit, or sum, that ends at `limit` or before, which is not before `summedEnd`.
    private func lastEnd(before limit: Int) -> Int {
        var end = summedEnd
        while end < limit, case .unit(let unit) = scan.piece(at: end), unit.end <= limit { end = unit.end }
        return trustedEnd(end)
    }

    /// How far the file may be believed whose units end at `end`. Where sums are, whole as they look, units without one
    /// may hold pages that never came: nobody was told that they are safe. redis-server writes none.
    private func trustedEnd(_ end: Int) -> Int { lacksSum(upTo: end) ? summedEnd : end }

    func lacksSum(upTo end: Int) -> Bool {
        sumCount > 0 && end > summedEnd && end - summedEnd <= LogFormat.unsummedSizeMax
            && !LogFormat.isOfRedis(scan.file, from: summedEnd)
    }

    private struct Witness {
        /// Sums that hold.
        var count = 0
        /// Up to where the furthest of them says all was on the disk.
        var synced = 0
        /// Where the bytes begin that a sum speaks of which does not hold; the first with those asked about among
        /// them.
        var denial: Int?
        /// A sum says that the bytes are as they were written, wrong as they look; or there is no end of sums.
        var isContradiction = false
    }

    /// What sums behind `start` say about the bytes at `place`, or about themselves if they lie before it.
    ///
    /// A client may have stored what looks like a sum. It is believed where nothing better is known; not if it lies
    /// within the bytes of a sum behind it that holds, for a sum's own line is in no other sum.
    /// - Parameter inChain: only sums count that lead back to the last one that was read, each speaking of what lies
    ///   between it and the one before. Where a file just ends, no more than one size is wrong, and the chain is there.
    private func hear(from start: Int, about place: Int, inChain: Bool = false) -> Witness {
        var witness = Witness()
        var sums: [LogSum] = []
        var chainEnd = summedEnd
        // Real sums speak of no byte twice, made-up ones may do so as often as they like.
        var budget = 2 * (scan.file.byteCount - summedEnd)
        var next = max(1, start)
        while next < scan.file.byteCount, let hash = scan.file.firstIndex(of: UInt8(ascii: "#"), from: next) {
            next = hash + 1
            // The end of the line before may be what is wrong.
            let isLine = scan.file[hash - 1] == 10 || (hash > 1 && scan.file[hash - 2] == 13)
            guard isLine, case .sum(let sum) = scan.line(at: hash) else { continue }
            next = sum.end
            guard sum.start >= summedEnd && sum.synced <= sum.offset else { continue }
            if inChain {
                guard sum.start == chainEnd else { continue }
                chainEnd = sum.end
            }
            budget -= sum.count
            guard budget >= 0 else {
                witness.isContradiction = true
                return witness
            }
            if sum.offset < place {
                // Within a unit, as it seems: a size that is too large by now took it in.
                if sum.start == summedEnd && witness.denial == nil && !isRight(sum) { witness.denial = sum.start }
            } else if isRight(sum) {
                if sum.start <= place && sum.offset > place { witness.isContradiction = true }
                while let last = sums.last, last.offset >= sum.start { sums.removeLast() }
                sums.append(sum)
            } else if witness.denial == nil && sum.start <= place && sum.offset > place {
                witness.denial = sum.start
            }
        }
        witness.count = sums.count
        witness.synced = sums.reduce(0) { max($0, $1.synced) }
        return witness
    }

    /// Whole units behind `offset`, as far as they can be made out where bytes are wrong in between.
    func countUnits(behind offset: Int) -> Int {
        var place = offset
        var count = 0
        while place < scan.file.byteCount {
            switch scan.piece(at: place) {
            case .unit(let unit):
                count += 1
                place = unit.end
            case .sum(let sum): place = sum.end
            case .end: return count
            case .cut, .wrong:
                var next = scan.file.firstIndex(of: 10, from: place)
                while let end = next, end + 1 < scan.file.byteCount, scan.file[end + 1] != UInt8(ascii: "*") {
                    next = scan.file.firstIndex(of: 10, from: end + 1)
                }
                guard let next, next + 1 < scan.file.byteCount else { return count }
                place = next + 1
            }
        }
        return count
    }
}
