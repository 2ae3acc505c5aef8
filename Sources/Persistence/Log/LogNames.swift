// What the files of the append log are called. Source: Redis 7 aof.c.

/// Names made of what they all begin with (`appendfilename`). Each lies in the log's own folder.
enum LogNames {
    static func manifest(_ prefix: String) -> String { prefix + manifestSuffix }

    static let manifestSuffix = ".manifest"

    /// - Parameter isSnapshot: rather than commands.
    static func base(_ prefix: String, _ sequence: Int, isSnapshot: Bool) -> String {
        "\(prefix).\(sequence).base.\(isSnapshot ? "rdb" : "aof")"
    }

    static func increment(_ prefix: String, _ sequence: Int) -> String { "\(prefix).\(sequence).incr.aof" }
}
