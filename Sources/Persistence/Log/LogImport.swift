// A log that belongs to somebody else, into an engine: its files are read and stay as they are.

import Base
public import Engine

/// What a log came to that was read.
public struct LogImport: Sendable, Equatable {
    public private(set) var commandCount = 0
    public private(set) var baseKeys = 0
    /// Bytes of all files.
    public private(set) var size = 0
    /// What was left out, and why: a torn end, commands that were refused.
    public private(set) var warnings: [String] = []

    /// Reads a log into an engine in which nobody else changes anything meanwhile, as a start of the server would: of
    /// a torn end (redis.conf `aof-load-truncated yes`) up to where it is known to be whole.
    /// - Parameter path: a manifest, a folder with one, or a log of a single file.
    /// - Parameter replay: works on `engine` with a handle that `isReplaying`.
    /// - Parameter progress: called about ten times a second, for each file anew; ends it by throwing.
    public static func load(
        _ path: String, into engine: Engine, _ replay: inout some LogReplay,
        _ progress: (LoadProgress) throws(LoadFailure) -> Void
    ) throws(LoadFailure) -> LogImport {
        let (folder, manifest) = try find(path)
        var settings = LogSettings()
        settings.folderName = folder
        engine.isReplaying = true
        defer { engine.isReplaying = false }
        var loader = LogLoader(
            engine, settings, manifest, leavesFiles: true, progressMilliseconds: PersistenceLimits.importMilliseconds)
        try loader.load(&replay, progress)
        var result = LogImport()
        result.commandCount = loader.commandCount
        result.baseKeys = loader.baseKeys
        result.size = loader.size
        result.warnings = loader.warnings
        return result
    }

    private static func find(_ path: String) throws(LoadFailure) -> (folder: String, LogManifest) {
        if Files.isFolder(path) { return try read(try manifest(inFolder: path)) }
        if path.hasSuffix(LogNames.manifestSuffix) { return try read(path) }
        let (folder, name) = split(path)
        if let owner = manifests(inFolder: folder).first(where: { lists($0, name) }) {
            throw LoadFailure(
                description: "\(path) is one file of the log that \(owner) lists: give that one, for the whole log.")
        }
        var manifest = LogManifest()
        manifest.base = LogManifest.File(name: name, sequence: 1)
        return (folder, manifest)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return (folder, String(path[path.index(after: slash)...]))
    }

    private static func manifest(inFolder path: String) throws(LoadFailure) -> String {
        let found = manifests(inFolder: path)
        if found.count == 1 { return found[0] }
        if found.count > 1 {
            throw LoadFailure(description: "\(path) has several logs; which one? \(found.joined(separator: ", "))")
        }
        let usual = path + "/" + LogSettings().folderName
        let hint = manifests(inFolder: usual).isEmpty ? "" : " There is one in \(usual)."
        throw LoadFailure(description: "\(path) has no manifest of an append log.\(hint)")
    }

    /// None if the folder cannot be read: whoever opens its files then tells why.
    private static func manifests(inFolder path: String) -> [String] {
        do throws(SystemError) { return try LogSet.manifests(inFolder: path) } catch { return [] }
    }

    private static func lists(_ manifest: String, _ name: String) -> Bool {
        do throws(LoadFailure) {
            let listed = try read(manifest).1
            return (listed.filesToRead + listed.history).contains { $0.name == name }
        } catch {
            return false
        }
    }

    private static func read(_ path: String) throws(LoadFailure) -> (folder: String, LogManifest) {
        let text: [UInt8]
        do throws(SystemError) { text = try Files.read(path) } catch {
            throw LoadFailure(description: "Can't read the AOF's manifest: \(error)")
        }
        do throws(LogManifestFault) {
            return (split(path).folder, try LogManifest(parsing: text.span.rawBytes))
        } catch {
            throw LoadFailure(description: "Bad manifest of the AOF \(path): \(error)")
        }
    }
}
