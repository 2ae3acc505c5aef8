// stats cachedump: the keys of one size class.

import Base
import Engine

extension MemcachedSession {
    /// `stats cachedump class limit`, a limit of 0 being none.
    /// - Returns: nil if the line is another `stats`.
    func cacheDump(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served? {
        if dump != nil { return continueDump(line, &output) }
        var cursor = line.cursor
        // Compared as far as it was typed, like its fellows; none before it begins with a c.
        guard let name = cursor.next(input), "cachedump".hasPrefix(input.slice(name).copiedText()) else { return nil }
        if !frontEnd.settings.isDumpEnabled {
            output.append(Reply.cacheDumpForbidden)
        } else if let classToken = cursor.next(input), let limitToken = cursor.next(input) {
            guard let classIndex = input.unsigned(classToken), let limit = input.unsigned(limitToken),
                classIndex <= UInt64(UInt32.max), limit <= UInt64(UInt32.max)
            else {
                output.append(Reply.badLine)
                return .served(end: line.next)
            }
            return startCacheDump(Int(classIndex), limit: Int(limit), line, &output)
        } else {
            output.append(Reply.badCommand)
        }
        return .served(end: line.next)
    }

    private func startCacheDump(
        _ classIndex: Int, limit: Int, _ line: Line, _ output: inout OutputBuffer
    ) -> Served {
        guard classIndex <= max(63, frontEnd.engine.sizeClassCount) else {
            output.append(Reply.badSlabID)
            return .served(end: line.next)
        }
        var dump = Dump(format: .cache, classes: SizeClassSet(only: classIndex))
        if limit > 0 { dump.itemsLeft = limit }
        dump.bytesLeft = DumpLimits.cacheDumpSizeMax - Reply.end.utf8CodeUnitCount
        self.dump = dump
        return continueDump(line, &output)
    }
}
