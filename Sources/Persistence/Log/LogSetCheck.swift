// A whole append log, as its manifest lists it.

public import Base

/// The files of a log, in the order in which a start reads them.
public struct LogSet: Sendable {
    public enum Role: Sendable, Equatable {
        case base, increment
    }

    public struct File: Sendable {
        public let name: String
        public let role: Role
        public let path: String
    }

    public let manifestPath: String
    public let files: [File]
    /// What the manifest would have removed, and is there still.
    public let history: [String]
    /// What lies in the folder and is not in the manifest.
    public let strangers: [String]

    /// What a manifest's file name ends in.
    public static let manifestSuffix = LogNames.manifestSuffix

    /// The manifests in a folder.
    public static func manifests(inFolder path: String) throws(SystemError) -> [String] {
        try Files.names(inFolder: path).filter { $0.hasSuffix(manifestSuffix) && !$0.hasPrefix("temp-") }
            .map { path + "/" + $0 }
    }

    /// Reads a manifest.
    /// - Returns: nil and what is wrong with it, if anything is.
    public static func read(_ path: String) throws(SystemError) -> (set: LogSet?, fault: String?) {
        let content = try Files.read(path)
        let manifest: LogManifest
        do throws(LogManifestFault) {
            manifest = try LogManifest(parsing: content.span.rawBytes)
        } catch {
            return (nil, error.description)
        }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        func file(_ entry: LogManifest.File, _ role: Role) -> File {
            File(name: entry.name, role: role, path: folder + "/" + entry.name)
        }
        let files = (manifest.base.map { [file($0, .base)] } ?? []) + manifest.increments.map { file($0, .increment) }
        let listed = Set((files.map(\.name) + manifest.history.map(\.name)))
        let present = try Files.names(inFolder: folder)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return (
            LogSet(
                manifestPath: path, files: files,
                history: manifest.history.map(\.name).filter { present.contains($0) },
                strangers: present.filter { !listed.contains($0) && $0 != name && !$0.hasSuffix(".bak") }), nil
        )
    }
}
