// What transcripts can not show of scripts: their shards, their end from outside, what they leave behind.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Scripts")
struct ScriptTests {
    let fixture = Fixture()

    private func reach(_ script: String) -> ScriptReach? {
        fixture.frontEnd.scriptCache[SHA1Digest(of: Array(script.utf8).span.rawBytes)]?
            .reach.load(ordering: .relaxed)
    }

    @Test("a script that keeps to its declared keys is known to, one that strays too")
    func reach() {
        let client = fixture.connect()
        let good = "redis.call('time') return redis.call('set', KEYS[1], redis.call('get', KEYS[2]) or 'x')"
        client.ask("EVAL", good, "2", "a", "b")
        #expect(reach(good) == .declaredKeys)
        for script in [
            "return redis.call('set', 'k' .. ARGV[1], 1)", "return redis.call('keys', '*')", "return redis.call('dbsize')",
            "return redis.call('zunionstore', KEYS[1], 1, 'far' .. ARGV[1])",
        ] {
            client.ask("EVAL", script, "1", "a", "12345")
            #expect(reach(script) == .anyKeys, "\(script)")
        }
    }

    @Test("a script known to keep to its keys may stray all the same")
    func strays() {
        let client = fixture.connect()
        let script = "if ARGV[1] then redis.call('set', ARGV[1], 'far') return redis.call('get', ARGV[1]) end return 1"
        #expect(client.ask("EVAL", script, "1", "a") == ":1\r\n")
        #expect(reach(script) == .declaredKeys)
        for index in 0..<20 {
            #expect(client.ask("EVAL", script, "1", "a", "key\(index)") == "$3\r\nfar\r\n")
        }
        #expect(reach(script) == .anyKeys)
        #expect(client.ask("EVAL", script, "0") == ":1\r\n")
        #expect(client.ask("DBSIZE") == ":20\r\n")
    }

    @Test("a script without keys that strays finds its shard")
    func straysFromNothing() {
        let client = fixture.connect()
        let script = "if ARGV[1] then return redis.call('incr', ARGV[1]) end return 1"
        #expect(client.ask("EVAL", script, "0") == ":1\r\n")
        #expect(client.ask("EVAL", script, "0", "n") == ":1\r\n")
        #expect(client.ask("EVAL", script, "0", "n") == ":2\r\n")
    }

    @Test("a reply without end, or too deep, is an error, and the client is served on")
    func endlessReplies() {
        let client = fixture.connect()
        let deep = client.ask("EVAL", "local t = {} t[1] = t return t", "0")
        #expect(deep.hasSuffix("*1\r\n-ERR reached lua stack limit\r\n"))
        #expect(client.ask("EVAL", "error({})", "0").hasPrefix("-ERR unknown error script: "))
        #expect(client.ask("EVAL", "local s = 'x' while true do s = s .. s end", "0").contains("not enough memory"))
        #expect(client.ask("PING") == "+PONG\r\n")
    }

    @Test("large values pass through scripts")
    func largeValues() {
        let client = fixture.connect()
        let value = String(repeating: "v", count: 300_000)
        client.ask("SET", "a", value)
        #expect(client.ask("EVAL", "return redis.call('get', KEYS[1])", "1", "a") == "$300000\r\n\(value)\r\n")
        #expect(client.ask("EVAL", "return redis.call('set', KEYS[1], redis.call('get', KEYS[2]))", "2", "b", "a") == "+OK\r\n")
        #expect(client.ask("STRLEN", "b") == ":300000\r\n")
        #expect(client.ask("EVAL", "return #redis.call('mget', KEYS[1], KEYS[2])[2]", "2", "a", "b") == ":300000\r\n")
    }

    @Test("redis.log goes to the server's log, and INFO counts scripts")
    func facts() {
        let client = fixture.connect()
        client.ask("EVAL", "redis.log(redis.LOG_NOTICE, 'a', 1, 'b')", "0")
        #expect(fixture.control.logged.withLock { $0 } == ["2 a 1 b"])
        let memory = client.ask("INFO", "memory")
        #expect(memory.contains("number_of_cached_scripts:1\r\n"))
        #expect(!memory.contains("used_memory_lua:0\r\n"))
        client.ask("SCRIPT", "FLUSH")
        #expect(client.ask("INFO", "memory").contains("number_of_cached_scripts:0\r\n"))
    }

    @Test("a killed script ends, one that has written does not")
    func kill() {
        let progress = ScriptProgress()
        let whenNothingRuns = progress.kill(functions: false)
        progress.begin(1, isFunction: false)
        let wasKilledBefore = progress.isKilled(1)
        let first = progress.kill(functions: false)
        let isKilled = progress.isKilled(1)
        progress.end()
        progress.begin(2, isFunction: false)
        let isNextKilled = progress.isKilled(2)
        progress.noteWriting()
        let second = progress.kill(functions: false)
        progress.end()
        #expect(whenNothingRuns == .nothingRuns && first == .killed && second == .hasWritten)
        #expect(!wasKilledBefore && isKilled && !isNextKilled)
    }

    @Test("while a script is busy others are told, and may end it")
    func busy() {
        let client = fixture.connect()
        fixture.frontEnd.noteBusyScript(1, isFunction: false)
        let busy = "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n"
        #expect(client.ask("GET", "a") == busy)
        #expect(client.ask("PING") == busy)
        #expect(client.ask("SHUTDOWN") == busy)
        #expect(client.ask("SCRIPT", "KILL") == "-NOTBUSY No scripts in execution right now.\r\n")
        fixture.frontEnd.noteBusyScript(-1, isFunction: false)
        #expect(client.ask("GET", "a") == "$-1\r\n")
    }

    @Test("MULTI, SELECT and the version of the protocol are the client's own again after a script")
    func restores() {
        let client = fixture.connect()
        client.ask("HELLO", "3")
        client.ask("EVAL", "redis.setresp(2) redis.call('select', 5) redis.call('set', 'a', 1) error('x')", "0")
        #expect(client.ask("GET", "a") == "_\r\n")
        client.ask("HSET", "h", "f", "v")
        #expect(client.ask("HGETALL", "h").hasPrefix("%1"))
        client.ask("SELECT", "5")
        #expect(client.ask("GET", "a") == "$1\r\n1\r\n")
    }
}
