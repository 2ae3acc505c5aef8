// While an operator holds clients up.

import Synchronization
import Testing

@testable import Memcached

@Suite("Paused clients")
struct PauseGateTests {
    @Test(
        "what writes waits with all behind it, in its order, however its bytes come; what reads before it is served",
        arguments: [1, 7, Int.max])
    func writes(pieces: Int) {
        let server = TestServer()
        let client = server.connect()
        #expect(client.ask("set k 0 0 1\r\nv\r\n") == "STORED\r\n")
        server.frontEnd.paused = .writes
        let value = "VALUE k 0 1\r\nv\r\nEND\r\n"
        let replies = value + "VA 1\r\nv\r\nMN\r\nVERSION 1.6.45\r\nERROR\r\n"
        #expect(client.ask("get k\r\nmg k v\r\nmn\r\nversion\r\nnosuch\r\n") == replies)
        client.send("get k\r\nset k 0 0 1\r\nw\r\nget k\r\nincr k 1\r\nmn\r\n", piecesOf: pieces)
        #expect(client.takeReplies() == value && client.isWaiting)
        #expect(client.wake() == "" && client.isWaiting)
        // It may get stricter.
        server.frontEnd.paused = .all
        #expect(client.wake() == "" && client.isWaiting)
        server.frontEnd.paused = .none
        let refusal = "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"
        #expect(client.wake() == "STORED\r\nVALUE k 0 1\r\nw\r\nEND\r\n" + refusal + "MN\r\n")
        #expect(!client.isWaiting)
        #expect(client.ask("delete k\r\n") == "DELETED\r\n")
    }

    @Test("each command that writes waits", arguments: [
        "set k 0 0 1\r\nv\r\n", "add k 0 0 1\r\nv\r\n", "replace k 0 0 1\r\nv\r\n", "append k 0 0 1\r\nv\r\n",
        "prepend k 0 0 1\r\nv\r\n", "cas k 0 0 1 1\r\nv\r\n", "ms k 1\r\nv\r\n", "md k\r\n", "ma k\r\n", "delete k\r\n",
        "incr k 1\r\n", "decr k 1\r\n", "touch k 1\r\n", "gat 1 k\r\n", "gats 1 k\r\n", "flush_all\r\n",
    ])
    func verbs(request: String) {
        let server = TestServer()
        server.frontEnd.paused = .writes
        let client = server.connect()
        #expect(client.ask(request) == "" && client.isWaiting, "\(request)")
        server.frontEnd.paused = .none
        #expect(client.wake() != "" && !client.isWaiting, "\(request)")
    }

    @Test("all that is asked waits while everything is paused, but the end of a conversation")
    func everything() {
        let server = TestServer()
        server.frontEnd.paused = .all
        for request in ["get k\r\n", "mn\r\n", "stats\r\n", "version\r\n", "verbosity 0\r\n"] {
            let client = server.connect()
            #expect(client.ask(request) == "" && client.isWaiting, "\(request)")
        }
        let leaving = server.connect()
        _ = leaving.ask("quit\r\n")
        #expect(leaving.isClosed)
    }

    @Test("in binary too, with an onlooker as without", arguments: [false, true])
    func binary(isObserved: Bool) {
        let server = TestServer()
        if isObserved { server.frontEnd.setVerbosity(2) }
        let client = server.connect()
        #expect(client.ask(.store(.set, "k", "v")).map(\.text) == ["set success cas"])
        server.frontEnd.paused = .writes
        let answers = client.ask(Ask(.get, "k"), .store(.set, "k", "w"), Ask(.get, "k"))
        #expect(answers.map(\.text) == ["get success cas flags 0 = v"])
        #expect(client.isWaiting)
        let traffic = server.control.traffic.withLock { $0.count }
        server.frontEnd.paused = .none
        _ = client.wake()
        #expect(!client.isWaiting && server.connect().ask("get k\r\n") == "VALUE k 0 1\r\nw\r\nEND\r\n")
        #expect(server.control.traffic.withLock { $0.count } > traffic || !isObserved)
    }
}
