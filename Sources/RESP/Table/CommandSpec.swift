// One row of the command table: the single source of dispatch, COMMAND and access control.

/// What there is to know about a command. Read off the request path only.
struct CommandSpec: Sendable {
    struct Flags: OptionSet {
        let rawValue: UInt16
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

        /// In the order in which COMMAND tells them.
        static let names: [(Flags, String)] = [
            (.write, "write"), (.read, "readonly"), (.deniedWhenFull, "denyoom"), (.admin, "admin"),
            (.noScript, "noscript"), (.whileLoading, "loading"), (.whileStale, "stale"), (.fast, "fast"),
            (.noAuthentication, "no_auth"), (.noTransaction, "no_multi"), (.whileBusy, "allow_busy"),
        ]

        /// Commands about the connection itself, which are always possible.
        static let always: Flags = [.noScript, .whileLoading, .whileStale, .fast, .noAuthentication, .whileBusy]
    }

    enum Group: String {
        case string, generic, connection, server, cluster
    }

    /// Access categories that do not follow from the flags.
    struct Categories: OptionSet {
        let rawValue: UInt8
        static let keyspace = Categories(rawValue: 1)
        static let string = Categories(rawValue: 2)
        static let connection = Categories(rawValue: 4)
        static let dangerous = Categories(rawValue: 8)
    }

    /// Where keys stand: `last` counts from the end if negative.
    struct Keys {
        var first = 0
        var last = 0
        var step = 0
        /// What is done to them: one entry for all, or one a key; in COMMAND's words.
        var access: [String] = []

        static let none = Keys()
        static func one(_ access: String, at place: Int = 1) -> Keys {
            Keys(first: place, last: place, step: 1, access: [access])
        }
        static func two(_ first: String, _ second: String) -> Keys {
            Keys(first: 1, last: 2, step: 1, access: [first, second])
        }
        static func all(_ access: String, step: Int = 1) -> Keys {
            Keys(first: 1, last: -1, step: step, access: [access])
        }
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
        var names: [String] = []
        if categories.contains(.keyspace) { names.append("keyspace") }
        if flags.contains(.read) { names.append("read") }
        if flags.contains(.write) { names.append("write") }
        if categories.contains(.string) { names.append("string") }
        if flags.contains(.admin) { names.append("admin") }
        names.append(flags.contains(.fast) ? "fast" : "slow")
        if flags.contains(.admin) || categories.contains(.dangerous) { names.append("dangerous") }
        if categories.contains(.connection) { names.append("connection") }
        return names
    }

    static let allCategoryNames = [
        "keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap", "hyperloglog", "geo",
        "stream", "pubsub", "admin", "fast", "slow", "blocking", "dangerous", "connection", "transaction", "scripting",
    ]
}
