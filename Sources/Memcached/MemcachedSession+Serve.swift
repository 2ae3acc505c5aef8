// The second phase: serve a request that the scan found, or any line at all.

import Base
import Engine

extension MemcachedSession {
    /// Serves a request of the batch.
    @inline(__always)
    func serve(_ request: Request, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        switch request.kind {
        case .get:
            get(request, input, &output, wantsCAS: false)
        case .gets:
            get(request, input, &output, wantsCAS: isCASEnabled)
        case .store:
            store(request, input, &output)
        case .metaGet:
            let line = Token(Int(request.lineStart), Int(request.lineEnd))
            metaGet(input, request.key, hash: request.hash, line, &output)
        case .line:
            return serveLine(input, from: Int(request.lineStart), &output)
        }
        return .served(end: Int(request.next))
    }

    /// Serves whatever begins at `start`: complete or not, right or wrong.
    @inline(never)
    func serveLine(_ input: RawSpan, from start: Int, _ output: inout OutputBuffer) -> Served {
        guard let feed = input.firstIndex(of: 10, from: start) else {
            return unfinishedLine(input, from: start)
        }
        let next = feed &+ 1
        let textEnd = feed > start && input[feed &- 1] == 13 ? feed &- 1 : feed
        // Shorter than two letters and their terminator of two.
        if next &- start < 4 {
            output.append(Reply.badLine)
            return .served(end: next)
        }
        let nameEnd = input.firstBlank(from: start, to: textEnd)
        let line = Line(text: Token(start, textEnd), arguments: nameEnd, next: next)
        return dispatch(Verb(input.slice(start, nameEnd)), line, input, &output)
    }

    private func dispatch(
        _ verb: Verb, _ line: Line, _ input: RawSpan, _ output: inout OutputBuffer
    ) -> Served {
        if isRestricted, let refused = refuseForbidden(verb, line, input, &output) { return refused }
        if isReadOnly, let refused = refuseWrite(verb, line, input, &output) { return refused }
        switch verb {
        case .get, .gets, .gat, .gats: return getMany(verb, line, input, &output)
        case .set, .add, .replace, .append, .prepend, .cas: return storage(verb, line, input, &output)
        case .metaSet: return metaSet(line, input, &output)
        case .metaGet: metaGet(line, input, &output)
        case .metaDelete: metaDelete(line, input, &output)
        case .metaArithmetic: metaArithmetic(line, input, &output)
        case .metaDebug: metaDebug(line, input, &output)
        case .metaNoop:
            output.append(Reply.metaNoop)
            // What was answered is out of the way of a command that must come first.
            pipelineStart = line.next
        case .delete: delete(line, input, &output)
        case .incr: add(line, input, &output, isDecrement: false)
        case .decr: add(line, input, &output, isDecrement: true)
        case .touch: touch(line, input, &output)
        case .flushAll: flushAll(line, input, &output)
        case .version: output.append(Reply.version)
        case .verbosity: verbosity(line, input, &output)
        case .cacheMemoryLimit: cacheMemoryLimit(line, input, &output)
        case .refreshCertificates: refreshCertificates(line, input, &output)
        case .stats:
            if let served = cacheDump(line, input, &output) { return served }
            statistics(line, input, &output)
        case .slabs: slabs(line, input, &output)
        case .lru: lru(line, input, &output)
        case .shutdown: return shutdown(line, input, &output)
        case .watch: return watch(line, input, &output)
        case .lruCrawler: return lruCrawler(line, input, &output)
        case .quit: return .closed(end: line.next)
        case .unknown: return unknown(line, input, &output)
        }
        return .served(end: line.next)
    }

    /// No line feed yet: wait, or give up on a line that is too long to be one.
    func unfinishedLine(_ input: RawSpan, from start: Int) -> Served {
        let size = input.byteCount &- start
        searchedSize = size
        guard size > Self.unfinishedLineSizeMax else { return .incomplete(needed: 0) }
        var offset = start
        while offset < start &+ Self.leadingBlanksMax && input[offset] == 32 { offset &+= 1 }
        let name = input.slice(offset, offset &+ 5)
        guard name.slice(0, 4).equals("get ") || name.equals("gets "), size <= Self.retrievalLineSizeMax
        else {
            return .closed(end: input.byteCount)
        }
        return .incomplete(needed: 0)
    }

    private func unknown(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        var cursor = TokenCursor(from: line.arguments, to: line.text.end)
        let last = cursor.last(input)
        if let last, last.count >= 5, input.slice(last.start, last.start &+ 5).equals("HTTP/") {
            // A browser was tricked into talking to us: say nothing that it could read.
            return .closed(end: line.next)
        }
        if let last, input.holds("noreply", at: last) { return .served(end: line.next) }
        output.append(Reply.error)
        return .served(end: line.next)
    }

    /// Whether the line's last token, apart from its name, is `noreply`.
    func isQuiet(_ line: Line, _ input: RawSpan) -> Bool {
        var cursor = TokenCursor(from: line.arguments, to: line.text.end)
        guard let last = cursor.last(input) else { return false }
        return input.holds("noreply", at: last)
    }
}

/// A complete line that `serveLine` found.
struct Line {
    /// Without the terminator.
    let text: Token
    /// Where the arguments begin: behind the name.
    let arguments: Int
    /// Where the next line, or the block, begins.
    let next: Int

    var cursor: TokenCursor { TokenCursor(from: arguments, to: text.end) }
}
