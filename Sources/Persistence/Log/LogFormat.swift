// The append log's own lines: what stands between the commands that redis-server reads too.

import Base

/// What the writing and the reading side agree on. Source of the rest: Redis 7 aof.c.
///
///     #TS:<seconds since 1970>\r\n                      Redis' own: when what follows was written
///     #ITEM:<flags>:<cas>:<marks>\r\n                   what memcached keeps with the item of the SET behind it
///     #CAS:<number>\r\n                                the highest that was drawn so far, before all else in a base
///     #SUM:<CRC64, 16 hex digits>:<count>:<synced>\r\n  of the `count` bytes before this line; up to the offset
///                                                       `synced` all was on the disk when this was written, and so was
///                                                       all in the files before this one
///
/// The bytes of sum lines are in no sum; between two of them are whole units only. redis-server skips them all.
///
/// It may go on with a file of ours, and writes no sums. What it appends begins with SELECT in capitals; ours is in
/// small letters, so what stands behind the last sum tells whose it is.
enum LogFormat {
    static let sum: StaticString = "#SUM:"
    static let item: StaticString = "#ITEM:"

    static let select: StaticString = "select"

    /// Bits of an item's marks.
    static let staleMark: UInt64 = 1
    static let winnerMark: UInt64 = 2
    static let binaryKeyMark: UInt64 = 4

    /// Whoever writes sums never lets a unit begin further behind the last one: so a reader knows what is vouched for
    /// before it hands it out.
    static let unsummedSizeMax = 512 << 20
    /// What is written at once is rarely longer: a longer end without a sum, and wrong in it what is no missing page,
    /// is rather another server's, and damaged.
    static let tornSizeMax = 16 << 20
    /// Source: Redis aof.c, AOF_ANNOTATION_LINE_MAX_LEN: what is longer is not skipped.
    static let annotationSizeMax = 1024
    /// Source: Redis' bounds of requests.
    static let argumentCountMax = 1 << 20
    static let argumentSizeMax = 512 << 20

    /// Whether a file was begun by us: its first line is a sum.
    static func isOurs(_ file: RawSpan) -> Bool {
        let size = sum.utf8CodeUnitCount
        return file.byteCount > size && file.slice(0, size).equals(sum)
    }

    /// Whether redis-server appended what stands from `start` on. Source: Redis 7 aof.c, feedAppendOnlyFile, and
    /// server.c, propagatePendingCommands, which has SELECT follow MULTI.
    static func isOfRedis(_ file: RawSpan, from start: Int) -> Bool {
        var place = start
        while place < file.byteCount, file[place] == UInt8(ascii: "#"), let end = file.firstIndex(of: 10, from: place) {
            place = end + 1
        }
        func skips(_ text: StaticString) -> Bool {
            let end = place + text.utf8CodeUnitCount
            guard end <= file.byteCount && file.slice(place, end).equals(text) else { return false }
            place = end
            return true
        }
        _ = skips("*1\r\n$5\r\nMULTI\r\n")
        return skips("*2\r\n$6\r\nSELECT\r\n")
    }

    static let highestCAS: StaticString = "#CAS:"

    static func appendHighestCAS(_ number: UInt64, to output: inout OutputBuffer) {
        output.append(highestCAS)
        output.append(decimal: number)
        output.append("\r\n")
    }

    /// What a file begins with says of CAS numbers; 0 if nothing.
    static func highestCAS(_ file: RawSpan) -> UInt64 {
        let start = highestCAS.utf8CodeUnitCount
        guard file.byteCount > start, file.slice(0, start).equals(highestCAS),
            let end = file.firstIndex(of: 13, from: start)
        else { return 0 }
        return file.slice(start, end).unsignedDecimal() ?? 0
    }

    static func appendTimestamp(_ seconds: Int64, to output: inout OutputBuffer) {
        output.append("#TS:")
        output.append(decimal: seconds)
        output.append("\r\n")
    }

    /// - Parameter marks: the bits above.
    static func appendItem(flags: UInt32, cas: UInt64, marks: Int, to output: inout OutputBuffer) {
        output.append(item)
        output.append(decimal: UInt64(flags))
        output.append(UInt8(ascii: ":"))
        output.append(decimal: cas)
        output.append(UInt8(ascii: ":"))
        output.append(decimal: marks)
        output.append("\r\n")
    }

    /// Appends the sum of all that is in `output`, and of what stands before that.
    static func appendSum(ofAll output: inout OutputBuffer, behind head: RawSpan = RawSpan(), synced: Int) {
        var sum = CRC64()
        sum.add(head)
        output.forEachPiece { sum.add($0) }
        appendSum(sum.value, count: head.byteCount + output.totalCount, synced: synced, to: &output)
    }

    /// - Parameter value: the CRC64 of the `count` bytes that lie before.
    /// - Parameter synced: an offset in the file.
    static func appendSum(_ value: UInt64, count: Int, synced: Int, to output: inout OutputBuffer) {
        output.append(sum)
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift) & 15)
            output.append(digit < 10 ? 48 + digit : 87 + digit)
        }
        output.append(UInt8(ascii: ":"))
        output.append(decimal: count)
        output.append(UInt8(ascii: ":"))
        output.append(decimal: synced)
        output.append("\r\n")
    }
}
