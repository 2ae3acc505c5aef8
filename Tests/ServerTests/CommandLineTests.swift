// The command lines of duet and redis-server, and who was called.

import Testing

@testable import Server

@Suite("Command lines")
struct CommandLineTests {
    @Test("the name of the program, or the first word, chooses the personality")
    func personalities() {
        func called(_ arguments: String...) -> Invocation { Invocation(arguments, tools: ["bench"]) }
        #expect(
            called("/usr/bin/memcached", "-V")
                == .server(.memcached, arguments: ["/usr/bin/memcached", "-V"]))
        #expect(called("memcached-debug") == .server(.memcached, arguments: ["memcached-debug"]))
        #expect(
            called("/x/redis-server", "a.conf") == .server(.redis, arguments: ["/x/redis-server", "a.conf"]))
        #expect(
            called("./duet", "memcached", "-m", "1")
                == .server(.memcached, arguments: ["memcached", "-m", "1"]))
        #expect(
            called("duet", "redis", "--port", "1")
                == .server(.redis, arguments: ["redis-server", "--port", "1"]))
        #expect(called("duet", "bench", "--keys", "1") == .tool(arguments: ["bench", "--keys", "1"]))
        #expect(called("duet", "my.conf") == .server(.duet, arguments: ["duet", "my.conf"]))
        #expect(called("duet") == .server(.duet, arguments: ["duet"]))
    }

    private func started(_ line: String..., for personality: Personality) -> Configuration? {
        guard case .start(let settings, _) = parseDirectives([personality.program] + line, for: personality)
        else {
            return nil
        }
        return settings
    }

    @Test("plain duet opens both doors on loopback")
    func both() {
        let settings = started(for: .duet)
        #expect(settings?.respPort == 6379 && settings?.memcachedPort == 11211)
        #expect(
            settings?.respBind == ["127.0.0.1", "-::1"] && settings?.memcachedBind == ["127.0.0.1", "-::1"])
    }

    @Test("redis-server opens one door, and the second when asked to")
    func redis() {
        let alone = started("--port", "7777", "--save", "", for: .redis)
        #expect(alone?.respPort == 7777 && alone?.memcachedPort == 0)
        #expect(alone?.respBind == ["127.0.0.1", "-::1"])
        let both = started(
            "--bind", "*", "--memcached-port", "11299", "--appendonly", "no", "--save", for: .redis)
        #expect(both?.memcachedPort == 11299 && both?.respBind == ["*"])
    }

    @Test("a directive takes words until the next one")
    func several() {
        let settings = started("--bind", "127.0.0.2", "127.0.0.3", "--port", "1", for: .duet)
        #expect(settings?.respBind == ["127.0.0.2", "127.0.0.3"] && settings?.respPort == 1)
        let inOneWord = started("--bind", "127.0.0.2 127.0.0.3", for: .duet)
        #expect(inOneWord?.respBind == ["127.0.0.2", "127.0.0.3"])
    }

    private static let wrongLines = [
        ["--foo", "bar"], ["--port", "abc"], ["--port"], ["/nonexistent.conf"], ["--memcached-db", "16"],
        ["-x"],
    ]

    @Test("a wrong directive on the command line stops the start", arguments: wrongLines)
    func refused(line: [String]) {
        guard case .refuse(let text, code: 1) = parseDirectives(["duet"] + line, for: .duet) else {
            Issue.record("\(line) was accepted")
            return
        }
        #expect(text.contains("FATAL CONFIG FILE ERROR"))
    }

    @Test("help and version answer in every personality")
    func answers() {
        let questions: [(Personality, String, String)] = [
            (.duet, "--help", "Usage: duet"), (.redis, "-h", "Usage: redis-server"),
            (.duet, "--version", "duet "), (.redis, "-v", "Redis server v=7.2.0"),
        ]
        for (personality, flag, beginning) in questions {
            guard case .answer(let text) = parseDirectives(["x", flag], for: personality) else {
                Issue.record("\(flag) did not answer")
                continue
            }
            #expect(text.hasPrefix(beginning))
        }
    }

    @Test("a password with an open memcached door is worth a warning")
    func passwordWarning() {
        guard case .start(_, let warnings) = parseDirectives(["duet", "--requirepass", "x"], for: .duet)
        else {
            Issue.record("refused")
            return
        }
        #expect(warnings.count == 1)
    }
}
