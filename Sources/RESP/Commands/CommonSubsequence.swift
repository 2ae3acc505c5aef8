// LCS: what two strings have in common, in order. Source: Redis 7.2 command reference, LCS.

import Base
import Engine
import Synchronization

/// The options of LCS.
private struct SubsequenceOptions {
    var wantsLength = false
    var wantsRanges = false
    var wantsRangeLength = false
    var rangeLengthMin: Int64 = 0
}

extension RESPSession {
    func lcs(_ request: Request, _ output: inout OutputBuffer) {
        let sizeMax = frontEnd.bulkSizeMax.load(ordering: .relaxed)
        var a: [UInt8] = []
        var b: [UInt8] = []
        guard let fits = readPair(request, tableSizeMax: sizeMax, &a, &b) else {
            return fail("ERR The specified keys must contain string values", &output)
        }
        var options = SubsequenceOptions()
        guard read(request, &options, &output) else { return }
        if options.wantsLength && options.wantsRanges {
            return fail("ERR If you want both the length and indexes, please just use IDX.", &output)
        }
        guard fits else {
            return fail(
                "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len", &output)
        }
        let table = SubsequenceTable(a, b)
        if options.wantsLength { return output.appendInteger(table.length) }
        guard options.wantsRanges else {
            output.appendLine("$", table.length)
            for byte in table.subsequence() { output.append(byte) }
            return output.append("\r\n")
        }
        let ranges = table.ranges().filter { $0.count >= options.rangeLengthMin }
        output.appendMap(2, version)
        output.appendBulk("matches")
        output.appendArray(ranges.count)
        for range in ranges {
            output.appendArray(options.wantsRangeLength ? 3 : 2)
            for start in [range.inFirst, range.inSecond] {
                output.appendArray(2)
                output.appendInteger(start)
                output.appendInteger(start + range.count - 1)
            }
            if options.wantsRangeLength { output.appendInteger(range.count) }
        }
        output.appendBulk("len")
        output.appendInteger(table.length)
    }

    /// Copies both strings at one moment, so that no lock is held while they are compared.
    /// - Returns: nil if one is no string; false, and nothing copied, if the table for them would be too large.
    private func readPair(_ request: Request, tableSizeMax: Int, _ a: inout [UInt8], _ b: inout [UInt8]) -> Bool? {
        let database = database
        let first = request.key(in: database)
        let second = engine.key(request[2], in: database)
        var shards = ShardSet()
        engine.insert(first.hash, into: &shards)
        engine.insert(second.hash, into: &shards)
        var areStrings = true
        var fits = false
        engine.section(shards) { engine in
            var sizes = (0, 0)
            _ = engine.look(first) { item in
                if item.kind == .string { sizes.0 = item.value.byteCount } else { areStrings = false }
            }
            _ = engine.look(second) { item in
                if item.kind == .string { sizes.1 = item.value.byteCount } else { areStrings = false }
            }
            guard areStrings else { return }
            let (cells, carry) = (sizes.0 + 1).multipliedReportingOverflow(by: sizes.1 + 1)
            fits = !carry && cells <= tableSizeMax / MemoryLayout<UInt32>.size
            guard fits else { return }
            // What is missing was told of.
            engine.reason.occasion = .quiet
            _ = engine.get(first) { item in a = item.value.copiedBytes() }
            _ = engine.get(second) { item in b = item.value.copiedBytes() }
        }
        return areStrings ? fits : nil
    }

    /// False after an error reply.
    private func read(_ request: Request, _ options: inout SubsequenceOptions, _ output: inout OutputBuffer) -> Bool {
        var index = 3
        while index < request.count {
            let word = request[index]
            if word.equalsIgnoringCase("idx") {
                options.wantsRanges = true
            } else if word.equalsIgnoringCase("len") {
                options.wantsLength = true
            } else if word.equalsIgnoringCase("withmatchlen") {
                options.wantsRangeLength = true
            } else if word.equalsIgnoringCase("minmatchlen") && index + 1 < request.count {
                index += 1
                guard let length = request[index].integer else {
                    failInteger(&output)
                    return false
                }
                options.rangeLengthMin = length
            } else {
                failSyntax(&output)
                return false
            }
            index += 1
        }
        return true
    }
}

/// The lengths of the longest common subsequences of all beginnings of two strings.
private struct SubsequenceTable {
    private let a: [UInt8]
    private let b: [UInt8]
    /// Row by row: that of the first i and the first j bytes is at i * (b.count + 1) + j.
    private let cells: [UInt32]

    /// Bytes of both that are the same side by side.
    struct CommonRange {
        var inFirst: Int
        var inSecond: Int
        var count: Int
    }

    init(_ a: [UInt8], _ b: [UInt8]) {
        self.a = a
        self.b = b
        let width = b.count + 1
        var cells = [UInt32](repeating: 0, count: (a.count + 1) * width)
        for row in 0..<a.count {
            let byte = a[row]
            let above = row * width
            var left: UInt32 = 0
            for column in 0..<b.count {
                if b[column] == byte {
                    left = cells[above + column] + 1
                } else {
                    left = max(left, cells[above + column + 1])
                }
                cells[above + width + column + 1] = left
            }
        }
        self.cells = cells
    }

    var length: Int { Int(cells[cells.count - 1]) }

    /// Where the strings agree, from their ends to their beginnings: the way that Redis takes through the table.
    func ranges() -> [CommonRange] {
        let width = b.count + 1
        var ranges: [CommonRange] = []
        var isInRange = false
        var i = a.count
        var j = b.count
        while i > 0 && j > 0 {
            if a[i - 1] == b[j - 1] {
                i -= 1
                j -= 1
                if isInRange {
                    ranges[ranges.count - 1] = CommonRange(inFirst: i, inSecond: j, count: ranges.last!.count + 1)
                } else {
                    ranges.append(CommonRange(inFirst: i, inSecond: j, count: 1))
                    isInRange = true
                }
            } else {
                isInRange = false
                if cells[(i - 1) * width + j] > cells[i * width + j - 1] { i -= 1 } else { j -= 1 }
            }
        }
        return ranges
    }

    func subsequence() -> [UInt8] {
        ranges().reversed().flatMap { a[$0.inFirst..<$0.inFirst + $0.count] }
    }
}
