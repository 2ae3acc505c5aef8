// The log, back into the keyspace of a server that serves: to see that it has everything.

import Base
public import Engine

extension AppendLog {
    /// Has everything that was told so far on the disk, empties all databases and loads the log, on a thread of its own
    /// and as one change for everybody else: whoever changes something meanwhile waits, and finds it loaded. The files
    /// stay as they are, and the log goes on behind them.
    ///
    /// They are read once before anything is emptied: a damaged log changes nothing. What fails after that, a disk that
    /// cannot be read again for one, leaves a part of the data in the keyspace, and all of it on the disk.
    /// - Parameter begin: makes what does the log's commands again, through the handle that it is given, which holds
    ///   all shards.
    /// - Parameter end: gets it back, no shard held.
    /// - Parameter completion: as with `Snapshots.start`.
    /// Source: Redis DEBUG LOADAOF.
    public func startReload<Replay: LogReplay & SendableMetatype>(
        _ begin: @escaping @Sendable (EngineHandle) -> Replay, _ end: @escaping @Sendable (Replay) -> Void,
        completion: @escaping @Sendable (String?) -> Void
    ) -> SaveStart {
        guard isOn else { return .failed("there is no log to load: appendonly is no") }
        // No rewrite begins now, and none is under way.
        guard snapshots.reserve() else { return .busy }
        do throws(SystemError) {
            try Thread.start(name: "reload") { [self] in
                let failure = reload(begin, end)
                snapshots.unreserve()
                if let failure { log.warning("The AOF was not loaded again: \(failure)") }
                completion(failure)
            }
            return .started
        } catch {
            snapshots.unreserve()
            return .failed(error.reason)
        }
    }

    private func reload<Replay: LogReplay>(
        _ begin: (EngineHandle) -> Replay, _ end: (Replay) -> Void
    ) -> String? {
        let (settings, manifest, present) = state.look { ($0.settings, $0.manifest, $0.hasBase ? $0.writer : nil) }
        guard let writer = present else { return "the log has no base yet: try again when it has" }
        // Nearly all of it while the others go on.
        if let reason = settle(writer) ?? damage(manifest.filesToRead.dropLast(), settings) { return reason }
        var replay: Replay?
        var handle = engine.makeHandle()
        handle.now = Milliseconds.readClock()
        let failure = handle.section(.all) { handle -> String? in
            guard handle.isTelling(writer.queue) else { return "it was turned off meanwhile" }
            if let reason = settle(writer) ?? damage(manifest.filesToRead.suffix(1), settings) { return reason }
            // That each key comes and goes again is nobody's news.
            handle.reason.code = ReasonMark.noNews
            handle.isReplaying = true
            defer {
                handle.isReplaying = false
                handle.reason.code = 0
            }
            handle.flushAll()
            _ = snapshots.libraries.take([], true, &handle)
            var client = begin(handle)
            defer { replay = client }
            return load(LogLoader(engine, settings, manifest, leavesFiles: true, through: handle), &client)
        }
        if let replay { end(replay) }
        return failure
    }

    private func load(_ loader: LogLoader, _ replay: inout some LogReplay) -> String? {
        let start = Milliseconds.readClock()
        var loader = loader
        do throws(LoadFailure) {
            try loader.load(&replay) { _ in }
        } catch {
            return error.description
        }
        for warning in loader.warnings { log.warning(warning) }
        let elapsed = Milliseconds.readClock().rawValue - start.rawValue
        log.notice(
            "The AOF was loaded again: \(Double(elapsed) / 1000) seconds, \(loader.commandCount) commands, "
                + "\(loader.baseKeys) keys in the base")
        return nil
    }

    /// Waits until all that was told so far is on the disk.
    /// - Returns: nil, or why it will not come there.
    private func settle(_ writer: LogWriter) -> String? {
        let place = writer.queue.end
        writer.whenSynced(through: place) {}
        while writer.syncedPlace < place {
            if writer.trouble != nil { return "the log cannot be written" }
            if !isOn { return "it was turned off meanwhile" }
            writer.queue.wake()
            System.sleep(milliseconds: 1)
        }
        return writer.trouble == nil ? nil : "the log cannot be written"
    }

    /// What is wrong with files; nil if nothing is. A torn end is a fault here: no crash can have left one.
    private func damage(_ files: some Sequence<LogManifest.File>, _ settings: LogSettings) -> String? {
        do throws(SystemError) {
            for file in files {
                let path = settings.path(file.name)
                var start = 0
                if try isSnapshot(path) {
                    let summary = try SnapshotCheck.run(path)
                    if let fault = summary.fault { return "\(path) is damaged \(fault)" }
                    start = summary.size - summary.excess
                }
                if let damage = try LogCheck.run(path, from: start).damage {
                    return "\(path) is damaged \(damage.description)"
                }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func isSnapshot(_ path: String) throws(SystemError) -> Bool {
        guard let file = try MappedFile(path) else { throw SystemError(call: path, code: SystemError.noSuchFile) }
        return file.bytes.byteCount >= 5 && file.bytes.slice(0, 5).equals("REDIS")
    }
}
