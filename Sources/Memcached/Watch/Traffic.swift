// -vv: what clients send and what they are told, in memcached's words. -vvv: what was found, and a connection's states.
//
//     <30 get foo
//     > FOUND KEY foo            (-vvv)
//     >30 sending key foo
//     >30 END

import Base
import Engine

extension MemcachedSession {
    /// Lines about a key that was looked up.
    func sight(of key: RawSpan, _ traits: ItemTraits, isSent: Bool) -> String {
        var text = ""
        if hub.verbosity > 2 {
            switch traits.status {
            case .found: text += "> FOUND KEY \(key.copiedText())\n"
            case .notFound: text += "> NOT FOUND \(key.copiedText())\n"
            case .flushed: text += "> FOUND KEY \(key.copiedText()) -nuked by flush\n"
            case .expired: text += "> FOUND KEY \(key.copiedText()) -nuked by expiration\n"
            }
        }
        if isSent && traits.status == .found { text += ">\(fd) sending key \(key.copiedText())\n" }
        return text
    }

    /// Logs a request and its reply.
    /// - Parameter found: what `sight` said.
    /// - Parameter mark: where the reply begins in `output`.
    func logTraffic(
        _ request: ObservedRequest, found: String, _ before: ItemTraits, _ input: RawSpan,
        _ output: borrowing OutputBuffer, from mark: Int, _ served: Served
    ) {
        guard hub.verbosity > 1 else { return }
        if case .incomplete = served { return }
        var text = ""
        let showsStates = hub.verbosity > 2
        if showsStates && request.line.text.start == pipelineStart {
            text += "\(fd): going from conn_waiting to conn_read\n\(fd): going from conn_read to conn_parse_cmd\n"
        }
        text += "<\(fd) \(input.slice(request.line.text).copiedText())\n"
        if showsStates && request.verb.hasBlock { text += "\(fd): going from conn_parse_cmd to conn_nread\n" }
        text += found
        if let reply = replyText(request, before, input, output.span, from: mark) { text += ">\(fd) \(reply)\n" }
        if showsStates { text += states(request, served, input, hasReply: !output.isEmpty) }
        text.removeLast()
        frontEnd.control.logTraffic(text)
    }

    private func states(_ request: ObservedRequest, _ served: Served, _ input: RawSpan, hasReply: Bool) -> String {
        let state = request.verb.hasBlock ? "conn_nread" : "conn_parse_cmd"
        switch served {
        case .closed: return "\(fd): going from \(state) to conn_closing\n"
        case .watching: return "\(fd): going from \(state) to conn_watch\n"
        case .refused: return "\(fd): going from conn_parse_cmd to conn_swallow\n"
        case .interrupted, .incomplete: return "\(fd): going from \(state) to conn_mwrite\n"
        case .served(let end):
            var text = "\(fd): going from \(state) to conn_new_cmd\n"
            guard end >= input.byteCount else { return text }
            if hasReply {
                text += "\(fd): going from conn_new_cmd to conn_mwrite\n\(fd): going from conn_mwrite to conn_new_cmd\n"
            }
            return text + "\(fd): going from conn_new_cmd to conn_waiting\n"
        }
    }

    /// The last line of a reply of words; nil for replies that memcached does not log: those of meta commands, and
    /// of statistics.
    private func replyText(
        _ request: ObservedRequest, _ before: ItemTraits, _ input: RawSpan, _ output: RawSpan, from mark: Int
    ) -> String? {
        guard output.byteCount > mark else {
            return isQuiet(request.line, input) ? "NOREPLY \(quietReply(request.verb, before))" : nil
        }
        var start = output.byteCount &- 2
        while start > mark && output[start &- 1] != 10 { start &-= 1 }
        let last = output.slice(start, max(start, output.byteCount &- 2))
        let isError = last.copiedText().contains("ERROR")
        switch request.verb {
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic, .metaDebug: return isError ? last.copiedText() : nil
        case .stats, .lruCrawler: return start == mark ? last.copiedText() : nil
        default: return last.copiedText()
        }
    }

    /// What a client that asked for silence would have read.
    private func quietReply(_ verb: Verb, _ before: ItemTraits) -> String {
        let wasThere = before.status == .found
        switch verb {
        case .delete: return wasThere ? "DELETED" : "NOT_FOUND"
        case .touch: return wasThere ? "TOUCHED" : "NOT_FOUND"
        case .incr, .decr: return wasThere ? "" : "NOT_FOUND"
        case .flushAll, .verbosity, .cacheMemoryLimit: return "OK"
        default: break
        }
        switch lastStore {
        case .stored: return "STORED"
        case .exists: return "EXISTS"
        case .notFound: return "NOT_FOUND"
        case .tooLarge: return "SERVER_ERROR object too large for cache"
        case .outOfMemory: return "SERVER_ERROR out of memory storing object"
        case .notStored, .otherKind: return "NOT_STORED"
        case nil: return "ERROR"
        }
    }
}
