// Where items come from or go to, as people write it.

import Base

/// Where items come from or go to.
public enum CopyEnd: Sendable, Equatable, CustomStringConvertible {
    case server(ServerAddress)
    /// An RDB file.
    case file(String)
    /// An append log: of one file, as redis-server finds it, its manifest, or the folder of both.
    case log(String)

    /// A file by its ending, `.rdb`, `.aof` or `.manifest`, or a folder; else a server, as `ServerAddress` reads it.
    /// nil for anything else. What is a folder and could be a host's name is a host.
    public init?(_ text: String) {
        if text.hasSuffix(".rdb") {
            self = .file(text)
        } else if text.hasSuffix(".aof") || text.hasSuffix(Self.manifestSuffix) {
            self = .log(text)
        } else if (text.contains("/") || text == Self.usualLogFolder) && Files.isFolder(text) {
            self = .log(text)
        } else {
            guard let server = ServerAddress(text, door: nil) else { return nil }
            self = .server(server)
        }
    }

    /// Source: Redis aof.c, MANIFEST_NAME_SUFFIX; redis.conf, `appenddirname`.
    private static let manifestSuffix = ".manifest"
    private static let usualLogFolder = "appendonlydir"

    /// Whether a log is one of several files.
    var hasSeveralFiles: Bool {
        guard case .log(let path) = self else { return false }
        return path.hasSuffix(Self.manifestSuffix) || Files.isFolder(path)
    }

    public var isServer: Bool {
        switch self {
        case .server: true
        case .file, .log: false
        }
    }

    public var description: String {
        switch self {
        case .server(let server): server.description
        case .file(let path), .log(let path): path
        }
    }
}
