// One reading of a log: its files in their order, each command done again.

import Base
import Engine
import RDB

/// One reading of a log.
struct LogLoader {
    private let engine: Engine
    private let settings: LogSettings
    private let manifest: LogManifest
    /// Nobody goes on with the log: its files stay as they are.
    private let leavesFiles: Bool
    private let progressMilliseconds: Int64
    private var handle: EngineHandle
    private var database = DatabaseIndex.first
    private var casMax: UInt64 = 0
    private(set) var commandCount = 0
    private(set) var baseKeys = 0
    /// Bytes of all files.
    private(set) var size = 0
    private(set) var warnings: [String] = []
    private var refusalCount = 0
    /// Files behind the one that the log ended with: nothing in them was promised.
    private(set) var unread: [String] = []
    private var unpromisedCount = 0
    /// The file that the log ended with, and what stays of it.
    private var last: (path: String, size: Int)?
    private var toldAt = Milliseconds(0)

    /// - Parameter handle: holds all shards, if the server is serving; nil makes one.
    init(
        _ engine: Engine, _ settings: LogSettings, _ manifest: LogManifest, leavesFiles: Bool = false,
        progressMilliseconds: Int64 = PersistenceLimits.progressMilliseconds, through handle: EngineHandle? = nil
    ) {
        self.engine = engine
        self.settings = settings
        self.manifest = manifest
        self.leavesFiles = leavesFiles
        self.progressMilliseconds = progressMilliseconds
        self.handle = handle ?? engine.makeHandle()
        self.handle.isReplaying = true
        self.handle.now = Milliseconds.readClock()
    }

    /// - Parameter progress: ends the load by throwing.
    mutating func load(
        _ replay: inout some LogReplay, _ progress: (LoadProgress) throws(LoadFailure) -> Void
    ) throws(LoadFailure) {
        toldAt = handle.now
        let files = [manifest.base].compactMap { $0 } + manifest.increments
        for (index, file) in files.enumerated() {
            let later = files[(index + 1)...].map(\.name)
            try load(file.name, before: later, &replay, progress)
            if !unread.isEmpty { break }
        }
        handle.raiseCAS(above: casMax &+ PersistenceLimits.casJump)
        guard refusalCount > 0 else { return }
        warnings.append("\(refusalCount) commands of the AOF were refused; see above for the first.")
    }

    private mutating func load(
        _ name: String, before later: [String], _ replay: inout some LogReplay,
        _ progress: (LoadProgress) throws(LoadFailure) -> Void
    ) throws(LoadFailure) {
        let path = settings.path(name)
        let file: MappedFile
        do throws(SystemError) {
            guard let mapped = try MappedFile(path) else {
                throw SystemError(call: path, code: SystemError.noSuchFile)
            }
            file = mapped
        } catch {
            throw LoadFailure(description: "The AOF's manifest names a file that can't be opened: \(error)")
        }
        size += file.size
        last = (path, file.size)
        var start = 0
        if file.bytes.byteCount >= 5 && file.bytes.slice(0, 5).equals("REDIS") {
            let result = try SnapshotLoader.load(
                file, path, into: engine, &handle, progressMilliseconds: progressMilliseconds, progress)
            baseKeys = result.keysLoaded
            for code in result.libraries { try restore(code, &replay, path) }
            start = result.endPlace
        } else {
            casMax = max(casMax, LogFormat.highestCAS(file.bytes))
        }
        var reader = LogReader(file.bytes, from: start)
        var commands = LogCommands(file.bytes)
        var forgotten = 0
        while true {
            let unit: LogUnit?
            do throws(LogFault) {
                unit = try reader.nextUnit()
            } catch {
                try Self.check(file)
                return try end(at: error, name, file.size, before: later)
            }
            guard let unit else {
                try Self.check(file)
                return try end(name, before: later)
            }
            commands.begin(unit)
            while commands.next() { try perform(commands, &replay, path) }
            if unit.end - forgotten >= PersistenceLimits.logForgetSize {
                forgotten = unit.end
                file.forget(before: unit.start)
            }
            let keys = baseKeys + commandCount
            try tell(progress, LoadProgress(bytesDone: unit.end, bytesTotal: file.size, keysDone: keys))
        }
    }

    /// What could not be read is not what the file has: it is no torn end.
    private static func check(_ file: MappedFile) throws(LoadFailure) {
        if let fault = file.fault { throw LoadFailure(description: "Can't read the append only file \(fault)") }
    }

    /// The file looks whole, but it may be that its end never came to the disk. What follows says whether all before it
    /// did; if it does not, nothing there was promised, and it is left out.
    private mutating func end(_ name: String, before later: [String]) throws(LoadFailure) {
        guard !later.isEmpty, name != manifest.base?.name, try promiseNothing(later) else { return }
        leaveOut(later)
    }

    private mutating func leaveOut(_ later: [String]) {
        unread = later
        // Usually a rewrite had just begun.
        guard unpromisedCount > 0 else { return }
        warnings.append(
            "\(unpromisedCount) commands in \(later.joined(separator: ", ")) are left out: what came before may be "
                + "missing, and no reply said that they were safe.")
    }

    /// The file is not whole: it is cut if it may be.
    private mutating func end(
        at error: LogFault, _ name: String, _ fileSize: Int, before later: [String]
    ) throws(LoadFailure) {
        let path = settings.path(name)
        // A base was on the disk before anything came behind it.
        let mayBeTorn = later.isEmpty || name != manifest.base?.name
        guard error.kind == .tornTail && settings.loadsTruncated && mayBeTorn, try promiseNothing(later) else {
            throw LoadFailure(description: Self.text(error, path, isLast: later.isEmpty))
        }
        let (end, excess) = (error.goodSize, fileSize - error.goodSize)
        warnings.append(
            "The AOF \(path) ends too early (\(error.reason) at \(error.offset)): "
                + (leavesFiles
                    ? "it was read up to byte \(end), the end of what is known to be whole, as by a server; "
                        + "\(excess) bytes behind were left out."
                    : "it is cut from \(fileSize) to \(end) bytes, the end of what is known to be whole."))
        if !later.isEmpty { leaveOut(later) }
        size -= fileSize - error.goodSize
        last = (path, error.goodSize)
    }

    /// Whether no file says that anything in it, and so all before it, was ever on the disk: a rewrite had just begun,
    /// or a sync had failed, when the server ended.
    private mutating func promiseNothing(_ names: [String]) throws(LoadFailure) -> Bool {
        unpromisedCount = 0
        for name in names {
            let path = settings.path(name)
            let file: MappedFile?
            do throws(SystemError) { file = try MappedFile(path) } catch { return false }
            // A file that does not begin with a sum is redis-server's.
            guard let file, LogFormat.isOurs(file.bytes) else { return false }
            var reader = LogReader(file.bytes)
            do throws(LogFault) {
                while reader.synced == 0, let unit = try reader.nextUnit() { unpromisedCount += unit.commandCount }
            } catch {
                if error.kind != .tornTail { return false }
            }
            try Self.check(file)
            if reader.synced > 0 { return false }
        }
        return true
    }

    /// Cuts off what the last file ends with and is no command, and has all of it on the disk: another file follows,
    /// and must not outlive it.
    func settle(_ disk: any Disk) throws(SystemError) {
        guard let last else { return }
        let descriptor = try disk.openToAppend(last.path)
        defer { disk.close(descriptor) }
        try disk.truncate(descriptor, to: last.size)
        try disk.sync(descriptor)
    }

    private static func text(_ fault: LogFault, _ path: String, isLast: Bool) -> String {
        let place = "\(path), at byte \(fault.offset): \(fault.reason)"
        let repair = "`duet check --fix \(path)` cuts it after the last command that is right; keep a copy."
        switch fault.kind {
        case .corrupt: return "Bad file format reading the append only file \(place). \(repair)"
        case .tornTail:
            return isLast
                ? "Unexpected end of the append only file \(place). `aof-load-truncated yes` would cut it. \(repair)"
                : "Unexpected end of \(place); another file follows it, so something is missing. \(repair)"
        }
    }

    private mutating func tell(
        _ report: (LoadProgress) throws(LoadFailure) -> Void, _ progress: LoadProgress
    ) throws(LoadFailure) {
        guard commandCount & 1023 == 0 else { return }
        handle.now = Milliseconds.readClock()
        guard handle.now.rawValue - toldAt.rawValue >= progressMilliseconds else { return }
        toldAt = handle.now
        try report(progress)
    }

    // MARK: Commands

    private mutating func perform(
        _ commands: borrowing LogCommands, _ replay: inout some LogReplay, _ path: String
    ) throws(LoadFailure) {
        commandCount += 1
        if store(commands) { return }
        let name = commands.argument(0)
        if name.equalsIgnoringCase("select"), commands.argumentCount == 2 { try select(commands.argument(1), path) }
        switch replay.perform(commands.bytes) {
        case .done: break
        case .refused(let reason):
            refusalCount += 1
            if refusalCount == 1 {
                warnings.append("The command \(name.copiedText()) of the AOF \(path) was refused: \(reason)")
            }
        case .unknown:
            throw LoadFailure(
                description: "Unknown command '\(name.copiedText())' reading the append only file \(path): it was "
                    + "written by a server that knows more than this one.")
        }
    }

    private func restore(
        _ library: [UInt8], _ replay: inout some LogReplay, _ path: String
    ) throws(LoadFailure) {
        var text = LogText(capacity: 64)
        text.append(library: library.span.rawBytes)
        guard case .refused(let reason) = replay.perform(text.bytes.span) else { return }
        throw LoadFailure(description: "Can't load a library of functions in the AOF \(path): \(reason)")
    }

    private mutating func select(_ number: RawSpan, _ path: String) throws(LoadFailure) {
        guard let index = number.unsignedDecimal().flatMap({ Int(exactly: $0) }), index < engine.databaseCount else {
            throw LoadFailure(
                description: "The AOF \(path) has keys in database \(number.copiedText()), but `databases` is "
                    + "\(engine.databaseCount): start with a higher number.")
        }
        database = DatabaseIndex(index)
    }

    /// Does the commonest command without asking anybody, and with what only this server writes down beside it.
    /// - Returns: false if it is another.
    private mutating func store(_ commands: borrowing LogCommands) -> Bool {
        let count = commands.argumentCount
        guard count == 3 || count == 5, commands.argument(0).equalsIgnoringCase("set") else { return false }
        var facts = RDBItemFacts()
        if count == 5 {
            guard commands.argument(3).equalsIgnoringCase("pxat"),
                let time = commands.argument(4).canonicalSignedDecimal()
            else { return false }
            facts.expiry = Milliseconds(time)
        }
        if let item = commands.facts {
            facts.flags = item.flags
            facts.cas = item.cas
            facts.isStale = item.isStale
            facts.hasBinaryKey = item.hasBinaryKey
            casMax = max(casMax, item.cas)
        }
        let key = handle.key(commands.argument(1), in: database)
        _ = handle.store(key, commands.argument(2), facts.storeOptions)
        return true
    }
}
