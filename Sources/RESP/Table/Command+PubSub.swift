// The rows of the commands on channels.

extension CommandSpec {
    private static let listening: Flags = [.pubsub, .noScript, .whileLoading, .whileStale]
    private static let publishing: Flags = [.pubsub, .whileLoading, .whileStale, .fast]

    static let subscribe = CommandSpec(
        "subscribe", arity: -2, listening, .pubsub, .pubsub, since: "2.0.0",
        complexity: "O(N), N being the number of channels", "Listens to messages of channels.", syntax: "channel...")

    static let psubscribe = CommandSpec(
        "psubscribe", arity: -2, listening, .pubsub, .pubsub, since: "2.0.0",
        complexity: "O(N), N being the number of patterns", "Listens to messages of channels that match a pattern.",
        syntax: "pattern:pattern...")

    static let ssubscribe = CommandSpec(
        "ssubscribe", arity: -2, listening, .pubsub, .pubsub, keys: .all("not_key"), since: "7.0.0",
        complexity: "O(N), N being the number of shard channels", "Listens to messages of shard channels.",
        syntax: "shardchannel...")

    static let unsubscribe = CommandSpec(
        "unsubscribe", arity: -1, listening, .pubsub, .pubsub, since: "2.0.0",
        complexity: "O(N), N being the number of channels", "Stops listening to channels, to all if none is named.",
        syntax: "[channel...]")

    static let punsubscribe = CommandSpec(
        "punsubscribe", arity: -1, listening, .pubsub, .pubsub, since: "2.0.0",
        complexity: "O(N), N being the number of patterns", "Stops listening to patterns, to all if none is named.",
        syntax: "[pattern:pattern...]")

    static let sunsubscribe = CommandSpec(
        "sunsubscribe", arity: -1, listening, .pubsub, .pubsub, keys: .all("not_key"), since: "7.0.0",
        complexity: "O(N), N being the number of shard channels",
        "Stops listening to shard channels, to all if none is named.", syntax: "[shardchannel...]")

    static let publish = CommandSpec(
        "publish", arity: 3, publishing, .pubsub, .pubsub, since: "2.0.0",
        complexity: "O(N+M), N being the number of the channel's subscribers, M that of all patterns",
        "Sends a message to a channel.", syntax: "channel message")

    static let spublish = CommandSpec(
        "spublish", arity: 3, publishing, .pubsub, .pubsub, keys: .one("not_key"), since: "7.0.0",
        complexity: "O(N), N being the number of the channel's subscribers", "Sends a message to a shard channel.",
        syntax: "shardchannel message")

    static let pubsub = CommandSpec(
        "pubsub", arity: -2, [], .pubsub, since: "2.8.0", complexity: "Depends on the subcommand.",
        "Holds the commands about channels.", subcommands: PubSubSubcommand.allCases.map(\.spec))
}

/// What PUBSUB can do.
enum PubSubSubcommand: Int, Subcommand {
    case channels, numpat, numsub, shardchannels, shardnumsub, help

    private static let asking: CommandSpec.Flags = [.pubsub, .whileLoading, .whileStale]

    var spec: CommandSpec {
        switch self {
        case .channels:
            CommandSpec(
                "channels", arity: -2, Self.asking, .pubsub, .pubsub, since: "2.8.0",
                complexity: "O(N), N being the number of channels", "Returns the channels that have subscribers.",
                syntax: "[pattern:pattern]")
        case .numpat:
            CommandSpec(
                "numpat", arity: 2, Self.asking, .pubsub, .pubsub, since: "2.8.0",
                "Counts the patterns that have subscribers.")
        case .numsub:
            CommandSpec(
                "numsub", arity: -2, Self.asking, .pubsub, .pubsub, since: "2.8.0",
                complexity: "O(N), N being the number of channels asked for", "Counts the subscribers of channels.",
                syntax: "[channel...]")
        case .shardchannels:
            CommandSpec(
                "shardchannels", arity: -2, Self.asking, .pubsub, .pubsub, since: "7.0.0",
                complexity: "O(N), N being the number of shard channels",
                "Returns the shard channels that have subscribers.", syntax: "[pattern:pattern]")
        case .shardnumsub:
            CommandSpec(
                "shardnumsub", arity: -2, Self.asking, .pubsub, .pubsub, since: "7.0.0",
                complexity: "O(N), N being the number of shard channels asked for",
                "Counts the subscribers of shard channels.", syntax: "[shardchannel...]")
        case .help:
            CommandSpec("help", arity: 2, [.whileLoading, .whileStale], .pubsub, since: "6.2.0", "Prints this help.")
        }
    }
}
