// A log, back into the keyspace: its base, then everything that was told since.

import Base
import Engine

/// What became of a command that was done again.
public enum ReplayOutcome: Sendable, Equatable {
    case done
    /// The server refused it, which says that the log or the server is not what it should be: the reason.
    case refused(String)
    /// There is no such command.
    case unknown
}

/// Does commands again, one after the other, as if one client sent them.
public protocol LogReplay {
    /// - Parameter command: one request of the protocol, whole.
    mutating func perform(_ command: RawSpan) -> ReplayOutcome
}

extension AppendLog {
    /// Loads the log, if there is one, into the engine, in which nobody else changes anything meanwhile; then goes on
    /// with it, if nothing is wrong.
    /// - Parameter replay: works on `engine` with a handle that `isReplaying`.
    /// - Parameter progress: called about every two seconds.
    /// - Returns: false if there is no log.
    public func load(
        _ replay: inout some LogReplay, _ progress: (LoadProgress) -> Void = { _ in }
    ) throws(LoadFailure) -> Bool {
        let settings = self.settings
        guard let manifest = try findManifest(settings) else { return false }
        let start = Milliseconds.readClock()
        engine.isReplaying = true
        defer { engine.isReplaying = false }
        var loader = LogLoader(engine, settings, manifest)
        do throws(LoadFailure) {
            try loader.load(&replay, progress)
        } catch {
            log.warning(error.description)
            throw error
        }
        for warning in loader.warnings { log.warning(warning) }
        let elapsed = Milliseconds.readClock().rawValue - start.rawValue
        log.notice(
            "DB loaded from append only file: \(Double(elapsed) / 1000) seconds, \(loader.commandCount) commands, "
                + "\(loader.baseKeys) keys in the base")
        for file in manifest.history { disk.remove(settings.path(file.name)) }
        do throws(SystemError) {
            var manifest = manifest
            manifest.forgetHistory()
            if !loader.unread.isEmpty {
                // Before what they follow looks whole.
                manifest.increments.removeAll { loader.unread.contains($0.name) }
                try save(manifest, settings)
                for name in loader.unread { disk.remove(settings.path(name)) }
            }
            try loader.settle(disk)
            try resume(manifest, size: loader.size)
        } catch {
            throw LoadFailure(description: "Can't go on with the AOF in \(settings.logFolder): \(error)")
        }
        return true
    }

    /// The manifest; one is made for a log of a single file, as Redis had it before version 7.
    private func findManifest(_ settings: LogSettings) throws(LoadFailure) -> LogManifest? {
        let manifest = try readManifest(settings)
        do throws(SystemError) {
            guard let manifest else { return try takeOverSingleFile(settings) }
            try finishTakingOver(manifest, settings)
            return manifest
        } catch {
            throw LoadFailure(description: "Can't read the AOF: \(error)")
        }
    }

    /// The manifest that is on the disk; nil if there is none.
    func readManifest(_ settings: LogSettings) throws(LoadFailure) -> LogManifest? {
        let path = settings.path(LogNames.manifest(settings.fileName))
        let text: [UInt8]
        do throws(SystemError) {
            text = try Files.read(path)
        } catch {
            if error.code == SystemError.noSuchFile { return nil }
            throw LoadFailure(description: "Can't read the AOF: \(error)")
        }
        do throws(LogManifestFault) {
            return try LogManifest(parsing: text.span.rawBytes)
        } catch {
            throw LoadFailure(description: "Bad manifest of the AOF \(path): \(error)")
        }
    }

    private func singleFile(_ settings: LogSettings) -> String {
        settings.folder.isEmpty ? settings.fileName : settings.folder + "/" + settings.fileName
    }

    /// Moves the single file if an end came between the manifest and that. Source: Redis aof.c, loadAppendOnlyFiles.
    private func finishTakingOver(_ manifest: LogManifest, _ settings: LogSettings) throws(SystemError) {
        let target = settings.path(settings.fileName)
        guard manifest.increments.isEmpty, manifest.base?.name == settings.fileName else { return }
        guard try MappedFile(target) == nil, try MappedFile(singleFile(settings)) != nil else { return }
        try disk.rename(singleFile(settings), to: target)
    }

    private func takeOverSingleFile(_ settings: LogSettings) throws(SystemError) -> LogManifest? {
        let single = singleFile(settings)
        guard try MappedFile(single) != nil else { return nil }
        log.notice("Moving the old style AOF \(single) into \(settings.logFolder)")
        try disk.makeFolder(settings.logFolder)
        var manifest = LogManifest()
        manifest.base = LogManifest.File(name: settings.fileName, sequence: 1)
        try save(manifest, settings)
        try disk.rename(single, to: settings.path(settings.fileName))
        return manifest
    }
}
