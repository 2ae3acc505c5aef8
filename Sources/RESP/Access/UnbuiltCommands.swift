// Commands of Redis 7 that this server has not built, by their access categories. A name that is in the command table
// does not count here.

enum UnbuiltCommands {
    /// Containers before their subcommands.
    static let all: [(name: String, categories: [String])] = groups.flatMap { categories, names in
        names.split(separator: " ").map { (String($0), categories.split(separator: " ").map(String.init)) }
    }.sorted { !$0.0.contains("|") && $1.0.contains("|") }

    private static let groups: [(categories: String, names: String)] = [
        ("slow", "acl latency memory pubsub script slowlog"),
        (
            "admin dangerous slow",
            """
            acl|deluser acl|dryrun acl|getuser acl|list acl|load acl|log acl|save acl|setuser acl|users \
            cluster|addslots cluster|addslotsrange cluster|bumpepoch cluster|count-failure-reports cluster|delslots \
            cluster|delslotsrange cluster|failover cluster|flushslots cluster|forget cluster|meet cluster|replicas \
            cluster|replicate cluster|reset cluster|saveconfig cluster|set-config-epoch cluster|setslot \
            cluster|slaves failover latency|doctor latency|graph latency|histogram latency|history latency|latest \
            latency|reset module|load module|loadex module|unload monitor psync replicaof slaveof slowlog|get \
            slowlog|len slowlog|reset
            """
        ),
        (
            "slow",
            """
            acl|cat acl|genpass acl|help acl|whoami cluster|countkeysinslot cluster|getkeysinslot cluster|help \
            cluster|info cluster|keyslot cluster|links cluster|myid cluster|nodes cluster|shards cluster|slots \
            latency|help memory|doctor memory|malloc-stats memory|purge memory|stats pubsub|help slowlog|help
            """
        ),
        ("admin connection dangerous slow", "client|no-evict client|pause client|unpause"),
        ("admin dangerous hyperloglog slow", "pfselftest"),
        ("connection fast", "asking readonly readwrite"),
        (
            "connection slow",
            "client|caching client|getredir client|reply client|tracking client|trackinginfo client|no-touch"
        ),
        ("dangerous keyspace slow write", "restore-asking"),
        ("fast pubsub", "publish spublish"),
        ("fast read", "lolwut"),
        (
            "pubsub slow",
            """
            psubscribe pubsub|channels pubsub|numpat pubsub|numsub pubsub|shardchannels pubsub|shardnumsub \
            punsubscribe ssubscribe subscribe sunsubscribe unsubscribe
            """
        ),
        (
            "scripting slow",
            """
            eval eval_ro evalsha evalsha_ro script|debug script|exists script|flush script|help script|kill script|load
            """
        ),
    ]
}
