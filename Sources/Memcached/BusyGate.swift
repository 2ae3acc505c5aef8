// While somebody keeps the shards for long, a script of the other door: who comes is told so instead of hanging.

import Base
import Engine
import Synchronization
import Transport

extension MemcachedFrontEnd {
    /// Whether requests are refused, as `SERVER_ERROR busy`. Sessions look once a batch. Any thread.
    public var isBusy: Bool {
        get { self[detour: Detours.busy] }
        set { self[detour: Detours.busy] = newValue }
    }
}

extension MemcachedSession {
    func receiveAside(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        // Not `engine.now`, which may have the engine do what is due.
        self.now = now
        if isGuarded && !renewPass() { return Progress(consumed: input.byteCount, next: .close) }
        // In the middle of a reply there is no place for an error: it goes on when all is over.
        return isReplyInterrupted ? Progress(consumed: 0) : refuseBusy(input, &output)
    }

    /// Serves what needs no item, refuses the rest. It uses nothing that the worker's sessions share.
    @inline(never)
    func refuseBusy(_ input: RawSpan, _ output: inout OutputBuffer) -> Progress {
        if stage == .opening && !open(input) { return Progress(consumed: input.byteCount, next: .close) }
        if stage == .login { return receiveLogin(input, &output) }
        var offset = swallow(input, from: 0)
        pipelineStart = offset
        while offset < input.byteCount {
            let served =
                stage == .binary
                ? refuseBinary(input, from: offset, &output) : refuseLine(input, from: offset, &output)
            if let progress = finish(served, input, &offset) { return progress }
            if output.isOverSoftLimit { return yielded(at: offset) }
        }
        return Progress(consumed: offset)
    }

    private func refuseLine(_ input: RawSpan, from start: Int, _ output: inout OutputBuffer) -> Served {
        guard let (text, next) = findLine(input, from: start) else { return unfinishedLine(input, from: start) }
        searchedSize = 0
        let nameEnd = input.firstBlank(from: start, to: text.end)
        let line = Line(text: text, arguments: nameEnd, next: next)
        let verb = Verb(input.slice(start, nameEnd))
        switch verb {
        case .metaNoop, .version, .quit, .verbosity, .unknown: return serveLine(input, from: start, &output)
        case .get, .gets, .gat, .gats, .set, .add, .replace, .append, .prepend, .cas, .metaSet, .metaGet, .metaDelete,
            .metaArithmetic, .metaDebug, .delete, .incr, .decr, .touch, .flushAll, .stats, .cacheMemoryLimit, .slabs,
            .lru, .shutdown, .refreshCertificates, .lruCrawler, .watch:
            if isRestricted, let refused = refuseForbidden(verb, line, input, &output) { return refused }
            if !isQuiet(line, input) { output.append(Reply.busy) }
            return .refused(end: next, blockSize: blockSize(verb, line, input) ?? 0)
        }
    }

    private func refuseBinary(_ input: RawSpan, from start: Int, _ output: inout OutputBuffer) -> Served {
        guard input[start] == BinaryRequest.magic else { return .closed(end: input.byteCount) }
        guard input.byteCount &- start >= BinaryRequest.headerSize else {
            return .incomplete(needed: BinaryRequest.headerSize)
        }
        let request = BinaryRequest(input, at: start)
        if let refused = refuse(request, &output) { return refused }
        guard request.key.end <= input.byteCount else { return .incomplete(needed: request.key.end &- start) }
        guard let opcode = request.opcode else { return .served(end: request.end) }
        switch opcode {
        case .noop, .version, .verbosity, .quit, .quitQ, .saslMechanisms, .saslStart, .saslStep:
            if let refused = refuseLogin(request, &output) { return refused }
            guard request.end <= input.byteCount else { return .incomplete(needed: request.end &- start) }
            return serveBinary(request, engine.hash(input.slice(request.key)), input, &output)
        case .get, .set, .add, .replace, .delete, .increment, .decrement, .flush, .getQ, .getK, .getKQ, .append,
            .prepend, .stat, .setQ, .addQ, .replaceQ, .deleteQ, .incrementQ, .decrementQ, .flushQ, .appendQ,
            .prependQ, .touch, .gat, .gatQ, .gatK, .gatKQ:
            if isRestricted, let refused = refuseForbidden(opcode, request, input, &output) { return refused }
            // Also a quiet command is told: its silence would mean that it was done.
            output.append(errorFor: request, .busy)
            return .refused(end: request.key.end, blockSize: request.end &- request.key.end)
        }
    }
}
