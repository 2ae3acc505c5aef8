// What a file is, by its name and its first bytes.

import Base
import Persistence

/// What `duet check` may be given.
enum FileKind {
    case snapshot, commands, manifest, folder

    init(of path: String) throws(SystemError) {
        if Files.isFolder(path) {
            self = .folder
        } else if path.hasSuffix(LogSet.manifestSuffix) {
            self = .manifest
        } else if try Self.isSnapshot(path) {
            self = .snapshot
        } else {
            // Damage may have come to the first byte, too: then the name tells.
            let hasCommands = try Self.hasCommands(path, at: 0)
            self = path.hasSuffix(".aof") || hasCommands ? .commands : .snapshot
        }
    }

    /// Whether the file begins as a snapshot does.
    static func isSnapshot(_ path: String) throws(SystemError) -> Bool {
        guard let file = try MappedFile(path) else { throw SystemError(call: path, code: SystemError.noSuchFile) }
        return file.size >= 5 && file.bytes.slice(0, 5).equals("REDIS")
    }

    /// Whether a command or an annotation begins at `offset`.
    static func hasCommands(_ path: String, at offset: Int) throws(SystemError) -> Bool {
        guard let file = try MappedFile(path), offset < file.size else { return false }
        return file.bytes[offset] == UInt8(ascii: "*") || file.bytes[offset] == UInt8(ascii: "#")
    }
}
