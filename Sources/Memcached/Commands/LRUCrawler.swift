// lru_crawler: its settings, crawls, and the two dumps that begin with it.

import Base
import Engine

extension MemcachedSession {
    /// `lru_crawler enable|disable`, `sleep microseconds`, `tocrawl count`, `crawl|metadump|mgdump classes`.
    func lruCrawler(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        // A dump that was interrupted goes on with its own line.
        if dump != nil { return continueDump(line, &output) }
        var cursor = line.cursor
        let name = cursor.next(input) ?? Token(line.text.end, line.text.end)
        let argument = cursor.next(input)
        let isWhole = !cursor.hasMore(input)
        let word = input.slice(name)
        guard isWhole, let argument else {
            output.append(isWhole ? switchCrawler(word) : Reply.error)
            return .served(end: line.next)
        }
        if word.equals("metadump") { return startDump(.meta, argument, line, input, &output) }
        if word.equals("mgdump") { return startDump(.metaGet, argument, line, input, &output) }
        if word.equals("crawl") {
            output.append(crawl(input.slice(argument)))
        } else if word.equals("sleep") {
            output.append(setCrawlerSleep(input, argument))
        } else if word.equals("tocrawl") {
            output.append(setCrawlerItems(input, argument))
        } else {
            output.append(Reply.error)
        }
        return .served(end: line.next)
    }

    private func switchCrawler(_ word: RawSpan) -> StaticString {
        if word.equals("enable") { return frontEnd.crawler.enable() ? Reply.ok : Reply.crawlerNotStarted }
        guard word.equals("disable") else { return Reply.error }
        frontEnd.crawler.disable()
        return Reply.ok
    }

    private func setCrawlerSleep(_ input: RawSpan, _ token: Token) -> StaticString {
        guard let number = input.unsigned(token), number <= UInt64(UInt32.max) else { return Reply.badLine }
        if number > 1_000_000 { return Reply.crawlerSleepTooLong }
        frontEnd.crawler.sleepMicroseconds = Int(number)
        return Reply.ok
    }

    private func setCrawlerItems(_ input: RawSpan, _ token: Token) -> StaticString {
        guard let number = input.unsigned(token), number <= UInt64(UInt32.max) else { return Reply.badLine }
        frontEnd.crawler.itemsPerClassMax = Int(number)
        return Reply.ok
    }

    private func crawl(_ classes: RawSpan) -> StaticString {
        guard frontEnd.crawler.isEnabled else { return Reply.crawlerDisabled }
        // memcached has no walk of the hash table that drops items.
        if classes.equals("hash") { return Reply.crawlerFailed }
        switch sizeClasses(classes) {
        case nil: return Reply.badClass
        case .some(let set) where set.isEmpty: return Reply.nothingToCrawl
        case .some(let set):
            switch frontEnd.crawler.start(set, now: now) {
            case .started: return Reply.ok
            case .busy: return Reply.crawlerBusy
            }
        }
    }

    private func sizeClasses(_ text: RawSpan) -> SizeClassSet? {
        text.equals("all") ? .all : SizeClassSet(text, largest: frontEnd.engine.sizeClassCount)
    }

    private func startDump(
        _ format: Dump.Format, _ argument: Token, _ line: Line, _ input: RawSpan, _ output: inout OutputBuffer
    ) -> Served {
        let text = input.slice(argument)
        let classes = text.equals("hash") ? SizeClassSet.all : sizeClasses(text)
        let isMeta = format == .meta
        if !frontEnd.crawler.isEnabled {
            output.append(Reply.crawlerDisabled)
        } else if !frontEnd.settings.isDumpEnabled {
            output.append(isMeta ? Reply.metaDumpForbidden : Reply.keyDumpForbidden)
        } else if line.text.start != pipelineStart {
            output.append(isMeta ? Reply.metaDumpNotFirst : Reply.metaGetDumpNotFirst)
        } else if let classes {
            if !classes.isEmpty {
                dump = Dump(format: format, classes: classes)
                return continueDump(line, &output)
            }
            output.append(Reply.nothingToCrawl)
        } else {
            output.append(Reply.badClass)
        }
        return .served(end: line.next)
    }
}
