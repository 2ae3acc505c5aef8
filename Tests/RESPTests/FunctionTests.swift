// What transcripts can not show of functions: several workers, their shards, their end from outside, limits.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Functions")
struct FunctionTests {
    let fixture = Fixture()

    private func client(worker: Int) -> Conversation {
        let id = UInt64(100 + worker)
        let peer = ClientPeer.conversation(id: id, address: "127.0.0.1:\(id)", openedAt: Fixture.start)
        return Conversation(fixture.frontEnd.makeSession(peer, worker: worker))
    }

    private func library(_ name: String, _ functions: [String: String]) -> String {
        "#!lua name=\(name)\n"
            + functions.sorted { $0.key < $1.key }.map { name, body in
                "redis.register_function('\(name)', function(keys, args) \(body) end)"
            }.joined(separator: "\n")
    }

    @Test("what one worker loads, replaces or deletes is so for all of them")
    func workers() {
        let clients = (0..<4).map(client)
        for round in 0..<8 {
            let loader = clients[round % 4]
            let text = library("l", ["f": "return \(round)", "g": "return redis.call('incr', keys[1])"])
            #expect(loader.ask("FUNCTION", "LOAD", "REPLACE", text) == "$1\r\nl\r\n")
            for client in clients {
                #expect(client.ask("FCALL", "f", "0") == ":\(round)\r\n")
            }
        }
        #expect(!clients[0].ask("INFO", "memory").contains("used_memory_vm_functions:0\r\n"))
        for (index, client) in clients.enumerated() {
            #expect(client.ask("FCALL", "g", "1", "n") == ":\(index + 1)\r\n")
        }
        clients[2].ask("FUNCTION", "DELETE", "l")
        for client in clients { #expect(client.ask("FCALL", "f", "0") == "-ERR Function not found\r\n") }
        let info = clients[0].ask("INFO", "memory")
        #expect(info.contains("number_of_functions:0\r\n") && info.contains("number_of_libraries:0\r\n"))
        #expect(info.contains("used_memory_vm_functions:0\r\n"))
    }

    /// What threads of a test share.
    private final class Published: Sendable {
        let round = Atomic<Int>(0)
    }

    @Test("while libraries are replaced by one thread, others see one of them whole, and never an older one again")
    func races() throws {
        let rounds = 150
        let published = Published()
        let loader = client(worker: 0)
        func text(_ round: Int) -> String { library("l", ["f": "return \(round)", "g": "return \(round)"]) }
        loader.ask("FUNCTION", "LOAD", text(0))
        let frontEnd = fixture.frontEnd
        let threads = try (1...2).map { worker in
            try Thread(name: "caller") { Self.call(frontEnd, worker, published, until: rounds) }
        }
        for round in 1...rounds {
            let reply = loader.ask("FUNCTION", "LOAD", "REPLACE", text(round))
            if reply != "$1\r\nl\r\n" { Issue.record("\(reply)") }
            published.round.store(round, ordering: .releasing)
        }
        for thread in threads { thread.join() }
    }

    private static func call(_ frontEnd: RESPFrontEnd, _ worker: Int, _ published: Published, until end: Int) {
        let peer = ClientPeer.conversation(id: UInt64(worker), address: "127.0.0.1:1", openedAt: Fixture.start)
        let client = Conversation(frontEnd.makeSession(peer, worker: worker))
        var last = 0
        while last < end {
            let least = max(last, published.round.load(ordering: .acquiring))
            let reply = client.ask("FCALL", "f", "0")
            let alone = Int(reply.dropFirst().dropLast(1)) ?? -1
            if alone < least { Issue.record("\(reply) after \(least)") }
            client.ask("MULTI")
            client.ask("FCALL", "f", "0")
            client.ask("FCALL", "g", "0")
            let pair = client.ask("EXEC").split(separator: "\r\n")
            if pair.count != 3 || pair[1] != pair[2] { Issue.record("\(pair)") }
            last = max(alone, Int(pair.last?.dropFirst() ?? "") ?? end)
        }
        client.session.connectionClosed()
    }

    @Test("a function that keeps to its declared keys is known to, one that strays too")
    func reach() {
        let client = client(worker: 0)
        let text = library(
            "l", ["good": "return redis.call('set', keys[1], 'x')", "far": "return redis.call('get', 'far' .. args[1])"])
        client.ask("FUNCTION", "LOAD", text)
        client.ask("FCALL", "good", "1", "a")
        client.ask("FCALL", "far", "1", "a", "12345")
        let functions = fixture.frontEnd.functions.current.libraries[0].functions
        #expect(functions.map { $0.script.reach.load(ordering: .relaxed) } == [.anyKeys, .declaredKeys])
    }

    @Test("SCRIPT KILL ends scripts, FUNCTION KILL functions")
    func kill() {
        let progress = ScriptProgress()
        progress.begin(1, isFunction: true)
        let other = progress.kill(functions: false)
        let own = progress.kill(functions: true)
        let isKilled = progress.isKilled(1)
        progress.end()
        progress.begin(2, isFunction: false)
        let script = progress.kill(functions: true)
        progress.noteWriting()
        let written = progress.kill(functions: true)
        progress.end()
        #expect(other == .otherKind && own == .killed && isKilled && script == .otherKind && written == .hasWritten)
    }

    @Test("while a function is busy others are told which command ends it, and what runs")
    func busy() {
        let client = client(worker: 0)
        let scripts = client.session.scripts
        fixture.frontEnd.noteBusyScript(1, isFunction: true)
        let busy = "-BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.\r\n"
        #expect(client.ask("GET", "a") == busy)
        #expect(client.ask("FCALL", "f", "0") == busy)
        scripts.progress.begin(1, isFunction: true)
        #expect(client.ask("SCRIPT", "KILL") == busy)
        scripts.shown.withLock {
            $0 = RunningFunction(
                name: "f", words: ["FCALL", "f", "0"].map { Array($0.utf8) }, startedAt: Milliseconds.readClock())
        }
        #expect(client.ask("FUNCTION", "STATS").contains("$1\r\nf\r\n$7\r\ncommand\r\n*3\r\n$5\r\nFCALL\r\n"))
        #expect(client.ask("FUNCTION", "KILL") == "+OK\r\n")
        scripts.progress.end()
        scripts.shown.withLock { $0 = nil }
        fixture.frontEnd.noteBusyScript(-1, isFunction: true)
        fixture.frontEnd.noteBusyScript(1, isFunction: false)
        let script = "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n"
        #expect(client.ask("FUNCTION", "STATS") == script)
        #expect(client.ask("FUNCTION", "KILL") == "-NOTBUSY No scripts in execution right now.\r\n")
        fixture.frontEnd.noteBusyScript(-1, isFunction: false)
    }

    @Test("libraries come to a limit together")
    func limit() throws {
        let code = [UInt8](repeating: 10, count: RESPLimits.librariesSizeMax / 2)
        func library(_ name: String) -> FunctionLibrary {
            let function = LibraryFunction(description: nil, script: Script(functionName: "f" + name, []))
            return FunctionLibrary(name: name, code: code, programStart: 0, functions: [function])
        }
        let set = try FunctionSet().joining([library("a")], replaces: false).get()
        guard case .failure(let refusal) = set.joining([library("b")], replaces: false) else {
            Issue.record("too much was taken")
            return
        }
        #expect(refusal.text == "Libraries may have \(RESPLimits.librariesSizeMax) bytes together")
        #expect(try set.joining([library("a")], replaces: true).get().functionCount == 1)
    }

    @Test("users need rules for FUNCTION's subcommands, for FCALL and for its keys")
    func access() {
        let client = client(worker: 0)
        client.ask("FUNCTION", "LOAD", library("l", ["f": "return redis.call('get', args[1] or keys[1])"]))
        client.ask("ACL", "SETUSER", "u", "on", "nopass", "~a*", "+fcall", "+get", "+function|list", "+auth")
        client.ask("AUTH", "u", "x")
        #expect(client.ask("FCALL", "f", "1", "a") == "$-1\r\n")
        let keys = "-NOPERM this user has no permissions to access one of the keys used as arguments\r\n"
        #expect(client.ask("FCALL", "f", "1", "b") == keys)
        #expect(client.ask("FCALL", "f", "1", "a", "b").hasPrefix("-ERR The user executing the script can't access"))
        #expect(client.ask("FUNCTION", "LIST").hasPrefix("*1"))
        let command = "-NOPERM this user has no permissions to run the 'function|flush' command\r\n"
        #expect(client.ask("FUNCTION", "FLUSH") == command)
        #expect(client.ask("FCALL_RO", "f", "1", "a").hasPrefix("-NOPERM"))
    }

    @Test("libraries of a file are taken over as a whole")
    func takesOver() {
        let client = client(worker: 0)
        client.ask("FUNCTION", "LOAD", library("a", ["f": "return 1"]))
        var handle = fixture.engine.makeHandle()
        func take(_ texts: [String], drops: Bool) -> String? {
            fixture.frontEnd.take(libraries: texts.map { Array($0.utf8) }, dropsOthers: drops, &handle)
        }
        #expect(take([library("b", ["g": "return 2"]), library("c", ["f": "return 3"])], drops: false) != nil)
        #expect(take([library("b", ["g": "return 2"]), "#!lua name=c\n"], drops: true) == "No functions registered")
        #expect(client.ask("FCALL", "f", "0") == ":1\r\n")
        #expect(client.ask("FCALL", "g", "0") == "-ERR Function not found\r\n")
        #expect(take([library("b", ["g": "return 2"]), library("a", ["f": "return 3"])], drops: false) == nil)
        #expect(client.ask("FCALL", "f", "0") == ":3\r\n" && client.ask("FCALL", "g", "0") == ":2\r\n")
        #expect(take([library("c", ["h": "return 4"])], drops: true) == nil)
        #expect(client.ask("FCALL", "f", "0") == "-ERR Function not found\r\n")
        #expect(client.ask("FCALL", "h", "0") == ":4\r\n")
    }
}
