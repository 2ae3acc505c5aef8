// Configuration files: what loads, what is warned of, what stops the start and with which words.

import Base
import Engine
import Persistence
import Glibc
import Testing

@testable import RESP
@testable import Server

private func load(_ text: String) throws(ConfigurationError) -> ConfigurationLoader {
    var loader = ConfigurationLoader(Configuration())
    try loader.load(text: Array(text.utf8), name: "test.conf")
    return loader
}

private func refusal(_ text: String) -> ConfigurationError? {
    do throws(ConfigurationError) {
        _ = try load(text)
        return nil
    } catch {
        return error
    }
}

@Suite("Configuration files")
struct ConfigurationTests {
    @Test("directives of both doors become settings")
    func good() throws {
        let loader = try load(
            #"""
            # a comment
            PORT 7000
            bind 127.0.0.1 10.0.0.1 -::1
            maxmemory 100mb
            maxmemory-policy ALLKEYS-LFU
            unixsocket "/tmp/with space.sock"
            unixsocketperm 770
            requirepass "p\x41\"q"
            memcached-port 11299
            memcached-item-size-max 8mb
            daemonize yes
            loglevel verbose
            threads 3
            """#)
        let settings = loader.settings
        #expect(settings.respPort == 7000)
        #expect(settings.respBind == ["127.0.0.1", "10.0.0.1", "-::1"])
        #expect(settings.memoryLimit == 100 << 20)
        #expect(settings.evictionPolicy == .allKeysLFU)
        #expect(settings.respUnixSocket == "/tmp/with space.sock")
        #expect(settings.respUnixSocketMode == 0o770)
        #expect(settings.password == "pA\"q")
        #expect(settings.memcachedPort == 11299)
        #expect(settings.itemSizeMax == 8 << 20)
        #expect(settings.isDaemon)
        #expect(settings.logLevel == .verbose)
        #expect(settings.workerCount == 3)
        #expect(loader.warnings.isEmpty)
    }

    private static let wrongLines: [(String, String)] = [
        ("bogus yes", "Bad directive or wrong number of arguments"),
        ("port 79999", "argument must be between 0 and 65535 inclusive"),
        ("port abc", "argument couldn't be parsed into an integer"),
        ("timeout", "wrong number of arguments"),
        ("timeout 1 2", "wrong number of arguments"),
        ("maxmemory abc", "argument must be a memory value"),
        ("maxmemory 99999999999gb", "argument must be a memory value"),
        ("maxmemory -1", "argument must be a memory value"),
        ("bind \"abc", "Unbalanced quotes in configuration line"),
        ("bind 'a'b", "Unbalanced quotes in configuration line"),
        ("daemonize maybe", "argument must be 'yes' or 'no'"),
        ("unixsocketperm 999", "argument couldn't be parsed into an integer"),
        ("appendonly maybe", "argument must be 'yes' or 'no'"),
        ("include", "wrong number of arguments"),
    ]

    @Test("a wrong line is refused with its file, number and reason", arguments: wrongLines)
    func wrong(line: String, reason: String) {
        let error = refusal("port 6379\n\n" + line)
        #expect(error?.reason == reason)
        #expect(error?.place == "the configuration file test.conf, at line 3")
        #expect(error?.line == line)
    }

    @Test("an included file that is missing stops the start")
    func missingInclude() {
        #expect(
            refusal("include /nonexistent/duet.conf")?.reason.hasSuffix("No such file or directory") == true)
    }

    @Test("an unknown eviction policy is answered with the known ones")
    func policies() {
        let reason = refusal("maxmemory-policy foo")?.reason ?? ""
        for policy in EvictionPolicy.allCases { #expect(reason.contains(policy.rawValue)) }
    }

    @Test("a configuration of the kind that distributions ship loads, each idle directive named once")
    func distribution() throws {
        let loader = try load(
            """
            bind 127.0.0.1 -::1
            protected-mode yes
            port 6379
            tcp-backlog 511
            timeout 0
            tcp-keepalive 300
            daemonize yes
            pidfile /run/redis/redis-server.pid
            loglevel notice
            logfile /var/log/redis/redis-server.log
            databases 16
            always-show-logo no
            set-proc-title yes
            proc-title-template "{title} {listen-addr} {server-mode}"
            save 900 1
            save 300 10
            dbfilename dump.rdb
            dir /var/lib/redis
            replica-serve-stale-data yes
            appendonly no
            appendfsync everysec
            notify-keyspace-events ""
            client-output-buffer-limit normal 0 0 0
            client-output-buffer-limit replica 256mb 64mb 60
            hz 10
            dynamic-hz yes
            """)
        #expect(loader.warnings.count == 4)
        let points = [SavePoint(seconds: 900, changes: 1), SavePoint(seconds: 300, changes: 10)]
        #expect(loader.settings.savePoints == points)
        #expect(loader.settings.outputLimits.replica == OutputLimit(hard: 256 << 20, soft: 64 << 20, seconds: 60))
        // What asks for what happens anyway is no news.
        #expect(!loader.warnings.contains { $0.contains("'append") || $0.contains("'notify-") })
        #expect(loader.settings.pidFile == "/run/redis/redis-server.pid")
    }

    @Test("commands are renamed once, to names that are free, or not at all")
    func renaming() throws {
        let names = try load("rename-command FLUSHALL \"\"\nrename-command config \"Two Words\"").settings.commandNames
        #expect(!names.areOriginal && names.command("flushall") == nil && names.command("two WORDS") == .config)
        let turned = try load("rename-command get set2\nrename-command set get\nrename-command set2 set").settings
        #expect(turned.commandNames.command("get") == .set && turned.commandNames.command("SET") == .get)
        #expect(turned.commandNames.specs.count == CommandTable.specs.count)
        #expect(try load("rename-command get GET").settings.commandNames.areOriginal)
        for (text, reason) in [
            ("rename-command get", "Bad directive or wrong number of arguments"),
            ("rename-command get a b", "Bad directive or wrong number of arguments"),
            ("rename-command nosuch x", "No such command in rename-command"),
            ("rename-command get set", "Target command name already exists"),
            ("rename-command get x\nrename-command get y", "No such command in rename-command"),
        ] {
            #expect(refusal(text)?.reason == reason, "\(text)")
        }
        #expect(refusal("rename-command config|get x")?.reason.contains("-config|get") == true)
    }

    @Test("what the command line said beside the file is rewritten into it")
    func besideFile() throws {
        let path = "/tmp/duet-rewrite-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try Files.replace(path, with: "# mine\nmaxmemory 10mb\nport 0\n")
        defer { Files.remove(path) }
        let percentiles = "latency-tracking-info-percentiles"
        let words = "--maxmemory 100mb --\(percentiles) 50 99 --timeout 7 --rename-command get g".split(separator: " ")
        let start = parseDirectives(["duet", path] + words.map(String.init), for: .redis)
        guard case .start(let settings, let warnings) = start else {
            Issue.record("no start")
            return
        }
        #expect(warnings.isEmpty && settings.givenBesideFile == ["maxmemory", percentiles, "timeout"])
        let server = try TestServer {
            $0 = settings
            $0.respPort = -1
            $0.loadsSnapshot = false
        }
        defer { server.finish() }
        let client = try server.resp()
        #expect(client.ask("CONFIG SET timeout 8") == ["+OK"] && client.ask("CONFIG REWRITE") == ["+OK"])
        #expect(String(decoding: try Files.read(path), as: UTF8.self) == """
            # mine
            maxmemory 104857600
            port 0
            # Generated by CONFIG REWRITE
            \(percentiles) "50 99"
            timeout 8
            user default on nopass ~* &* +@all\n
            """)
    }

    private static let sizes: [(String, Int)] = [
        ("0", 0), ("100", 100), ("1k", 1000), ("1kb", 1024), ("5M", 5_000_000), ("5MB", 5 << 20),
        ("2g", 2_000_000_000), ("2gb", 2 << 30),
    ]

    @Test("memory units are Redis'", arguments: sizes)
    func units(text: String, bytes: Int) { #expect(memorySize(text) == bytes) }

    @Test("every directive reads back what it prints")
    func roundTrip() throws {
        let settings = Configuration()
        for directive in DirectiveTable.all where directive.name != "io-threads" {
            var copy = settings
            try directive.write(&copy, [directive.read(settings)])
            #expect(directive.read(copy) == directive.read(settings), "\(directive.name)")
        }
    }

    @Test("notify-keyspace-events prints as Redis prints it, and is written back whole")
    func keyEvents() throws {
        let forms = [
            ("", ""), ("KEA", "AKE"), ("EKg$lszhxetd", "AKE"), ("mK", "Km"), ("nA", "A"), ("xE", "xE"),
            ("KExeg", "gxeKE"), ("AKEnm", "AKEm"), ("tdnK", "tdnK"),
        ]
        for (given, printed) in forms {
            let settings = try load("notify-keyspace-events \"\(given)\"").settings
            let directive = try #require(DirectiveTable.find("notify-keyspace-events"))
            #expect(directive.read(settings) == printed)
            let again = try load("notify-keyspace-events \"\(directive.rewritten(settings))\"").settings
            #expect(again.keyEvents == settings.keyEvents)
        }
        let reason = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."
        let error = #expect(throws: ConfigurationError.self) { _ = try load("notify-keyspace-events KEq") }
        #expect(error?.reason == reason)
    }

    @Test("no directive is both acted on and foreign")
    func disjoint() {
        for directive in DirectiveTable.all { #expect(ForeignDirectives.find(directive.name) == nil) }
    }

    @Test("rewriting replaces the line of a directive, adds what is missing, and keeps all else")
    func rewriting() {
        let old = "# mine\nmaxmemory 1mb\nport 1\nmaxmemory 2mb\n"
        let new = rewritten(old, with: [("maxmemory", "maxmemory 5"), ("timeout", "timeout 9")])
        #expect(
            new == "# mine\nmaxmemory 1mb\nport 1\nmaxmemory 5\n# Generated by CONFIG REWRITE\ntimeout 9\n")
        #expect(rewritten(new, with: [("timeout", "timeout 8")]).hasSuffix("CONFIG REWRITE\ntimeout 8\n"))
    }

    @Test(
        "a quoted word reads back as itself",
        arguments: ["", "plain", "two words", "q\"uo'te", "tab\t\u{e9}\\"])
    func quoting(word: String) {
        #expect(words(ofLine: quotedWord(word).utf8) == [Array(word.utf8)])
    }

    @Test("addresses take a port, brackets and the optional mark")
    func addresses() {
        for (word, host, port, isOptional) in [
            ("127.0.0.1", "127.0.0.1", 5, false), ("-::1", "::1", 5, true), ("host:7", "host", 7, false),
            ("[::1]:7", "::1", 7, false), ("*", "*", 5, false), ("::", "::", 5, false),
        ] {
            let bound = BoundAddress(word, port: 5)
            #expect(bound.host == host && bound.port == port && bound.isOptional == isOptional, "\(word)")
            #expect(bound.badPort == nil && bound.tls == nil)
        }
    }

    @Test("an address may say by a prefix what it does about TLS")
    func prefixes() {
        for (word, host, tls) in [
            ("notls:127.0.0.1:7", "127.0.0.1", TLSPrefix.notls), ("btls:[::1]:7", "::1", .btls),
            ("mtls:host:7", "host", .mtls),
        ] {
            let bound = BoundAddress(word, port: 5)
            #expect(bound.host == host && bound.port == 7 && bound.tls == tls, "\(word)")
        }
    }
}
