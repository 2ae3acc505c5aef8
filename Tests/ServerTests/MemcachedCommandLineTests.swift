// memcached's command line: what its options come to, and its own words and codes of refusal.

import Base
import Engine
import Memcached
import Persistence
import Testing
import Transport

@testable import Server

@Suite("memcached's command line")
struct MemcachedCommandLineTests {
    private func parse(_ line: String, isRoot: Bool = false) -> CommandLineResult {
        parseMemcached(["memcached"] + line.split(separator: " ").map(String.init), isRoot: isRoot)
    }

    private func started(_ line: String, isRoot: Bool = false) -> Configuration? {
        guard case .start(let settings, _) = parse(line, isRoot: isRoot) else { return nil }
        return settings
    }

    @Test("options become settings")
    func options() {
        let settings = started(
            "-p 11299 -U 0 -m 128 -M -c 2000 -t 2 -R 40 -C -b 99 -I 2m -F -X -P /tmp/x.pid -k -d -r -vv "
                + "-l 127.0.0.1,[::1]:11300 --listen=localhost:11301 -o idle_timeout=7,hashpower=20 -B ascii")
        #expect(settings?.memcachedPort == 11299 && settings?.respPort == 0)
        #expect(settings?.memoryLimit == 128 << 20 && settings?.evictionPolicy.rawValue == "noeviction")
        #expect(settings?.connectionCountMax == 2000 && settings?.workerCount == 2)
        #expect(
            settings?.requestsPerEvent == 40 && settings?.isCASEnabled == false && settings?.backlog == 99)
        #expect(settings?.itemSizeMax == 2 << 20 && settings?.isFlushEnabled == false)
        #expect(settings?.isDumpEnabled == false && settings?.pidFile == "/tmp/x.pid")
        #expect(settings?.locksMemory == true && settings?.isDaemon == true && settings?.dumpsCore == true)
        #expect(settings?.logLevel == .verbose && settings?.idleTimeoutSeconds == 7)
        #expect(settings?.memcachedBind == ["127.0.0.1", "[::1]:11300", "localhost:11301"])
        #expect(settings?.reportedRows["hashpower_init"] == "20")
    }

    @Test("without options it is memcached's default")
    func defaults() {
        let plain = started("")
        #expect(plain?.memoryLimit == 64 << 20 && plain?.evictionPolicy.rawValue == "allkeys-lru")
        #expect(plain?.memcachedBind == ["*"] && plain?.connectionCountMax == 1024 && plain?.respPort == 0)
    }

    @Test("a unix socket closes the port; --resp-port opens the second door")
    func doors() {
        let unix = started("-s /tmp/m.sock -a 770")
        #expect(unix?.memcachedPort == 0 && unix?.memcachedUnixSocketMode == 0o770)
        let both = started("--resp-port 7000")
        #expect(both?.respPort == 7000 && both?.respBind == ["127.0.0.1", "-::1"])
        #expect(started("-l 10.0.0.1:5 --resp-port=7000")?.respBind == ["10.0.0.1"])
    }

    @Test("-U alone gives TCP its number; beside -p and -s it does not")
    func datagrams() {
        let alone = started("-U 11300")
        #expect(alone?.memcachedUDPPort == 11300 && alone?.memcachedPort == 11300)
        let both = started("-p 11301 -U 11300")
        #expect(both?.memcachedUDPPort == 11300 && both?.memcachedPort == 11301)
        let unix = started("-s /tmp/m.sock -U 11300")
        #expect(unix?.memcachedUDPPort == 0 && unix?.memcachedPort == 0)
        #expect(started("-U 0")?.memcachedPort == 11211)
    }

    @Test("the limit of connections refuses at once unless told to wait")
    func limit() {
        #expect(started("")?.refusesOverLimit == true)
        #expect(started("-o no_maxconns_fast")?.refusesOverLimit == false)
        #expect(started("-o no_modern")?.refusesOverLimit == false)
        #expect(started("-o no_modern,maxconns_fast")?.refusesOverLimit == true)
    }

    @Test("-l takes prefixes, and refuses those that mean nothing")
    func prefixes() {
        for word in ["proto[ascii]:127.0.0.1:5", "tag[a]:[::1]:5", "tag_12345678_:*", "proto[binary]:tag[x]:h"] {
            #expect(started("-l \(word)")?.memcachedBind == [word])
        }
        for (word, problem) in [
            ("proto[foo]:h", "Invalid protocol spec: \"[foo]\""),
            ("proto[ascii:h", "Invalid protocol spec: \"[ascii:h\""),
            ("proto[ascii]h", "Invalid protocol spec: \"[ascii]h\""),
            ("tag[]:h", "Listener tags must be between 1 and 8 characters: \"\""),
            ("tag[a]:proto[ascii]:h", "Invalid port number: \"h\""), ("[::1", "Invalid IPV6 address: \"[::1\""),
            ("", "Invalid address: \"\""), ("h:", "Invalid port number: \"\""),
        ] {
            let result = parseMemcached(["memcached", "-l", word], isRoot: false)
            let last = "failed to listen on one of interface(s) \(word): Invalid argument"
            #expect(result == .refuse("\(problem)\n\(last)", code: 71), "\(word)")
        }
    }

    private static let refusals: [(String, String, Int32)] = [
        ("-z", "Illegal argument \"?\"", 1), ("--zzz", "Illegal argument \"?\"", 1),
        ("-p", "Illegal argument \"?\"", 1), ("-o foo=1", "Illegal suboption \"foo=1\"", 1),
        ("-p 70000", "ERROR: Invalid port number 70000.", 64),
        ("-m 0", "Cannot set item size limit higher than 1/2 of memory max.", 64),
        ("-t 0", "Number of threads must be greater than 0", 1),
        ("-c 0", "Maximum connections must be greater than 0", 1),
        ("-R 0", "Number of requests per event must be greater than 0", 1),
        ("-f 1", "Factor must be greater than 1", 1), ("-n 0", "Chunk size must be greater than 0", 1),
        ("-I 100", "Item max size cannot be less than 1024 bytes.", 64),
        ("-I 1025m -m 8000", "Cannot set item size limit higher than a gigabyte.", 64),
        ("-N 9 -t 4", "Number of napi_ids(9) cannot be greater than number of threads(4)", 64),
        ("-Y /x -U 5", "Cannot use UDP with ascii authentication enabled (-U 0 to disable)", 64),
        ("-S -U 5", "ERROR: Cannot enable UDP while using binary SASL authentication.", 64),
        ("-U 70000", "ERROR: Invalid port number 70000.", 64),
        ("-o ,", "Illegal suboption \"\"", 1), ("-o slab_sizes", "Missing slab_sizes argument", 1),
        ("-o hashpower", "Missing numeric argument for hashpower", 1),
        ("-o tail_repair_time=5", "Cannot set tail_repair_time to less than 10 seconds", 1),
        ("-o hash_algorithm=foo", "Unknown hash_algorithm option (jenkins, murmur3, xxh3)", 1),
        ("-o hot_lru_pct=70", "hot_lru_pct + warm_lru_pct cannot be more than 80% combined", 64),
        ("-o slab_automove=3", "slab_automove must be between 0 and 2", 1),
        (
            "-B foo", "Invalid value for binding protocol: foo\n -- should be one of auto, binary, or ascii",
            64
        ),
    ]

    @Test("refusals keep memcached's words and codes", arguments: refusals)
    func refusal(line: String, text: String, code: Int32) {
        #expect(parse(line) == .refuse(text, code: code))
    }

    private static let notBuilt = [
        "-o ext_path=/x:1g", "-o proxy_config=x",
    ]

    @Test("what is not built is refused with a reason", arguments: notBuilt)
    func unbuilt(line: String) {
        guard case .refuse(let text, code: 64) = parse(line) else {
            Issue.record("\(line) was not refused")
            return
        }
        #expect(text.contains("support"))
    }

    @Test("-e names the folder of a log, wherever the process goes to work")
    func memoryFile() {
        guard case .start(let settings, _) = parse("-e /var/lib/cache/log/") else {
            Issue.record("it was refused")
            return
        }
        #expect(settings.isLogged && settings.loadsData)
        #expect(settings.appendLog.folder == "/var/lib/cache")
        #expect(settings.appendLog.folderName == "log")
        guard case .refuse(_, code: 64) = parse("-e /") else {
            Issue.record("the root folder is nobody's log")
            return
        }
    }

    @Test("options of the engine are in effect: no warning names them")
    func engineOptions() {
        let plain = started("")
        #expect(plain?.isShutdownEnabled == false && plain?.isDetailEnabled == false && plain?.weighsUse == true)
        #expect(plain?.compactionPolicy == .background && plain?.tracksItemSizes == false)
        let line = "-A -D / -o track_sizes,no_slab_reassign,slab_automove=2,no_lru_maintainer"
        guard case .start(let settings, let warnings) = parse(line) else {
            Issue.record("refused")
            return
        }
        #expect(warnings.isEmpty && settings.isShutdownEnabled && settings.isDetailEnabled)
        #expect(settings.prefixDelimiter == UInt8(ascii: "/") && settings.tracksItemSizes)
        #expect(!settings.isPageMoveEnabled && settings.compactionPolicy == .eager && !settings.weighsUse)
        #expect(started("-o no_slab_automove")?.compactionPolicy == .onDemand)
    }

    @Test("root must say who to be")
    func root() {
        #expect(parse("", isRoot: true) == .refuse("can't run as root without the -u switch", code: 64))
        #expect(started("-u root", isRoot: true)?.user == "root")
        #expect(started("-u nobody", isRoot: false)?.user == "")
    }

    @Test("every option and sub-option of memcached 1.6.45 is known, and the help names the options")
    func complete() {
        let letters = Set(MemcachedOptions.rows.map(\.option.letter))
        for letter in "pUsaAldrumMckvhiVPfnLDtRCbBISFXWYeZoN" {
            #expect(letters.contains(letter), "\(letter)")
        }
        #expect(MemcachedCommandLine.extendedNames.count >= 68)
        #expect(parse("-V") == .answer("memcached 1.6.45"))
        guard case .answer(let help) = parse("--help") else {
            Issue.record("no help")
            return
        }
        for row in MemcachedOptions.rows { #expect(row.usage.isEmpty || help.contains(row.usage)) }
    }

    @Test("tuning of memcached's own machinery is accepted and named in one line")
    func tuning() {
        guard case .start(_, let warnings) = parse("-f 1.5 -n 96 -o slab_automove,lru_crawler,modern") else {
            Issue.record("refused")
            return
        }
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasSuffix("-f, -n") == true)
    }

    @Test("what watches and crawls is set from the command line")
    func watching() {
        let list = "no_lru_crawler,lru_crawler_sleep=5,lru_crawler_tocrawl=7,watcher_logbuf_size=8,worker_logbuf_size=9"
        guard case .start(let settings, let warnings) = parse("-W -o \(list)") else {
            Issue.record("refused")
            return
        }
        #expect(warnings == [])
        #expect(!settings.isWatchEnabled && !settings.isCrawlerEnabled)
        #expect(settings.crawlerSleepMicroseconds == 5 && settings.crawlItemsMax == 7)
        #expect(settings.watcherLogSize == 8192 && settings.workerLogSize == 9216)
        let reported = settings.memcachedSettings
        #expect(!reported.isWatchEnabled && reported.workerLogSize == 9216)
    }

    @Test("-Z and ssl_* become TLS settings, and a second door is encrypted too")
    func tls() {
        let plain = started("")
        #expect(plain?.memcachedUsesTLS == false && plain?.tls.clients == PeerVerification.none)
        let settings = started(
            "-Z -o ssl_chain_cert=a.crt,ssl_key=a.key,ssl_keyformat=DER,ssl_verify_mode=2,ssl_ca_cert=ca.crt "
                + "-o ssl_ciphers=X:Y,ssl_session_cache,ssl_kernel_tls,ssl_min_version=3 --resp-port 7000 "
                + "-l 127.0.0.1,notls:127.0.0.1:5,mtls:[::1]:6")
        #expect(settings?.memcachedUsesTLS == true && settings?.respPort == 0 && settings?.respTLSPort == 7000)
        #expect(settings?.tls.certificateFile == "a.crt" && settings?.tls.keyFile == "a.key")
        #expect(settings?.tls.keyFormat == .der && settings?.tls.clients == .required)
        #expect(settings?.tls.authorityFile == "ca.crt" && settings?.tls.ciphers == "X:Y")
        #expect(settings?.tls.sessionCountMax == 20_480 && settings?.tls.usesKernel == true)
        #expect(settings?.tls.versions == [.v1_3])
        #expect(settings?.memcachedBind == ["127.0.0.1", "notls:127.0.0.1:5", "mtls:[::1]:6"])
        let plan = settings.map(ListenPlan.make) ?? []
        #expect(plan.filter { $0.door == .memcached }.map(\.tls) == [PlannedTLS(), nil, PlannedTLS(clients: .required)])
        #expect(started("-Z -o ssl_min_version=0")?.tls.versions == [.v1_0, .v1_1, .v1_2, .v1_3])
        #expect(started("-Z -o ssl_keyformat=2")?.tls.keyFormat == .der)
    }

    private static let wrongTLS: [(String, String, Int32)] = [
        ("-o ssl_chain_cert", "Missing ssl_chain_cert argument", 1), ("-o ssl_key", "Missing ssl_key argument", 1),
        ("-o ssl_verify_mode", "Missing ssl_verify_mode argument", 1),
        ("-o ssl_verify_mode=x", "could not parse argument to ssl_verify_mode", 1),
        ("-o ssl_verify_mode=4", "Invalid ssl_verify_mode. Use help to see valid options.", 1),
        ("-o ssl_min_version=9", "Invalid ssl_min_version. Use help to see valid options.", 1),
        ("-o ssl_keyformat=FOO", "could not parse argument to ssl_keyformat", 1),
        ("-o ssl_keyformat=ENGINE", "This server does not support keys in an engine (-o ssl_keyformat).", 1),
        ("-o ssl_wbuf_size=x", "could not parse argument to ssl_wbuf_size", 1),
        ("-Z -p 0", "ERROR: You cannot enable SSL without a TCP port.", 64),
        (
            "-l notls:127.0.0.1",
            "'notls' option is valid only when SSL is enabled\n"
                + "failed to listen on one of interface(s) notls:127.0.0.1: Success", 71
        ),
    ]

    @Test("wrong words about TLS are refused as memcached does", arguments: wrongTLS)
    func refusedTLS(line: String, text: String, code: Int32) {
        #expect(parse(line) == .refuse(text, code: code))
    }

    @Test("ssl_* without -Z, and what does nothing, are named")
    func idleTLS() {
        guard case .start(_, let warnings) = parse("-o ssl_key=x,ssl_wbuf_size=32") else {
            Issue.record("refused")
            return
        }
        #expect(warnings.contains("Without -Z nothing is encrypted: no effect of ssl_key, ssl_wbuf_size."))
        guard case .start(let settings, let others) = parse("-Z -o ssl_wbuf_size=32") else {
            Issue.record("refused")
            return
        }
        #expect(others.contains { $0.hasSuffix("ssl_wbuf_size") })
        #expect(settings.reportedRows["ssl_wbuf_size"] == "32768")
    }
}
