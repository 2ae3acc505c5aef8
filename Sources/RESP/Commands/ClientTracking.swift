// CLIENT TRACKING, CACHING, TRACKINGINFO, GETREDIR: for clients that keep copies. Source: Redis 7.2 command reference.

import Base
import Engine
import Synchronization

extension RESPSession {
    /// What CLIENT TRACKING was asked for.
    private struct Wish {
        var options: TrackingOptions = []
        var redirect: ClientRecord?
        var prefixes: [[UInt8]] = []
    }

    func clientTracking(_ request: Request, _ output: inout OutputBuffer) {
        guard let wish = trackingWish(request, &output) else { return }
        if request[2].equalsIgnoringCase("on") {
            guard isPossible(wish, &output) else { return }
            let size = wish.prefixes.reduce(0) { $0 + TrackedClient.size(ofPrefix: $1.count) }
            guard mayHold(size) else { return }
            beginTracking(wish.options, redirect: wish.redirect, prefixes: wish.prefixes)
        } else if request[2].equalsIgnoringCase("off") {
            endTracking()
        } else {
            return failSyntax(&output)
        }
        output.appendOK()
    }

    private func trackingWish(_ request: Request, _ output: inout OutputBuffer) -> Wish? {
        var wish = Wish()
        var index = 3
        while index < request.count {
            let word = request[index]
            let hasMore = index + 1 < request.count
            index += 1
            if word.equalsIgnoringCase("redirect") && hasMore {
                if wish.redirect != nil {
                    fail("ERR A client can only redirect to a single other client", &output)
                    return nil
                }
                guard let id = request[index].integer else {
                    failInteger(&output)
                    return nil
                }
                wish.redirect = frontEnd.clients.find(UInt64(bitPattern: id))
                if wish.redirect == nil {
                    fail("ERR The client ID you want redirect to does not exist", &output)
                    return nil
                }
                index += 1
            } else if word.equalsIgnoringCase("bcast") {
                wish.options.insert(.broadcast)
            } else if word.equalsIgnoringCase("optin") {
                wish.options.insert(.optIn)
            } else if word.equalsIgnoringCase("optout") {
                wish.options.insert(.optOut)
            } else if word.equalsIgnoringCase("noloop") {
                wish.options.insert(.noLoop)
            } else if word.equalsIgnoringCase("prefix") && hasMore {
                wish.prefixes.append(request[index].copiedBytes())
                index += 1
            } else {
                failSyntax(&output)
                return nil
            }
        }
        return wish
    }

    /// Whether the options go together, and with what there is; if not, that was replied.
    private func isPossible(_ wish: Wish, _ output: inout OutputBuffer) -> Bool {
        let options = wish.options
        let present = tracker?.options ?? []
        if !options.contains(.broadcast) && !wish.prefixes.isEmpty {
            fail("ERR PREFIX option requires BCAST mode to be enabled", &output)
        } else if present.contains(.on) && present.contains(.broadcast) != options.contains(.broadcast) {
            fail(
                """
                ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling \
                it with a different mode.
                """, &output)
        } else if options.contains(.broadcast) && !options.isDisjoint(with: [.optIn, .optOut]) {
            fail("ERR OPTIN and OPTOUT are not compatible with BCAST", &output)
        } else if options.contains(.optIn) && options.contains(.optOut) {
            fail("ERR You can't specify both OPTIN mode and OPTOUT mode", &output)
        } else if options.contains(.optIn) && present.contains(.optOut)
            || options.contains(.optOut) && present.contains(.optIn)
        {
            fail(
                """
                ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling \
                it with a different mode.
                """, &output)
        } else {
            return !collides(wish.prefixes, &output)
        }
        return false
    }

    /// Whether one of the prefixes begins with another, or with one that the client has, or the other way round; that
    /// was replied. Source: Redis checkPrefixCollisionsOrReply.
    private func collides(_ prefixes: [[UInt8]], _ output: inout OutputBuffer) -> Bool {
        let known = tracker?.prefixes ?? []
        let firstOfKnown = prefixes.indices.first { Self.overlapping(prefixes[$0], known) != nil }
        let first = Self.firstOverlapping(prefixes)
        if let firstOfKnown, firstOfKnown <= first ?? firstOfKnown {
            let prefix = prefixes[firstOfKnown]
            failOverlap(prefix, "an existing", Self.overlapping(prefix, known) ?? [], &output)
            return true
        }
        guard let first else { return false }
        let other = prefixes[(first + 1)...].first { Self.overlap($0, prefixes[first]) }
        failOverlap(prefixes[first], "another provided", other ?? [], &output)
        return true
    }

    private static func overlap(_ a: [UInt8], _ b: [UInt8]) -> Bool { a.starts(with: b) || b.starts(with: a) }

    /// The first of `known` that overlaps with `prefix`. They ascend, and only an empty one overlaps with another.
    private static func overlapping(_ prefix: [UInt8], _ known: [[UInt8]]) -> [UInt8]? {
        if let first = known.first, first.isEmpty { return first }
        var low = 0
        var high = known.count
        while low < high {
            let middle = (low + high) / 2
            if known[middle].lexicographicallyPrecedes(prefix) { low = middle + 1 } else { high = middle }
        }
        if low > 0 && prefix.starts(with: known[low - 1]) { return known[low - 1] }
        return low < known.count && known[low].starts(with: prefix) ? known[low] : nil
    }

    /// The first that overlaps with a later one. What begins with a prefix stands behind it in order.
    private static func firstOverlapping(_ prefixes: [[UInt8]]) -> Int? {
        var first: Int?
        var chain: [(index: Int, least: Int)] = []
        for index in prefixes.indices.sorted(by: { prefixes[$0].lexicographicallyPrecedes(prefixes[$1]) }) {
            while let last = chain.last, !prefixes[index].starts(with: prefixes[last.index]) { chain.removeLast() }
            let least = min(index, chain.last?.least ?? index)
            if !chain.isEmpty { first = min(first ?? least, least) }
            chain.append((index, least))
        }
        return first
    }

    private func failOverlap(_ prefix: [UInt8], _ kind: StaticString, _ other: [UInt8], _ output: inout OutputBuffer) {
        countError()
        output.append("-ERR Prefix '")
        appendErrorText(prefix.span.rawBytes, prefix.count, &output)
        output.append("' overlaps with ")
        output.append(kind)
        output.append(" prefix '")
        appendErrorText(other.span.rawBytes, other.count, &output)
        output.append("'. Prefixes for a single client must not overlap.\r\n")
    }

    func clientCaching(_ request: Request, _ output: inout OutputBuffer) {
        guard let tracker, tracker.options.contains(.on) else {
            return fail(
                """
                ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode \
                enabled
                """, &output)
        }
        if request[2].equalsIgnoringCase("yes") {
            guard tracker.options.contains(.optIn) else {
                return fail("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.", &output)
            }
        } else if request[2].equalsIgnoringCase("no") {
            guard tracker.options.contains(.optOut) else {
                return fail("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.", &output)
            }
        } else {
            return failSyntax(&output)
        }
        tracker.isCachingSaid = true
        output.appendOK()
    }

    func clientGetredir(_ output: inout OutputBuffer) {
        output.appendInteger(record.redirectID.load(ordering: .relaxed))
    }

    func clientTrackinginfo(_ output: inout OutputBuffer) {
        let options = tracker?.options ?? []
        let isCachingSaid = tracker?.isCachingSaid ?? false
        var flags: [StaticString] = [options.contains(.on) ? "on" : "off"]
        if options.contains(.broadcast) { flags.append("bcast") }
        if options.contains(.optIn) {
            flags.append("optin")
            if isCachingSaid { flags.append("caching-yes") }
        }
        if options.contains(.optOut) {
            flags.append("optout")
            if isCachingSaid { flags.append("caching-no") }
        }
        if options.contains(.noLoop) { flags.append("noloop") }
        if options.contains(.brokenRedirect) { flags.append("broken_redirect") }
        output.appendMap(3, version)
        output.appendBulk("flags")
        output.appendSet(flags.count, version)
        for flag in flags { output.appendBulk(flag) }
        output.appendBulk("redirect")
        clientGetredir(&output)
        output.appendBulk("prefixes")
        let prefixes = tracker?.prefixes ?? []
        output.appendArray(prefixes.count)
        for prefix in prefixes { output.appendBulk(prefix.span.rawBytes) }
    }
}
