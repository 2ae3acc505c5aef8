// A session and its user: logging in, what may be run, and what a change of the rules means for it.

import Base
import Engine
import Transport
import Synchronization

extension RESPSession {
    // MARK: Who it is

    /// Logs in as somebody. A failure is remembered for ACL LOG.
    /// - Parameter request: the one that asks for it.
    func authenticate(_ name: [UInt8], _ password: RawSpan, _ request: Request) -> Bool {
        let isIn = frontEnd.access.authenticate(name, password) { grant in
            hasAuthenticated = true
            take(grant)
        }
        if isIn { return true }
        log(.auth, request[0].copiedBytes(), user: name)
        return false
    }

    /// As at the beginning of the connection.
    func beDefaultUser() {
        hasAuthenticated = frontEnd.access.isOpen.load(ordering: .relaxed)
        take(frontEnd.access.defaultGrant)
    }

    private func take(_ chosen: AccessGrant) {
        grant = chosen
        accessTable = chosen.table
        isRestricted = !chosen.user.isUnrestricted
        if record.userID.load(ordering: .relaxed) != chosen.id {
            record.userID.store(chosen.id, ordering: .relaxed)
            let name = AccessRules.shown(chosen.user.name)
            record.names.withLock { $0.user = name }
        }
        isAuthenticated = hasAuthenticated || frontEnd.access.isOpen.load(ordering: .relaxed)
    }

    /// Looks up what its user may do now. False if the user was deleted: the conversation is over.
    @inline(never)
    func renewAccess() -> Bool {
        accessGeneration = frontEnd.access.generation.load(ordering: .acquiring)
        guard let renewed = frontEnd.access.renewed(grant) else { return false }
        take(renewed)
        return true
    }

    /// Whether its user may be subscribed to a channel, by the rules of now.
    func mayHear(_ channel: Channel) -> Bool {
        guard renewAccess() else { return false }
        let name = channel.name
        return !isRestricted || accessTable.allowsChannel(name.span.rawBytes, isPattern: channel.kind == .pattern)
    }

    // MARK: What it may do

    /// Whether the user may run a request; if not, that was replied and remembered.
    @inline(__always)
    func isPermitted(_ command: Command, _ request: Request, _ output: inout OutputBuffer) -> Bool {
        var id = Int(command.rawValue)
        if KeyPlan.all[id].isContainer && request.count > 1 {
            guard let index = subcommandIndex(command, request, &output) else { return false }
            id = CommandCatalogue.firstSubcommands[id] + index
        }
        let verdict = accessTable.check(id, request)
        if verdict == .allowed { return true }
        lastCommand = Int(command.rawValue)
        return refuse(id, verdict, request, &output)
    }

    /// Always false.
    @inline(never)
    private func refuse(
        _ id: Int, _ verdict: AccessVerdict, _ request: Request, _ output: inout OutputBuffer
    ) -> Bool {
        // That comes first. Source: Redis processCommand.
        if transaction != nil, CommandCatalogue.entry(id).spec?.flags.contains(.noTransaction) == true {
            fail("ERR Command not allowed inside a transaction", &output)
            return false
        }
        log(id, verdict, request)
        fail(made: "NOPERM \(Self.reason(id, verdict))", &output)
        return false
    }

    /// Why a request is refused, as Redis 7.0 tells it.
    private static func reason(_ id: Int, _ verdict: AccessVerdict) -> String {
        switch verdict {
        case .allowed: ""
        case .command: "this user has no permissions to run the '\(CommandCatalogue.entry(id).name)' command"
        case .key: "this user has no permissions to access one of the keys used as arguments"
        case .channel: "this user has no permissions to access one of the channels used as arguments"
        }
    }

    /// What a request is, and whether the user may run it.
    /// - Returns: nil if there is no such subcommand.
    private func judge(_ command: Command, _ request: Request) -> (id: Int, verdict: AccessVerdict)? {
        guard let id = command.catalogueID(of: request) else { return nil }
        return (id, accessTable.check(id, request))
    }

    /// As `isPermitted`, of a request that EXEC takes up. Source: Redis execCommand.
    @inline(never)
    func isStillPermitted(_ command: Command, _ request: Request, _ output: inout OutputBuffer) -> Bool {
        guard let (id, verdict) = judge(command, request), verdict != .allowed else { return true }
        log(id, verdict, request, .multi)
        let reason =
            switch verdict {
            case .allowed: "no permission"
            case .command: "no permission to execute the command or subcommand"
            case .key: "no permission to touch the specified keys"
            case .channel: "no permission to access one of the channels used as arguments to the command"
            }
        fail(
            made: "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. "
                + "This command is no longer allowed for the following reason: \(reason)", &output)
        return false
    }

    /// Why a script may not run `request` for its user, which is remembered; nil if it may, or if there is no such
    /// subcommand. Source: Redis 7.0 scriptVerifyACL.
    func refusalInScript(_ command: Command, _ request: Request) -> StaticString? {
        guard isRestricted, let (id, verdict) = judge(command, request), verdict != .allowed else { return nil }
        log(id, verdict, request, .lua)
        switch verdict {
        case .allowed: return nil
        case .command: return "ERR The user executing the script can't run this command or subcommand"
        case .key:
            return """
                ERR The user executing the script can't access at least one of the keys mentioned in the command \
                arguments
                """
        case .channel: return "ERR The user executing the script can't publish to the channel mentioned in the command"
        }
    }

    /// Whether the user may run `request`; nothing is remembered. Source: Redis redis.acl_check_cmd.
    func mayRunInScript(_ command: Command, _ request: Request) -> Bool {
        guard isRestricted, let (_, verdict) = judge(command, request) else { return true }
        return verdict == .allowed
    }

    /// Whether the request may look at keys that its arguments do not name.
    func mayReadAllKeys(_ command: Command, _ request: Request) -> Bool {
        !isRestricted || isReplaying || accessTable.allowsReadingAll(Int(command.rawValue), request)
    }

    // MARK: The log

    private func log(
        _ id: Int, _ verdict: AccessVerdict, _ request: Request, _ context: AccessLog.Context? = nil
    ) {
        switch verdict {
        case .allowed: break
        case .command: log(.command, Array(CommandCatalogue.entry(id).name.utf8), user: grant.user.name, context)
        case .key(let place): log(.key, request[place].copiedBytes(), user: grant.user.name, context)
        case .channel(let place): log(.channel, request[place].copiedBytes(), user: grant.user.name, context)
        }
    }

    private func log(
        _ reason: AccessLog.Reason, _ object: [UInt8], user: [UInt8], _ context: AccessLog.Context? = nil
    ) {
        publish()
        let entry = AccessLog.Entry(
            reason: reason, context: context ?? (transaction == nil ? .toplevel : .multi),
            object: Array(object.prefix(RESPLimits.accessLogObjectSizeMax)),
            user: Array(user.prefix(RESPLimits.accessLogObjectSizeMax)), client: record.line(now: engine.now))
        frontEnd.access.log(entry, now: engine.now)
    }

    // MARK: Waiting

    /// Whether the rules changed while a command began to wait, and whoever changed them may not have
    /// seen that it does.
    @discardableResult
    func looksAtRulesAgain() -> Bool {
        guard frontEnd.access.generation.load(ordering: .sequentiallyConsistent) != accessGeneration else {
            return false
        }
        return record.parking.wake(.rulesChanged)
    }

    /// Has a command that begins to wait judged again, if that is needed.
    @inline(never)
    func wakeIfRulesChanged() {
        if looksAtRulesAgain() { record.peer.connection?.wake() }
    }

    /// Looks at the rules for a command that waits for keys. False if it may not be run any more, or the user is gone:
    /// it is over then, and in the first case that was replied. Source: Redis 7.2, where a blocked command is judged
    /// again.
    func goesOnWaiting(_ waiting: ParkedRequest, _ output: inout OutputBuffer) -> Bool {
        repeat {
            guard renewAccess() else { return false }
            var isAllowed = true
            waiting.kept.each { queued, request in
                if isRestricted { isAllowed = isPermitted(queued.row.command!, request, &output) }
            }
            guard isAllowed else { return false }
            record.parking.goOn()
        } while looksAtRulesAgain()
        // What came meanwhile was offered to nobody.
        if let waiter {
            for key in waiter.keys { frontEnd.waitedKeys.signal(key) }
            frontEnd.waitedKeys.serveReady(&engine)
        }
        return true
    }
}

extension Command {
    /// The id of the command or of its subcommand; nil if there is none such.
    func catalogueID(of request: Request) -> Int? {
        let id = Int(rawValue)
        guard KeyPlan.all[id].isContainer && request.count > 1 else { return id }
        let name = String(decoding: request[1].copiedBytes().lowercasedASCII, as: UTF8.self)
        let found = CommandTable.specs[id].subcommands.firstIndex { $0.name == name }
        return found.map { CommandCatalogue.firstSubcommands[id] + $0 }
    }
}
