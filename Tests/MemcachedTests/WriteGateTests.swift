// While the disk fails that writes are meant for.

import Testing

@testable import Memcached

@Suite("Out of disk")
struct WriteGateTests {
    @Test(
        "writes are refused with their blocks, reads are served, and all is as before afterwards",
        arguments: [1, 7, Int.max])
    func text(pieces: Int) {
        let server = TestServer()
        let client = server.connect()
        #expect(client.ask("set k 0 0 1\r\nv\r\n") == "STORED\r\n")
        server.frontEnd.isReadOnly = true
        client.send(
            "set k 0 0 5\r\nget k\r\nget k\r\nms k 2 T0\r\nab\r\nadd n 0 0 1 noreply\r\nx\r\ndelete k\r\n"
                + "incr k 1\r\nmd k q\r\ngat 10 k\r\nflush_all\r\nmn\r\nget k\r\n", piecesOf: pieces)
        let refusal = "SERVER_ERROR out of disk\r\n"
        let value = "VALUE k 0 1\r\nv\r\nEND\r\n"
        let refused = String(repeating: refusal, count: 5)
        #expect(client.takeReplies() == refusal + value + refusal + refused + "MN\r\n" + value)
        #expect(client.ask("set k 0 0 x\r\n") == "CLIENT_ERROR bad command line format\r\n")
        server.frontEnd.isReadOnly = false
        #expect(client.ask("set k 0 0 1\r\nw\r\n") == "STORED\r\n")
    }

    @Test("in binary too, and quiet commands are told")
    func binary() {
        let server = TestServer()
        let client = server.connect()
        #expect(client.ask(.store(.set, "k", "v")).map(\.text) == ["set success cas"])
        server.frontEnd.isReadOnly = true
        let answers = client.ask(
            .store(.setQ, "k", "w"), Ask(.delete, "k"), .touch(.touch, "k", exptime: 1), Ask(.get, "k"))
        #expect(
            answers.map(\.text) == [
                "setQ outOfDisk = Out of disk", "delete outOfDisk = Out of disk", "touch outOfDisk = Out of disk",
                "get success cas flags 0 = v",
            ])
    }
}
