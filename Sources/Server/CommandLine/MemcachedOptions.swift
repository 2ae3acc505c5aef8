// memcached's options: letters, long names, help words. Source: memcached 1.6.45's -h.

import Base

enum MemcachedOptions {
    // Options without a letter; memcached never uses these.
    static let respPort: Character = "\u{1}"
    static let save: Character = "\u{2}"
    static let directory: Character = "\u{3}"
    static let snapshotFile: Character = "\u{4}"
    static let appendOnly: Character = "\u{5}"
    static let appendSync: Character = "\u{6}"
    static let migrateFrom: Character = "\u{7}"
    static let migrateTimeout: Character = "\u{8}"
    static let migrateRate: Character = "\u{e}"
    static let metricsPort: Character = "\u{f}"
    static let metricsBind: Character = "\u{10}"

    /// What a row means here.
    struct Row: Sendable {
        let option: CommandOption
        /// The usage column, and what stands beside it; lines after the first continue it. `""` hides the
        /// row.
        let usage: String
        let help: String

        init(_ letter: Character, _ name: String?, argument: Bool = false, _ usage: String, _ help: String) {
            option = CommandOption(letter, name, takesArgument: argument)
            self.usage = usage
            self.help = help
        }
    }

    static let rows: [Row] = [
        Row("p", "port", argument: true, "-p, --port=<num>", "TCP port to listen on (default: 11211)"),
        Row(
            "U", "udp-port", argument: true, "-U, --udp-port=<num>",
            "UDP port to listen on (default: 0, off; TCP takes it too unless -p is given)"),
        Row(
            "s", "unix-socket", argument: true, "-s, --unix-socket=<file>",
            "UNIX socket (disables network support)"),
        Row(
            "a", "unix-mask", argument: true, "-a, --unix-mask=<mask>",
            "its access mask, octal (default: 700)"),
        Row("A", "enable-shutdown", "-A, --enable-shutdown", "enable ascii \"shutdown\" command"),
        Row(
            "l", "listen", argument: true, "-l, --listen=<addr>",
            "interfaces to listen on (default: INADDR_ANY), several, with ports and prefixes"),
        Row("d", "daemon", "-d, --daemon", "run as a daemon"),
        Row("r", "enable-coredumps", "-r, --enable-coredumps", "maximize core file limit"),
        Row("u", "user", argument: true, "-u, --user=<user>", "assume identity of <user> (when run as root)"),
        Row(
            "m", "memory-limit", argument: true, "-m, --memory-limit=<num>",
            "memory in megabytes (default: 64)"),
        Row(
            "M", "disable-evictions", "-M, --disable-evictions",
            "error on memory exhausted instead of evicting"),
        Row("c", "conn-limit", argument: true, "-c, --conn-limit=<num>", "max connections (default: 1024)"),
        Row("k", "lock-memory", "-k, --lock-memory", "lock down all paged memory"),
        Row("v", "verbose", "-v, --verbose", "verbose; -vv very, -vvv extremely"),
        Row("h", "help", "-h, --help", "print this help and exit"),
        Row("i", "license", "-i, --license", "print license and exit"),
        Row("V", "version", "-V, --version", "print version and exit"),
        Row("P", "pidfile", argument: true, "-P, --pidfile=<file>", "save PID in <file>"),
        Row("f", "slab-growth-factor", argument: true, "-f, --slab-growth-factor=<num>", "no effect here"),
        Row("n", "slab-min-size", argument: true, "-n, --slab-min-size=<bytes>", "no effect here"),
        Row("L", "enable-largepages", "-L, --enable-largepages", "ask the system for huge pages"),
        Row("D", nil, argument: true, "-D <char>", "key prefix delimiter of \"stats detail\", turned on by it"),
        Row(
            "t", "threads", argument: true, "-t, --threads=<num>", "worker threads (default: one a processor)"
        ),
        Row(
            "R", "max-reqs-per-event", argument: true, "-R, --max-reqs-per-event",
            "requests of one connection before the others have their turn"),
        Row("C", "disable-cas", "-C, --disable-cas", "disable use of CAS"),
        Row("b", "listen-backlog", argument: true, "-b, --listen-backlog=<num>", "backlog (default: 1024)"),
        Row(
            "B", "protocol", argument: true, "-B, --protocol=<name>",
            "ascii, binary or auto (default: auto)"),
        Row(
            "I", "max-item-size", argument: true, "-I, --max-item-size=<num>",
            "default: 1m, min: 1k, max: 1024m"),
        Row(
            "S", "enable-sasl", "-S, --enable-sasl",
            "SASL PLAIN, binary only; users in the file MEMCACHED_SASL_PWDB"),
        Row("F", "disable-flush-all", "-F, --disable-flush-all", "disable flush_all command"),
        Row("X", "disable-dumping", "-X, --disable-dumping", "disable dumps of keys"),
        Row("W", "disable-watch", "-W, --disable-watch", "disable watch commands"),
        Row(
            "Y", "auth-file", argument: true, "-Y, --auth-file=<file>",
            "log in by text; up to 8 lines of user:password"),
        Row(
            "e", "memory-file", argument: true, "-e, --memory-file=<file>",
            "survive a restart, and a crash: the folder of a log"),
        Row("Z", "enable-ssl", "-Z, --enable-ssl", "enable TLS/SSL on TCP ports (notls:<addr> in -l: not there)"),
        Row("o", "extended", argument: true, "", ""),
        Row("N", "napi-ids", argument: true, "-N, --napi_ids, --napi-ids", "no effect here"),
        // 1.6.18 spelled the long name with an underscore.
        Row("N", "napi_ids", argument: true, "", ""),
        Row(
            respPort, "resp-port", argument: true, "--resp-port=<num>",
            "also serve Redis' protocol on this port"),
        Row(
            save, "save", argument: true, "--save='<seconds> <changes>'",
            "save to disk after so many; loads the file at start"),
        Row(directory, "dir", argument: true, "--dir=<folder>", "where that file is"),
        Row(snapshotFile, "dbfilename", argument: true, "--dbfilename=<name>", "its name (default: dump.rdb)"),
        Row(
            appendOnly, "appendonly", argument: true, "--appendonly=yes|no",
            "log each change in --dir; loads the log at start"),
        Row(
            migrateFrom, "migrate-from", argument: true, "--migrate-from=<url>",
            "take over the keys of memcached://host:port or redis://host:port"),
        Row(
            migrateTimeout, "migrate-timeout", argument: true, "--migrate-timeout=<ms>",
            "what a request waits at most for one (default: 200)"),
        Row(
            migrateRate, "migrate-rate", argument: true, "--migrate-rate=<num>",
            "items a second that come unasked (default: 10000)"),
        Row(
            metricsPort, "metrics-port", argument: true, "--metrics-port=<num>",
            "tell Prometheus at http://host:num/metrics (--metrics-bind)"),
        Row(metricsBind, "metrics-bind", argument: true, "--metrics-bind=<addr>", "where that is (default: loopback)"),
        Row(appendSync, "appendfsync", argument: true, "--appendfsync=<when>", "always, everysec (default) or no"),
    ]

    static var known: [CommandOption] { rows.map(\.option) }
}
