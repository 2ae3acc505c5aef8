// Every directive that the server acts on. Redis' name where Redis has one, else a name that begins with
// `memcached-` or says what it is. The single source for files, command lines, CONFIG GET and CONFIG SET.

import Cutover
import Engine
import Memcached
import Persistence
import RESP
import Transport

enum DirectiveTable {
    static func find(_ name: String) -> Directive? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    static let all: [Directive] =
        respDoor + metering + memcachedDoor + tls + keyspace + collections + persistence + migration + metrics
        + connections + process

    private static let respDoor: [Directive] = [
        .number("port", \.respPort, 0...65535),
        .addresses("bind", \.respBind),
        .text("unixsocket", \.respUnixSocket),
        .mode("unixsocketperm", \.respUnixSocketMode),
        .flag("protected-mode", \.isProtected, live: true),
        .text("requirepass", \.password, live: true),
        .text("aclfile", \.accessFile),
        .number("acllog-max-len", \.accessLogCountMax, 0...Int.max, live: true),
        .choice(
            "acl-pubsub-default", \.newUsersHaveAllChannels, channelDefaults, live: true,
            print: { $0 ? "allchannels" : "resetchannels" }),
        .memory("proto-max-bulk-len", \.bulkSizeMax, (1 << 20)...Int.max, live: true),
        .number("busy-reply-threshold", \.scriptMilliseconds, 0...Int.max, live: true),
        .number("lua-time-limit", \.scriptMilliseconds, 0...Int.max, live: true),
        .memory("hll-sparse-max-bytes", \.hyperLogLogSparseSizeMax, 0...Int.max, live: true),
        .keyEvents("notify-keyspace-events", \.keyEvents),
        .number("tracking-table-max-keys", \.trackedKeysMax, 0...Int.max, live: true),
        .outputLimits("client-output-buffer-limit", \.outputLimits),
        .memory("client-query-buffer-limit", \.requestSizeMax, (1 << 20)...Int.max, live: true),
    ]

    private static let channelDefaults = [("allchannels", true), ("resetchannels", false)]
    private static let metering: [Directive] = [
        .number("slowlog-log-slower-than", \.metering.slowLogMicroseconds, -1...Int.max, live: true),
        .number("slowlog-max-len", \.metering.slowLogCountMax, 0...Int.max, live: true),
        .number("latency-monitor-threshold", \.metering.latencyMilliseconds, 0...Int.max, live: true),
        .flag("latency-tracking", \.metering.tracksLatency, live: true),
        .percentages("latency-tracking-info-percentiles", \.metering.latencyPercentiles),
    ]

    private static let memcachedDoor: [Directive] = [
        .number("memcached-port", \.memcachedPort, -1...65535),
        .addresses("memcached-bind", \.memcachedBind),
        .number("memcached-udp-port", \.memcachedUDPPort, -1...65535),
        .text("memcached-unixsocket", \.memcachedUnixSocket),
        .mode("memcached-unixsocketperm", \.memcachedUnixSocketMode),
        .choice("memcached-protocol", \.memcachedProtocol, protocols, print: protocolName),
        .text("memcached-auth-file", \.memcachedAuthFile),
        .text("memcached-sasl-pwdb", \.memcachedPasswordDatabase),
        .flag("memcached-auth", \.memcachedHasUsers),
        .number("memcached-db", \.memcachedDatabase, 0...65535),
        .memory("memcached-item-size-max", \.itemSizeMax, 1024...(1 << 30)),
        .flag("memcached-cas", \.isCASEnabled),
        .flag("memcached-flush", \.isFlushEnabled),
        .flag("memcached-shutdown", \.isShutdownEnabled),
        .flag("memcached-track-sizes", \.tracksItemSizes),
    ]

    /// memcached's words for -B.
    private static let protocols: [(String, MemcachedProtocol)] = [
        ("auto", .negotiating), ("ascii", .ascii), ("binary", .binary),
    ]

    private static func protocolName(_ value: MemcachedProtocol) -> String {
        protocols.first { $0.1 == value }?.0 ?? ""
    }

    private static let tls: [Directive] = [
        .number("tls-port", \.respTLSPort, 0...65535, live: true),
        .number("memcached-tls-port", \.memcachedTLSPort, 0...65535),
        .text("tls-cert-file", \.tls.certificateFile, live: true),
        .text("tls-key-file", \.tls.keyFile, live: true),
        .text("tls-key-file-pass", \.tls.keyPassword, live: true),
        .text("tls-ca-cert-file", \.tls.authorityFile, live: true),
        .text("tls-ca-cert-dir", \.tls.authorityDirectory, live: true),
        .choice(
            "tls-auth-clients", \.tls.clients, [("no", .none), ("yes", .required), ("optional", .optional)],
            live: true,
            print: { $0 == .none ? "no" : $0 == .required ? "yes" : "optional" }),
        .text("tls-protocols", \.tls.protocols, live: true),
        .text("tls-ciphers", \.tls.ciphers, live: true),
        .text("tls-ciphersuites", \.tls.ciphersuites, live: true),
        .flag("tls-prefer-server-ciphers", \.tls.prefersServerCiphers, live: true),
        .text("tls-dh-params-file", \.tls.parametersFile, live: true),
        .flag("tls-session-caching", \.tls.resumesSessions, live: true),
        .one("tls-session-cache-size", \.tls.sessionCountMax, live: true, print: { String($0 ?? 0) }) {
            word throws(WrongValue) in try Directive.wholeNumber(word, 0...Int(Int32.max))
        },
        .number("tls-session-cache-timeout", \.tls.sessionSeconds, 0...Int(Int32.max), live: true),
    ]

    private static let keyspace: [Directive] = [
        .memory("maxmemory", \.memoryLimit, 0...Int.max, live: true),
        .choice(
            "maxmemory-policy", \.evictionPolicy, EvictionPolicy.allCases.map { ($0.rawValue, $0) },
            live: true,
            print: \.rawValue),
        .number("maxmemory-samples", \.evictionSamples, 1...64, live: true),
        frequency("lfu-log-factor", \.frequencyTuning.logFactor),
        frequency("lfu-decay-time", \.frequencyTuning.decayMinutes),
        .number("databases", \.databaseCount, 1...65536),
    ]

    private static func frequency(
        _ name: String, _ path: any WritableKeyPath<Configuration, UInt32> & Sendable
    ) -> Directive {
        .one(name, path, live: true, print: { String($0) }) { word throws(WrongValue) in
            UInt32(try Directive.wholeNumber(word, 0...Int(Int32.max)))
        }
    }

    private static let collections: [Directive] = [
        limit("hash-max-listpack-entries", .hashEntries), limit("hash-max-ziplist-entries", .hashEntries),
        limit("hash-max-listpack-value", .hashValue), limit("hash-max-ziplist-value", .hashValue),
        limit("set-max-intset-entries", .setIntegers),
        limit("set-max-listpack-entries", .setEntries), limit("set-max-listpack-value", .setValue),
        limit("zset-max-listpack-entries", .sortedSetEntries), limit("zset-max-ziplist-entries", .sortedSetEntries),
        limit("zset-max-listpack-value", .sortedSetValue), limit("zset-max-ziplist-value", .sortedSetValue),
        limit("list-max-listpack-size", .listNode, least: Int(Int32.min)),
        limit("list-max-ziplist-size", .listNode, least: Int(Int32.min)),
        limit("stream-node-max-entries", .streamNode),
    ]

    private static func limit(_ name: String, _ limit: CollectionLimit, least: Int = 0) -> Directive {
        .number(name, \.collectionLimits[limit], least...Int.max, live: true)
    }

    private static let persistence: [Directive] = [
        .savePoints("save", \.savePoints),
        .fileName("dbfilename", \.snapshotFile),
        .flag("rdbcompression", \.compressesSnapshots, live: true),
        .flag("rdbchecksum", \.checksumsSnapshots),
        .flag("stop-writes-on-bgsave-error", \.stopsWritesOnSaveError, live: true),
        .flag("appendonly", \.isLogged, live: true),
        .choice(
            "appendfsync", \.appendLog.policy, LogSyncPolicy.allCases.map { ($0.rawValue, $0) }, live: true,
            print: \.rawValue),
        .fileName("appendfilename", \.appendLog.fileName, live: false),
        .fileName("appenddirname", \.appendLog.folderName, live: false),
        .number("auto-aof-rewrite-percentage", \.appendLog.rewritePercentage, 0...Int(Int32.max), live: true),
        .memory("auto-aof-rewrite-min-size", \.appendLog.rewriteSizeMin, 0...Int.max, live: true),
        .flag("aof-load-truncated", \.appendLog.loadsTruncated, live: true),
        .flag("aof-use-rdb-preamble", \.appendLog.hasSnapshotBase, live: true),
        .flag("aof-timestamp-enabled", \.appendLog.hasTimestamps, live: true),
        .choice(
            "enable-debug-command", \.debugAccess, [("no", .none), ("yes", .all), ("local", .local)],
            print: { $0 == .none ? "no" : $0 == .all ? "yes" : "local" }),
    ]

    private static let migration: [Directive] = [
        .one("migrate-from", \.migrateFrom, live: true, print: { $0 }) { word throws(WrongValue) in
            guard word.isEmpty || OriginAddress(word) != nil else {
                throw WrongValue("argument must be memcached://HOST:PORT, redis[s]://HOST:PORT or \"\"")
            }
            return word
        },
        .number("migrate-timeout", \.migrateTimeoutMilliseconds, 1...60_000, live: true),
        .number("migrate-rate", \.migrateRate, 0...Int(Int32.max), live: true),
    ]

    private static let metrics: [Directive] = [
        .number("metrics-port", \.metricsPort, -1...65535),
        .addresses("metrics-bind", \.metricsBind),
    ]

    private static let connections: [Directive] = [
        .number("threads", \.workerCount, 0...1024),
        // Redis' name for the same wish.
        .number("io-threads", \.workerCount, 1...128),
        .one("maxmemory-clients", \.clientMemoryLimit, live: true, print: printLimit, parse: limit),
        .number("maxclients", \.connectionCountMax, 1...Int(Int32.max), live: true),
        .number("timeout", \.idleTimeoutSeconds, 0...Int(Int32.max), live: true),
        .number("tcp-backlog", \.backlog, 0...Int(Int32.max)),
        .number("tcp-keepalive", \.keepAliveSeconds, 0...Int(Int32.max)),
    ]

    private static func printLimit(_ limit: ClientMemoryLimit) -> String {
        switch limit {
        case .bytes(let size): String(size)
        case .percentage(let percentage): "\(percentage)%"
        }
    }

    private static func limit(_ word: String) throws(WrongValue) -> ClientMemoryLimit {
        if word.hasSuffix("%") {
            guard let percentage = Int(word.dropLast()), percentage >= 0 else {
                throw WrongValue("argument must be a memory or percent value")
            }
            guard percentage <= 100 else { throw WrongValue("percentage argument must be less or equal to 100") }
            return .percentage(percentage)
        }
        guard let size = memorySize(word) else { throw WrongValue("argument must be a memory or percent value") }
        return .bytes(size)
    }

    private static let process: [Directive] = [
        .number("hz", \.hz, 1...500),
        .flag("daemonize", \.isDaemon),
        .choice(
            "supervised", \.supervision, Supervision.allCases.map { ($0.rawValue, $0) }, print: \.rawValue),
        .text("pidfile", \.pidFile),
        .text("dir", \.directory),
        .choice(
            "loglevel", \.logLevel, LogLevel.allCases.map { ($0.name, $0) }, live: true, print: \.name),
        .text("logfile", \.logFile),
        .flag("always-show-logo", \.alwaysShowsBanner),
    ]
}
