// One row of the command table: the single source of dispatch, COMMAND and access control.

/// What there is to know about a command. Read off the request path only.
struct CommandSpec: Sendable {
    struct Flags: OptionSet {
        let rawValue: UInt32
        static let write = Flags(rawValue: 1)
        static let read = Flags(rawValue: 2)
        /// Refused while memory is full and nothing may be evicted.
        static let deniedWhenFull = Flags(rawValue: 4)
        static let admin = Flags(rawValue: 8)
        static let noScript = Flags(rawValue: 16)
        static let whileLoading = Flags(rawValue: 32)
        static let whileStale = Flags(rawValue: 64)
        static let fast = Flags(rawValue: 128)
        /// May be used before authentication.
        static let noAuthentication = Flags(rawValue: 256)
        static let noTransaction = Flags(rawValue: 512)
        static let whileBusy = Flags(rawValue: 1024)
        /// May wait for another client to bring what is missing.
        static let blocking = Flags(rawValue: 2048)
        /// Not all keys stand at fixed places.
        static let movableKeys = Flags(rawValue: 4096)
        /// Not itself in the log of slow commands: what it executes is.
        static let skipsSlowLog = Flags(rawValue: 8192)
        /// Not while a replica loads beside its old data.
        static let notWhileReplacing = Flags(rawValue: 16384)
        /// About channels.
        static let pubsub = Flags(rawValue: 32768)
        /// Not shown to MONITOR: what it executes is.
        static let skipsMonitor = Flags(rawValue: 131072)
        /// Sent where ASK pointed to, in a cluster.
        static let asking = Flags(rawValue: 262144)
        /// Takes keys, but may have none.
        static let mayHaveNoKeys = Flags(rawValue: 65536)

        /// In the order in which COMMAND tells them.
        static let names: [(Flags, String)] = [
            (.write, "write"), (.read, "readonly"), (.deniedWhenFull, "denyoom"), (.admin, "admin"),
            (.pubsub, "pubsub"), (.noScript, "noscript"), (.blocking, "blocking"), (.whileLoading, "loading"),
            (.whileStale, "stale"), (.skipsMonitor, "skip_monitor"), (.notWhileReplacing, "no_async_loading"),
            (.skipsSlowLog, "skip_slowlog"), (.asking, "asking"), (.fast, "fast"),
            (.noAuthentication, "no_auth"),
            (.mayHaveNoKeys, "no_mandatory_keys"), (.noTransaction, "no_multi"), (.movableKeys, "movablekeys"),
            (.whileBusy, "allow_busy"),
        ]

        /// Commands about the connection itself, which are always possible.
        static let always: Flags = [.noScript, .whileLoading, .whileStale, .fast, .noAuthentication, .whileBusy]
    }

    enum Group: String {
        case string, bitmap, hyperloglog, generic, connection, server, cluster
        case list, hash, set, geo, stream, transactions, pubsub, scripting
        case sortedSet = "sorted-set"
    }

    /// Access categories that do not follow from the flags.
    struct Categories: OptionSet {
        let rawValue: UInt32
        static let keyspace = Categories(rawValue: 1)
        static let string = Categories(rawValue: 2)
        static let connection = Categories(rawValue: 4)
        static let dangerous = Categories(rawValue: 8)
        static let set = Categories(rawValue: 16)
        static let sortedSet = Categories(rawValue: 32)
        static let list = Categories(rawValue: 64)
        static let hash = Categories(rawValue: 128)
        static let bitmap = Categories(rawValue: 256)
        static let hyperloglog = Categories(rawValue: 512)
        static let geo = Categories(rawValue: 1024)
        static let stream = Categories(rawValue: 2048)
        static let pubsub = Categories(rawValue: 4096)
        static let transaction = Categories(rawValue: 8192)
        static let scripting = Categories(rawValue: 16384)
    }

    /// Lower case; a subcommand's own name without its container's.
    var name: String
    /// Counts the name (and the container's); -n means at least n.
    var arity: Int
    var flags: Flags
    var keys: Keys
    var group: Group
    var categories: Categories
    var since: String
    var complexity: String
    var summary: String
    /// The arguments in the notation of `ArgumentSyntax`.
    var syntax: String
    var tips: [String]
    var subcommands: [CommandSpec]

    init(
        _ name: String, arity: Int, _ flags: Flags, _ group: Group, _ categories: Categories = [],
        keys: Keys = .none, since: String, complexity: String = "O(1)", _ summary: String, syntax: String = "",
        tips: [String] = [], subcommands: [CommandSpec] = []
    ) {
        self.name = name
        self.arity = arity
        self.flags = flags
        self.keys = keys
        self.group = group
        self.categories = categories
        self.since = since
        self.complexity = complexity
        self.summary = summary
        self.syntax = syntax
        self.tips = tips
        self.subcommands = subcommands
    }

    /// All access categories, in the order in which COMMAND tells them. Source: Redis ACL categories.
    var categoryNames: [String] {
        var members: Set<String> = [flags.contains(.fast) ? "fast" : "slow"]
        for (category, name) in Self.namesOfCategories where categories.contains(category) { members.insert(name) }
        // Source: Redis setImplicitACLCategories.
        if flags.contains(.read) && !categories.contains(.scripting) { members.insert("read") }
        if flags.contains(.write) { members.insert("write") }
        if flags.contains(.blocking) { members.insert("blocking") }
        if flags.contains(.admin) { members.formUnion(["admin", "dangerous"]) }
        return Self.allCategoryNames.filter(members.contains)
    }

    private static let namesOfCategories: [(Categories, String)] = [
        (.keyspace, "keyspace"), (.string, "string"), (.connection, "connection"), (.dangerous, "dangerous"),
        (.set, "set"), (.sortedSet, "sortedset"), (.list, "list"), (.hash, "hash"), (.bitmap, "bitmap"),
        (.hyperloglog, "hyperloglog"), (.geo, "geo"), (.stream, "stream"), (.pubsub, "pubsub"),
        (.transaction, "transaction"), (.scripting, "scripting"),
    ]

    static let allCategoryNames = [
        "keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap", "hyperloglog", "geo",
        "stream", "pubsub", "admin", "fast", "slow", "blocking", "dangerous", "connection", "transaction", "scripting",
    ]
}
