// slabs and lru: what of memcached's memory mechanics has a counterpart in the engine.

import Base
import Engine

extension MemcachedSession {
    /// `slabs reassign from to`, `slabs automove n [noreply]`.
    func slabs(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        let tokens = arguments(line, input)
        if tokens.count == 3 && input.holds("reassign", at: tokens[0]) {
            guard frontEnd.settings.isPageMoveEnabled else { return output.append(Reply.pageMoveDisabled) }
            guard let source = input.signed32(tokens[1]), let target = input.signed32(tokens[2]) else {
                return output.append(Reply.badLine)
            }
            output.append(reassign(from: Int(source), to: Int(target)))
        } else if tokens.count >= 2 && input.holds("automove", at: tokens[0]) {
            let quiet = isQuiet(line, input)
            let reply = automove(tokens, input)
            if !quiet { output.append(reply) }
        } else {
            output.append(Reply.error)
        }
    }

    /// Classes are those of `stats slabs`; -1 is any, 0 the pages that no class has.
    private func reassign(from source: Int, to target: Int) -> StaticString {
        if source == target { return Reply.samePageClass }
        // The last class is that of large values, which has no pages.
        let classes = 0..<frontEnd.engine.sizeClassCount
        guard source == -1 || classes.contains(source), classes.contains(target) else { return Reply.badPageClass }
        let outcome = engine.movePage(
            from: source == -1 ? .anyClass : source == 0 ? .stock : .sizeClass(source),
            to: target == 0 ? .stock : .sizeClass(target))
        switch outcome {
        case .moved:
            hub.write(.sysevents, type: "slab_move", in: log) { line in
                line.append(" src=")
                line.append(decimal: source)
                line.append(" dst=")
                line.append(decimal: target)
            }
            hub.signal()
            return Reply.ok
        case .busy: return Reply.pageMoveBusy
        // memcached: a class that was to be picked and could not be is a bad one.
        case .noSparePage: return source == -1 ? Reply.badPageClass : Reply.noSparePage
        }
    }

    private func automove(_ tokens: [Token], _ input: RawSpan) -> StaticString {
        for name in ["ratio", "freeratio", "window"] as [StaticString] where input.holds(name, at: tokens[1]) {
            guard tokens.count >= 3, input.slice(tokens[2]).copiedText().isNumber else { return Reply.error }
            return Reply.automoveRefused
        }
        guard let level = input.unsigned(tokens[1]) else { return Reply.badLine }
        guard let policy = UInt8(exactly: level).flatMap(CompactionPolicy.init(rawValue:)) else { return Reply.error }
        frontEnd.engine.compactionPolicy = policy
        return Reply.ok
    }

    /// `lru mode flat|segmented`, `lru temp_ttl n`, `lru tune …`, each with `noreply`.
    func lru(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        let quiet = isQuiet(line, input)
        let reply = lruReply(arguments(line, input), input)
        if !quiet { output.append(reply) }
    }

    private func lruReply(_ tokens: [Token], _ input: RawSpan) -> StaticString {
        guard let name = tokens.first, tokens.count >= 2 else { return Reply.error }
        if input.holds("mode", at: name) {
            let isSegmented = input.holds("segmented", at: tokens[1])
            guard isSegmented || input.holds("flat", at: tokens[1]) else { return Reply.error }
            frontEnd.engine.weighsUse = isSegmented
            return Reply.ok
        }
        if input.holds("temp_ttl", at: name) {
            guard let seconds = input.signed32(tokens[1]) else { return Reply.error }
            // Off is what it is.
            return seconds < 0 ? Reply.ok : Reply.temporaryRefused
        }
        guard input.holds("tune", at: name), tokens.count >= 5 else { return Reply.error }
        return tune(tokens, input)
    }

    /// What memcached would not take is refused in its words, the rest in ours: there are no segments to size.
    private func tune(_ tokens: [Token], _ input: RawSpan) -> StaticString {
        guard let hot = input.unsigned(tokens[1]), let warm = input.unsigned(tokens[2]),
            let hotFactor = Double(input.slice(tokens[3]).copiedText()),
            let warmFactor = Double(input.slice(tokens[4]).copiedText())
        else { return Reply.error }
        if hot > 80 || warm > 80 || hot + warm > 80 { return Reply.segmentsTooLarge }
        if hotFactor <= 0 || warmFactor <= 0 { return Reply.segmentFactors }
        return Reply.segmentsRefused
    }

    private func arguments(_ line: Line, _ input: RawSpan) -> [Token] {
        var cursor = line.cursor
        var tokens: [Token] = []
        while let token = cursor.next(input) { tokens.append(token) }
        return tokens
    }
}

extension String {
    fileprivate var isNumber: Bool { Double(self) != nil }
}
