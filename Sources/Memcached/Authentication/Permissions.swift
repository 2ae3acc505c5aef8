// Where the server knows users: who has logged in, and what he may do with which keys.

import Base
import Engine
import Transport

extension MemcachedSession {
    // MARK: Logging in

    /// Lets somebody in by the file of his protocol, or by the server's users.
    func admits(_ logins: PasswordFile?, _ user: RawSpan, _ password: RawSpan) -> Bool {
        guard let doorGuard = frontEnd.settings.doorGuard else { return logins?.admits(user, password) == true }
        pass = doorGuard.admit(user, password)
        isRestricted = pass?.isUnrestricted == false
        if pass == nil { doorGuard.noteRefusal(of: user, nil, nil, client: clientText) }
        return pass != nil
    }

    /// Has the latest rules hold. False if the user is gone: the conversation is over.
    @inline(never)
    func renewPass() -> Bool {
        guard let old = pass, !old.isCurrent else { return true }
        guard let renewed = old.renewed() else { return false }
        pass = renewed
        isRestricted = !renewed.isUnrestricted
        return true
    }

    private var clientText: String {
        "id=\(connectionID) addr=\(connection?.remoteAddress ?? "") laddr=\(connection?.localAddress ?? "") "
            + "protocol=memcached"
    }

    // MARK: Text

    /// Refuses a command that the user may not give, its block with it. Nil if it may be served, or is so wrong that
    /// nothing will come of it.
    @inline(never)
    func refuseForbidden(_ verb: Verb, _ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served? {
        guard !permits(verb, line, input) else { return nil }
        var blockSize = 0
        if verb.hasBlock {
            var cursor = line.cursor
            // `set key flags exptime bytes`, `ms key bytes`.
            for _ in 0..<(verb == .metaSet ? 1 : 3) { _ = cursor.next(input) }
            if let token = cursor.next(input), let size = input.unsigned(token), size < UInt64(UInt32.max) {
                blockSize = Int(size) + 2
            }
        }
        if !isQuiet(line, input) { output.append(Reply.forbidden) }
        return .refused(end: line.next, blockSize: blockSize)
    }

    private func permits(_ verb: Verb, _ line: Line, _ input: RawSpan) -> Bool {
        var cursor = line.cursor
        switch verb {
        case .get, .gets: return allowsAll(.read, cursor, input)
        case .gat, .gats:
            _ = cursor.next(input)
            return allowsAll(.readAndTouch, cursor, input)
        case .set, .add, .replace, .cas: return allowsNext(.store, cursor, input)
        case .append, .prepend: return allowsNext(.append, cursor, input)
        case .delete: return allowsNext(.delete, cursor, input)
        case .incr: return allowsNext(.increment, cursor, input)
        case .decr: return allowsNext(.decrement, cursor, input)
        case .touch: return allowsNext(.touch, cursor, input)
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic, .metaDebug: return allowsMeta(verb, cursor, input)
        case .metaNoop, .version, .quit, .unknown: return true
        case .flushAll: return allows(.flush, nil)
        case .stats: return allowsStatistics(cursor.next(input), input)
        case .lruCrawler:
            guard let order = cursor.next(input) else { return allows(.configure, nil) }
            let lists = input.holds("metadump", at: order) || input.holds("mgdump", at: order)
            return allows(lists ? .listKeys : .configure, nil)
        case .verbosity, .cacheMemoryLimit, .slabs, .lru, .refreshCertificates: return allows(.configure, nil)
        case .shutdown: return allows(.shutDown, nil)
        case .watch: return allows(.watch, nil)
        }
    }

    private func allows(_ action: DoorAction, _ key: RawSpan?) -> Bool {
        if pass?.allows(action, key) == true { return true }
        let user = pass?.userName ?? []
        frontEnd.settings.doorGuard?.noteRefusal(of: user.span.rawBytes, action, key, client: clientText)
        return false
    }

    private func allowsAll(_ action: DoorAction, _ cursor: TokenCursor, _ input: RawSpan) -> Bool {
        var cursor = cursor
        while let token = cursor.next(input) {
            if !allows(action, input.slice(token)) { return false }
        }
        return true
    }

    private func allowsNext(_ action: DoorAction, _ cursor: TokenCursor, _ input: RawSpan) -> Bool {
        var cursor = cursor
        guard let token = cursor.next(input) else { return true }
        return allows(action, input.slice(token))
    }

    private func allowsStatistics(_ topic: Token?, _ input: RawSpan) -> Bool {
        guard let topic else { return allows(.statistics, nil) }
        if input.holds("cachedump", at: topic) { return allows(.listKeys, nil) }
        let changes = input.holds("reset", at: topic) || input.holds("detail", at: topic)
        return allows(changes ? .configure : .statistics, nil)
    }

    private func allowsMeta(_ verb: Verb, _ cursor: TokenCursor, _ input: RawSpan) -> Bool {
        var cursor = cursor
        guard let token = cursor.next(input) else { return true }
        if verb == .metaSet { _ = cursor.next(input) }
        let flags = MetaFlags(input, cursor, tokensBefore: verb == .metaSet ? 3 : 2)
        var isAllowed = true
        // A key that is none does nothing.
        _ = withKey(token, flags, input) { key in
            for action in Self.actions(verb, flags) where !allows(action, key.bytes) {
                isAllowed = false
                break
            }
        }
        return isAllowed
    }

    /// What a meta command may come to, by its flags. Source: memcached doc/protocol.txt, "Meta Commands".
    private static func actions(_ verb: Verb, _ flags: MetaFlags) -> [DoorAction] {
        let mode = flags.mode | 0x20
        switch verb {
        case .metaGet:
            // A miss may make an item; a hit may get another time to live.
            return (flags.has("N") ? [.store] : []) + [flags.has("T") ? .readAndTouch : .read]
        case .metaSet:
            let extends = flags.has("M") && (mode == UInt8(ascii: "a") || mode == UInt8(ascii: "p"))
            return extends ? (flags.has("N") ? [.store, .append] : [.append]) : [.store]
        case .metaDelete: return [.delete]
        case .metaArithmetic:
            let isDecrement = flags.has("M") && (mode == UInt8(ascii: "d") || flags.mode == UInt8(ascii: "-"))
            return (flags.has("N") ? [.store] : []) + [isDecrement ? .decrement : .increment]
        default: return [.read]
        }
    }

    // MARK: Binary

    /// As above. Also a quiet command is told.
    @inline(never)
    func refuseForbidden(
        _ opcode: BinaryOpcode, _ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer
    ) -> Served? {
        guard !permits(opcode, input.slice(request.key)) else { return nil }
        output.append(errorFor: request, .authenticationFailed)
        return .refused(end: request.key.end, blockSize: request.value.count)
    }

    private func permits(_ opcode: BinaryOpcode, _ key: RawSpan) -> Bool {
        switch opcode {
        case .get, .getQ, .getK, .getKQ: return allows(.read, key)
        case .set, .setQ, .add, .addQ, .replace, .replaceQ: return allows(.store, key)
        case .append, .appendQ, .prepend, .prependQ: return allows(.append, key)
        case .delete, .deleteQ: return allows(.delete, key)
        case .increment, .incrementQ: return allows(.increment, key)
        case .decrement, .decrementQ: return allows(.decrement, key)
        case .touch: return allows(.touch, key)
        case .gat, .gatQ, .gatK, .gatKQ: return allows(.readAndTouch, key)
        case .flush, .flushQ: return allows(.flush, nil)
        case .verbosity: return allows(.configure, nil)
        // Its lines are judged as those of text.
        case .stat: return true
        case .quit, .quitQ, .noop, .version, .saslMechanisms, .saslStart, .saslStep: return true
        }
    }
}
