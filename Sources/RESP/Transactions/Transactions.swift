// MULTI, EXEC, DISCARD, WATCH, UNWATCH. Source: Redis 7 command reference, group "transactions".

import Base
import Engine
import Synchronization

extension RESPSession {
    // MARK: Queueing

    /// Decides about a request of a session whose user has rules, that is not authenticated or in a transaction:
    /// refuses it, keeps it for EXEC, or answers true to have it served now. Source: Redis 7 processCommand.
    @inline(never)
    func admits(
        _ command: Command, _ queued: QueuedRequest, _ request: Request, _ output: inout OutputBuffer
    ) -> Bool {
        if admission == .byRules && accessTable.allowsAtOnce(command, request) { return true }
        return judges(command, queued, request, &output)
    }

    @inline(never)
    private func judges(
        _ command: Command, _ queued: QueuedRequest, _ request: Request, _ output: inout OutputBuffer
    ) -> Bool {
        if replies == .on { return mayServe(command, queued, request, &output) }
        if isTracked { tellInvalidations(&output) }
        let mark = output.count
        let isServed = mayServe(command, queued, request, &output)
        var isRefused = !isServed
        if isServed {
            lastCommand = Int(command.rawValue)
            if isTracked { beginTracked(command, request) }
            serve(command, request, &output)
            isRefused = isNoCall && command.catalogueID(of: request) == nil
            measureLast(request)
            if frontEnd.waitedKeys.hasReady && !isBusy { frontEnd.waitedKeys.serveReady(&engine) }
        }
        // Else its reply comes later.
        if ending != .park || !isServed { dropReply(after: mark, &output) }
        if tracker != nil { endTracked(command, isRefused: isRefused, &output) }
        return false
    }

    private func mayServe(
        _ command: Command, _ queued: QueuedRequest, _ request: Request, _ output: inout OutputBuffer
    ) -> Bool {
        refusedCommand = Int(command.rawValue)
        defer {
            refusedCommand = nil
            isNoCall = false
        }
        if !isAuthenticated && !command.isAllowedUnauthenticated {
            flawTransaction()
            fail("NOAUTH Authentication required.", &output)
            return false
        }
        if isReplaying { return true }
        if isRestricted && !isPermitted(command, request, &output) {
            flawTransaction()
            return false
        }
        if subscriptions != nil && version == .two && !command.isForSubscribers {
            refuseToSubscriber(command, request, &output)
            return false
        }
        if frontEnd.isGated.load(ordering: .relaxed) || scripts.servesAside {
            guard passesGate(command, request, &output) else { return false }
        } else {
            judgeAdmission()
        }
        if monitorFeed != nil, command.spec(of: request)?.flags.isDisjoint(with: [.read, .write]) == false {
            flawTransaction()
            fail("ERR Replica can't interact with the keyspace", &output)
            return false
        }
        guard let transaction else { return true }
        if command == .exec || command == .discard || command == .quit || command == .reset { return true }
        guard let spec = resolve(command, request, &output) else {
            flawTransaction()
            return false
        }
        lastCommand = Int(command.rawValue)
        if spec.flags.contains(.noTransaction) {
            flawTransaction()
            fail("ERR Command not allowed inside a transaction", &output)
        } else if !isBusy && !engine.makeRoomToWrite() {
            // Whatever it is: queueing takes memory.
            flawTransaction()
            failMemory(&output)
        } else if command == .multi || command == .watch {
            return true
        } else {
            enqueue(queued, request, spec, transaction, &output)
        }
        return false
    }

    /// Source: Redis 7 writeGetDiskErrorReply.
    static var cannotSave: StaticString {
        """
        MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that \
        may modify the data set are disabled, because this instance is configured to report errors during writes if \
        RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the \
        RDB error.
        """
    }

    static var cannotLog: StaticString {
        """
        MISCONF Errors writing to the AOF file. Commands that may modify the data set are disabled until that works; \
        INFO persistence and the log tell more.
        """
    }

    /// Whether a request may be served while data is loaded or nothing may be written; if not, it was refused.
    /// Source: Redis 7 processCommand.
    private func passesGate(_ command: Command, _ request: Request, _ output: inout OutputBuffer) -> Bool {
        guard let spec = resolve(command, request, &output) else {
            flawTransaction()
            return false
        }
        if isBusy && !spec.flags.contains(.whileBusy) {
            refuseBusy(command, &output)
            return false
        }
        switch frontEnd.gateState {
        case .open: return true
        case .loading:
            if spec.flags.contains(.whileLoading) || command.isAllowedUnauthenticated { return true }
            flawTransaction()
            fail("LOADING Redis is loading the dataset in memory", &output)
            return false
        case .readOnly:
            if !spec.flags.contains(.write) && command != .ping { return true }
            flawTransaction()
            fail(Self.cannotSave, &output)
            return false
        case .logFails:
            if !spec.flags.contains(.write) && command != .ping { return true }
            flawTransaction()
            fail(Self.cannotLog, &output)
            return false
        }
    }

    /// Source: Redis 7 processCommand.
    private func refuseToSubscriber(_ command: Command, _ request: Request, _ output: inout OutputBuffer) {
        guard let spec = resolve(command, request, &output) else { return flawTransaction() }
        let container = CommandTable.specs[Int(command.rawValue)]
        let name = container.subcommands.isEmpty || request.count < 2 ? spec.name : "\(container.name)|\(spec.name)"
        let allowed = "(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET"
        let reason = "Can't execute '\(name)': only \(allowed) are allowed in this context"
        if command == .exec { return abortExec(&output) { $0.append(reason) } }
        flawTransaction()
        fail(made: "ERR \(reason)", &output)
    }

    /// The row that says what the request is, its subcommand's if it has one; nil if there is none such, and that was
    /// replied.
    private func resolve(_ command: Command, _ request: Request, _ output: inout OutputBuffer) -> CommandSpec? {
        let spec = CommandTable.specs[Int(command.rawValue)]
        guard !spec.subcommands.isEmpty && request.count > 1 else { return spec }
        return subcommandIndex(command, request, &output).map { spec.subcommands[$0] }
    }

    private func enqueue(
        _ queued: QueuedRequest, _ request: Request, _ spec: CommandSpec, _ transaction: Transaction,
        _ output: inout OutputBuffer
    ) {
        // One that will not be executed takes no memory.
        if !transaction.isFlawed && !isWatchBroken {
            guard mayHold(KeptRequests.size(of: request)) else { return }
            transaction.append(queued, request, spec, engine)
            publishTransaction()
        }
        output.append("+QUEUED\r\n")
    }

    /// Whether so many more bytes may be kept for the client, queued commands, watched keys, channels and prefixes
    /// counted; if not, the conversation is over. Source: Redis 7 readQueryFromClient, client-query-buffer-limit.
    func mayHold(_ size: Int) -> Bool {
        let sizeMax = min(frontEnd.requestSizeMax.load(ordering: .relaxed), RESPLimits.inputSizeMax)
        var heldSize = (transaction?.requests.size ?? 0) &+ watchedSize &+ (subscriptions?.size ?? 0)
        heldSize &+= tracker?.size ?? 0
        if heldSize &+ size <= sizeMax { return true }
        ending = .abort
        return false
    }

    /// A request was refused when it came, so EXEC will refuse all of them.
    func flawTransaction() { transaction?.isFlawed = true }

    private func publishTransaction() {
        record.queuedCount.store(transaction?.requests.count ?? -1, ordering: .relaxed)
        record.queuedSize.store((transaction?.requests.size ?? 0) &+ watchedSize, ordering: .relaxed)
        record.watchedCount.store(watchedKeys.count, ordering: .relaxed)
    }

    // MARK: Commands

    func multi(_ output: inout OutputBuffer) {
        guard transaction == nil else { return fail("ERR MULTI calls can not be nested", &output) }
        transaction = Transaction()
        publishTransaction()
        output.appendOK()
    }

    func discard(_ output: inout OutputBuffer) {
        guard transaction != nil else { return fail("ERR DISCARD without MULTI", &output) }
        endTransaction()
        output.appendOK()
    }

    func unwatch(_ output: inout OutputBuffer) {
        unwatchAll()
        output.appendOK()
    }

    /// Forgets queued commands and watched keys.
    func endTransaction() {
        if transaction != nil {
            transaction = nil
            publishTransaction()
        }
        unwatchAll()
    }

    /// EXEC itself is refused, for a reason of its own.
    func abortExec(_ output: inout OutputBuffer, _ reason: (inout OutputBuffer) -> Void) {
        endTransaction()
        countError("EXECABORT")
        output.append("-EXECABORT Transaction discarded because of: ")
        reason(&output)
        output.append("\r\n")
    }

    func exec(_ output: inout OutputBuffer) {
        guard let transaction else { return fail("ERR EXEC without MULTI", &output) }
        if transaction.needsMemory && !engine.makeRoomToWrite() {
            return abortExec(&output) { $0.append("OOM command not allowed when used memory > 'maxmemory'.") }
        }
        if transaction.writes && (frontEnd.gateState == .readOnly || frontEnd.gateState == .logFails) {
            return abortExec(&output) { $0.append(Self.cannotSave) }
        }
        if transaction.isFlawed {
            endTransaction()
            return fail("EXECABORT Transaction discarded because of previous errors.", &output)
        }
        // In the section it is too late for that.
        if transaction.mayTrack { frontEnd.tracking.follow() }
        run(transaction, &output)
        if transaction.mayTrack { frontEnd.tracking.unfollow() }
        endTransaction()
        lastCommand = Int(Command.exec.rawValue)
    }

    /// Executes all that is queued, or nothing if a watched key changed: both in one section, so that nothing comes
    /// between them.
    private func run(_ transaction: Transaction, _ output: inout OutputBuffer) {
        var shards = transaction.shards
        for key in watchedKeys { engine.insert(key.hash, into: &shards) }
        prefetch(transaction.requests)
        // Commands use the session's handle, so it is the one that holds the section meanwhile.
        var outside = engine
        outside.section(shards) { inside in
            engine = inside
            if areWatchedKeysUntouched() {
                unwatchAll()
                // What was let in is done as a whole: it found memory, or needs none. Source: Redis 7 execCommand.
                engine.mayOvershoot = transaction.needsMemory
                isExecuting = true
                output.appendArray(transaction.requests.count)
                let start = measuredFrom
                transaction.requests.each { queued, request in
                    counters.add(.commands)
                    if isRestricted && !isStillPermitted(queued.row.command!, request, &output) { return }
                    innerCommand = Int(queued.row.command!.rawValue)
                    measuredFrom = TickClock.read()
                    let mark = output.count
                    if isTracked { remember(queued.row.command!, request) }
                    serve(queued.row.command!, request, &output)
                    measureLast(request)
                    if replies == .off { output.truncate(to: mark) }
                }
                innerCommand = -1
                measuredFrom = start
                isExecuting = false
                engine.mayOvershoot = false
            } else {
                output.appendNullArray(version)
            }
            inside = engine
        }
        engine = outside
    }

    /// Loads the first commands' items into the cache before their shards are taken.
    private func prefetch(_ requests: KeptRequests) {
        let count = min(requests.count, RESPLimits.batchCountMax)
        for index in 0..<count where requests[index].row.hasKey {
            engine.prefetchBucket(KeyHash(rawValue: requests[index].hash), in: database)
        }
        for index in 0..<count where requests[index].row.hasKey {
            engine.prefetchItem(KeyHash(rawValue: requests[index].hash), in: database)
        }
    }

    // MARK: Watching

    var isWatchBroken: Bool { record.isWatchBroken.load(ordering: .relaxed) }

    func watch(_ request: Request, _ output: inout OutputBuffer) {
        guard transaction == nil else { return fail("ERR WATCH inside MULTI is not allowed", &output) }
        // Nothing that is watched from here on could make EXEC succeed.
        if isWatchBroken { return output.appendOK() }
        if isBusy {
            // Its shard is not to be had, and what the script does to the key would go unseen.
            record.isWatchBroken.store(true, ordering: .relaxed)
            return output.appendOK()
        }
        var size = 0
        for index in 1..<request.count { size &+= request[index].byteCount &+ 2 &* MemoryLayout<WatchedKey>.stride }
        guard mayHold(size) else { return }
        if watchedKeys.isEmpty { frontEnd.watchedKeys.begin() }
        let (shards, count) = gatherKeys(request, step: 1)
        section(request, step: 1, shards, count) { engine, key, _ in
            // Removes an item whose time has run out, so that there is none.
            let exists = engine.look(key) { _ in }
            let watched = WatchedKey(bytes: key.bytes.copiedBytes(), hash: key.hash, database: key.database)
            guard frontEnd.watchedKeys.add(watched, existed: exists, for: record) else { return }
            watchedKeys.append(watched)
            watchedSize &+= watched.size
        }
        publishTransaction()
        output.appendOK()
    }

    /// Whether no watched key changed. Its shards are held: a key whose time ran out unnoticed is removed, and told of.
    private func areWatchedKeysUntouched() -> Bool {
        for key in watchedKeys {
            if isWatchBroken { return false }
            _ = engine.look(Key(key.bytes.span.rawBytes, hash: key.hash, in: key.database)) { _ in }
        }
        return !isWatchBroken
    }

    func unwatchAll() {
        guard !watchedKeys.isEmpty else {
            if isWatchBroken { record.isWatchBroken.store(false, ordering: .relaxed) }
            return
        }
        for key in watchedKeys { frontEnd.watchedKeys.remove(key, for: record) }
        watchedKeys = []
        watchedSize = 0
        // Nobody knows of the record any more who could mark it.
        record.isWatchBroken.store(false, ordering: .relaxed)
        frontEnd.watchedKeys.end()
        publishTransaction()
    }
}
