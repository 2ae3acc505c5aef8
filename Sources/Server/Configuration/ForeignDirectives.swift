// The directives of Redis 7 that this server does not act on yet. A configuration that names one loads all
// the same; each is told once at start, so that nobody believes in a setting that does nothing.

/// A directive that Redis has and this server has not built yet.
struct ForeignDirective: Sendable {
    let name: String
    /// The value that is true of this server all the same, such as `cluster-enabled no`: asking for it needs no
    /// warning, and CONFIG GET tells it. nil: no value is true.
    let valueHere: String?
}

enum ForeignDirectives {
    static func find(_ name: String) -> ForeignDirective? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    static let all: [ForeignDirective] =
        valued.map { ForeignDirective(name: $0.key, valueHere: $0.value) }
        + unvalued.split(separator: " ").map {
            ForeignDirective(name: String($0), valueHere: nil)
        }

    private static let valued: KeyValuePairs<String, String> = [
        "activedefrag": "yes",
        "activerehashing": "yes",
        "aof-rewrite-incremental-fsync": "yes",
        "bind-source-addr": "",
        "cluster-enabled": "no",
        "crash-log-enabled": "no",
        "dynamic-hz": "no",
        "enable-module-command": "no",
        "io-threads-do-reads": "yes",
        "jemalloc-bg-thread": "no",
        "list-compress-depth": "0",
        "lua-replicate-commands": "yes",
        "masterauth": "",
        "min-replicas-to-write": "0",
        "min-slaves-to-write": "0",
        "no-appendfsync-on-rewrite": "no",
        "oom-score-adj": "no",
        "rdb-save-incremental-fsync": "yes",
        "replica-read-only": "yes",
        "replicaof": "",
        "sanitize-dump-payload": "yes",
        "set-proc-title": "no",
        "slave-read-only": "yes",
        "slaveof": "",
        "socket-mark-id": "0",
        "syslog-enabled": "no",
        "tls-client-cert-file": "",
        "tls-client-key-file": "",
        "tls-client-key-file-pass": "",
        "tls-cluster": "no",
        "tls-replication": "no",
        "unixsocketgroup": "",
    ]

    // Names only, in the order of Redis' own documentation.
    private static let unvalued = """
        active-defrag-cycle-max \
        active-defrag-cycle-min active-defrag-ignore-bytes active-defrag-max-scan-fields \
        active-defrag-threshold-lower active-defrag-threshold-upper active-expire-effort \
        aof-disable-auto-gc aof_rewrite_cpulist aof-rewrite-cpulist bgsave_cpulist bgsave-cpulist \
        bio_cpulist bio-cpulist \
        cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down \
        cluster-allow-replica-migration cluster-announce-bus-port cluster-announce-hostname \
        cluster-announce-human-nodename cluster-announce-ip cluster-announce-port \
        cluster-announce-tls-port cluster-config-file cluster-link-sendbuf-limit \
        cluster-migration-barrier cluster-node-timeout cluster-port cluster-preferred-endpoint-type \
        cluster-replica-no-failover cluster-replica-validity-factor cluster-require-full-coverage \
        cluster-slave-no-failover cluster-slave-validity-factor crash-memcheck-enabled \
        disable-thp enable-protected-configs \
        hide-user-data-from-log \
        ignore-warnings key-load-delay \
        lazyfree-lazy-eviction lazyfree-lazy-expire \
        lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush \
        list-max-ziplist-entries list-max-ziplist-value loadmodule locale-collate \
        masteruser max-new-connections-per-cycle max-new-tls-connections-per-cycle \
        maxmemory-eviction-tenacity min-replicas-max-lag min-slaves-max-lag \
        oom-score-adj-values proc-title-template propagation-error-behavior rdb-del-sync-files \
        rdb-key-save-delay repl-backlog-size \
        repl-backlog-ttl repl-disable-tcp-nodelay repl-diskless-load repl-diskless-sync \
        repl-diskless-sync-delay repl-diskless-sync-max-replicas repl-ping-replica-period \
        repl-ping-slave-period repl-timeout replica-announce-ip replica-announce-port replica-announced \
        replica-ignore-disk-write-errors replica-ignore-maxmemory replica-lazy-flush replica-priority \
        replica-serve-stale-data req-res-logfile server_cpulist server-cpulist \
        shutdown-on-sigint shutdown-on-sigterm shutdown-timeout slave-announce-ip slave-announce-port \
        slave-ignore-maxmemory slave-lazy-flush slave-priority slave-serve-stale-data \
        stream-node-max-bytes \
        syslog-facility syslog-ident
        """
}
