// stat: the text command's rows as packets, and the sub-commands that have no rows.

import Base
import Testing

@testable import Memcached

@Suite struct BinaryStatisticsTests {
    @Test("stat has the rows of text's stats, in packets, and an empty one behind them")
    func rows() {
        let server = TestServer()
        let text = server.connect()
        let client = server.connect()
        for name in ["", "settings", "items", "slabs", "sizes", "conns"] {
            let answers = client.ask(Ask(.stat, name))
            let expected = text.ask(name.isEmpty ? "stats\r\n" : "stats \(name)\r\n").split(separator: "\r\n")
            #expect(answers.last.map { $0.key.isEmpty && $0.value.isEmpty && $0.status == 0 } == true, "\(name)")
            #expect(answers.dropLast().allSatisfy { $0.status == 0 && $0.opcode == 0x10 })
            let names = answers.dropLast().map(\.key)
            #expect(names == expected.dropLast().map { String($0.split(separator: " ")[1]) }, "\(name)")
        }
        let version = client.ask(Ask(.stat)).first { $0.key == "version" }
        #expect(version?.text == "stat success key version = 1.6.45")
    }

    @Test("stat reset resets, whatever follows the word; other names are not found")
    func others() {
        let server = TestServer()
        let client = server.connect()
        _ = client.ask(Ask(.get, "x"))
        #expect(server.frontEnd.counters.total(.getMisses) == 1)
        #expect(client.ask(Ask(.stat, "resetting")).map(\.text) == ["stat success"])
        #expect(server.frontEnd.counters.total(.getMisses) == 0)
        for name in ["r", "foo", "detail", "cachedump 1 1", "items x", "extstore"] {
            #expect(client.ask(Ask(.stat, name)).map(\.text) == ["stat notFound = Not found"], "\(name)")
        }
    }
}
