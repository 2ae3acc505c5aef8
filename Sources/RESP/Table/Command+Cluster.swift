// The rows of what a server alone answers about replication and clusters.

extension CommandSpec {
    static let cluster = CommandSpec(
        "cluster", arity: -2, [], .cluster, since: "3.0.0", complexity: "Depends on the subcommand.",
        "Holds the commands about a cluster, which this server is not part of.",
        subcommands: ClusterSubcommand.allCases.map(\.spec))

    static let asking = CommandSpec(
        "asking", arity: 1, .fast, .cluster, .connection, since: "3.0.0",
        "Says that a client of a cluster was sent here for its next command.")

    static let readonly = CommandSpec(
        "readonly", arity: 1, [.whileLoading, .whileStale, .fast], .cluster, .connection, since: "3.0.0",
        "Has a replica in a cluster answer reads.")

    static let readwrite = CommandSpec(
        "readwrite", arity: 1, [.whileLoading, .whileStale, .fast], .cluster, .connection, since: "3.0.0",
        "Ends what READONLY began.")

    static let restoreAsking = restore.like(
        "restore-asking", since: "3.0.0", "Makes a key of bytes that DUMP returned, between nodes of a cluster."
    ) {
        $0.flags.insert(.asking)
        $0.group = .server
    }

    static let failover = CommandSpec(
        "failover", arity: -1, [.admin, .noScript, .whileStale], .server, since: "6.2.0",
        "Hands over to a replica; here there are none.",
        syntax: "[TO (host port:integer [FORCE])] [ABORT] [TIMEOUT milliseconds:integer]")

    static let replicaof = CommandSpec(
        "replicaof", arity: 3, [.admin, .noScript, .whileStale, .notWhileReplacing], .server, since: "5.0.0",
        "Makes this server nobody's replica, which it is; another's it cannot become.",
        syntax: "((host port:integer)|(NO ONE))")

    static let slaveof = replicaof.like("slaveof", since: "1.0.0", "As REPLICAOF.")

    static let psync = CommandSpec(
        "psync", arity: -3, [.admin, .noScript, .notWhileReplacing, .noTransaction], .server, since: "2.8.0",
        "Asks for a stream of changes, which there is not.", syntax: "replicationid offset:integer")

    /// The row of a command that is another in all but this.
    private func like(
        _ name: String, since: String, _ summary: String, _ change: (inout CommandSpec) -> Void = { _ in }
    ) -> CommandSpec {
        var spec = self
        spec.name = name
        spec.since = since
        spec.summary = summary
        change(&spec)
        return spec
    }
}

/// What CLUSTER can do elsewhere.
enum ClusterSubcommand: Int, Subcommand {
    case addslots, addslotsrange, bumpepoch, countFailureReports, countkeysinslot, delslots, delslotsrange
    case failover, flushslots, forget, getkeysinslot, help, info, keyslot, links, meet, myid, myshardid
    case nodes, replicas, replicate, reset, saveconfig, setConfigEpoch, setslot, shards, slaves, slots

    private static let changing: CommandSpec.Flags = [.admin, .whileStale, .notWhileReplacing]
    private static let asking: CommandSpec.Flags = [.admin, .whileStale]

    var spec: CommandSpec {
        switch self {
        case .addslots:
            CommandSpec(
                "addslots", arity: -3, Self.changing, .cluster, since: "3.0.0",
                complexity: "O(N), N being the number of slots", "Gives slots to this node.",
                syntax: "slot:integer...")
        case .addslotsrange:
            CommandSpec(
                "addslotsrange", arity: -4, Self.changing, .cluster, since: "7.0.0",
                complexity: "O(N), N being the number of slots", "Gives ranges of slots to this node.",
                syntax: "(start-slot:integer end-slot:integer)...")
        case .bumpepoch:
            CommandSpec(
                "bumpepoch", arity: 2, Self.changing, .cluster, since: "3.0.0",
                "Raises the epoch of the configuration.", tips: ["nondeterministic_output"])
        case .countFailureReports:
            CommandSpec(
                "count-failure-reports", arity: 3, Self.asking, .cluster, since: "3.0.0",
                complexity: "O(N), N being the number of reports", "Counts the reports that a node failed.",
                syntax: "node-id", tips: ["nondeterministic_output"])
        case .countkeysinslot:
            CommandSpec(
                "countkeysinslot", arity: 3, .whileStale, .cluster, since: "3.0.0", "Counts the keys of a slot.",
                syntax: "slot:integer")
        case .delslots:
            CommandSpec(
                "delslots", arity: -3, Self.changing, .cluster, since: "3.0.0",
                complexity: "O(N), N being the number of slots", "Takes slots from this node.",
                syntax: "slot:integer...")
        case .delslotsrange:
            CommandSpec(
                "delslotsrange", arity: -4, Self.changing, .cluster, since: "7.0.0",
                complexity: "O(N), N being the number of slots", "Takes ranges of slots from this node.",
                syntax: "(start-slot:integer end-slot:integer)...")
        case .failover:
            CommandSpec(
                "failover", arity: -2, Self.changing, .cluster, since: "3.0.0",
                "Makes a replica take its master's place.", syntax: "[FORCE|TAKEOVER]")
        case .flushslots:
            CommandSpec(
                "flushslots", arity: 2, Self.changing, .cluster, since: "3.0.0", "Takes all slots from this node.")
        case .forget:
            CommandSpec(
                "forget", arity: 3, Self.changing, .cluster, since: "3.0.0", "Removes a node.", syntax: "node-id")
        case .getkeysinslot:
            CommandSpec(
                "getkeysinslot", arity: 4, .whileStale, .cluster, since: "3.0.0",
                complexity: "O(N), N being the number of keys asked for", "Returns keys of a slot.",
                syntax: "slot:integer count:integer", tips: ["nondeterministic_output"])
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .cluster, since: "5.0.0", "Prints this help.")
        case .info:
            CommandSpec(
                "info", arity: 2, .whileStale, .cluster, since: "3.0.0", "Tells of the cluster's state.",
                tips: ["nondeterministic_output"])
        case .keyslot:
            CommandSpec(
                "keyslot", arity: 3, .whileStale, .cluster, since: "3.0.0",
                complexity: "O(N), N being the size of the key", "Tells a key's slot.", syntax: "key:string")
        case .links:
            CommandSpec(
                "links", arity: 2, .whileStale, .cluster, since: "7.0.0",
                complexity: "O(N), N being the number of nodes", "Tells of the connections between nodes.",
                tips: ["nondeterministic_output"])
        case .meet:
            CommandSpec(
                "meet", arity: -4, Self.changing, .cluster, since: "3.0.0", "Makes a node part of the cluster.",
                syntax: "ip port:integer [cluster-bus-port:integer]")
        case .myid:
            CommandSpec(
                "myid", arity: 2, .whileStale, .cluster, since: "3.0.0", "Tells this node's name.")
        case .myshardid:
            CommandSpec(
                "myshardid", arity: 2, .whileStale, .cluster, since: "7.2.0",
                "Tells the name of this node's shard.", tips: ["nondeterministic_output"])
        case .nodes:
            CommandSpec(
                "nodes", arity: 2, .whileStale, .cluster, since: "3.0.0",
                complexity: "O(N), N being the number of nodes", "Tells of all nodes, a line each.",
                tips: ["nondeterministic_output"])
        case .replicas:
            CommandSpec(
                "replicas", arity: 3, Self.asking, .cluster, since: "5.0.0",
                complexity: "O(N), N being the number of replicas", "Tells of a node's replicas.",
                syntax: "node-id", tips: ["nondeterministic_output"])
        case .replicate:
            CommandSpec(
                "replicate", arity: 3, Self.changing, .cluster, since: "3.0.0", "Makes this node a replica of another.",
                syntax: "node-id")
        case .reset:
            CommandSpec(
                "reset", arity: -2, [.admin, .noScript, .whileStale], .cluster, since: "3.0.0",
                complexity: "O(N), N being the number of nodes", "Makes this node forget the cluster.",
                syntax: "[HARD|SOFT]")
        case .saveconfig:
            CommandSpec(
                "saveconfig", arity: 2, Self.changing, .cluster, since: "3.0.0",
                "Writes the configuration to the disk.")
        case .setConfigEpoch:
            CommandSpec(
                "set-config-epoch", arity: 3, Self.changing, .cluster, since: "3.0.0", "Sets the epoch of a new node.",
                syntax: "config-epoch:integer")
        case .setslot:
            CommandSpec(
                "setslot", arity: -4, Self.changing, .cluster, since: "3.0.0", "Tells where a slot belongs or moves.",
                syntax: "slot:integer (IMPORTING node-id|MIGRATING node-id|NODE node-id|STABLE)")
        case .shards:
            CommandSpec(
                "shards", arity: 2, .whileStale, .cluster, since: "7.0.0",
                complexity: "O(N), N being the number of nodes", "Tells which shards have which slots.",
                tips: ["nondeterministic_output"])
        case .slaves:
            CommandSpec(
                "slaves", arity: 3, Self.asking, .cluster, since: "3.0.0",
                complexity: "O(N), N being the number of replicas", "Tells of a node's replicas.",
                syntax: "node-id", tips: ["nondeterministic_output"])
        case .slots:
            CommandSpec(
                "slots", arity: 2, .whileStale, .cluster, since: "3.0.0",
                complexity: "O(N), N being the number of nodes", "Tells which nodes have which slots.",
                tips: ["nondeterministic_output"])
        }
    }
}
