// Commands of Redis 7 that this server has not built, by their access categories: rules may name them. A name that is
// in the command table does not count here.

enum UnbuiltCommands {
    /// Containers before their subcommands.
    static let all: [(name: String, categories: [String])] = [
        ("pfselftest", ["admin", "dangerous", "hyperloglog", "slow"]),
    ]
}
