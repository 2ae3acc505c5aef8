// The binary protocol's commands, each in conversation. The answers are those of memcached 1.6.18.

import Base
import Engine
import Testing

@testable import Memcached

@Suite struct BinaryTests {
    @Test("get tells flags, CAS and value; the quiet and the key forms differ in misses and keys")
    func get() {
        converse([
            (.store(.set, "k", "value", flags: 5), ["set success cas"]),
            (Ask(.get, "k"), ["get success cas flags 5 = value"]),
            (Ask(.getQ, "k"), ["getQ success cas flags 5 = value"]),
            (Ask(.getK, "k"), ["getK success cas flags 5 key k = value"]),
            (Ask(.getKQ, "k"), ["getKQ success cas flags 5 key k = value"]),
            (Ask(.get, "x"), ["get notFound = Not found"]),
            (Ask(.getQ, "x"), []),
            (Ask(.getK, "x"), ["getK notFound key x"]),
            (Ask(.getKQ, "x"), []),
            (.store(.set, "empty", "", flags: .max), ["set success cas"]),
            (Ask(.get, "empty"), ["get success cas flags 4294967295"]),
            (Ask(.noop), ["noop success"]),
        ])
    }

    @Test("set, add and replace keep their conditions, and a number in the header makes them a comparison")
    func store() {
        converse([
            (.store(.add, "k", "1"), ["add success cas"]),
            (.store(.add, "k", "2"), ["add exists = Data exists for key."]),
            (.store(.addQ, "k", "2"), ["addQ exists = Data exists for key."]),
            (.store(.replace, "k", "3"), ["replace success cas"]),
            (.store(.replace, "x", "3"), ["replace notFound = Not found"]),
            (.store(.replaceQ, "x", "3"), ["replaceQ notFound = Not found"]),
            (.store(.setQ, "k", "4"), []),
            (.store(.replaceQ, "k", "5"), []),
            (.store(.addQ, "new", "6"), []),
            (Ask(.getKQ, "k"), ["getKQ success cas flags 0 key k = 5"]),
            (.store(.set, "k", "7", cas: 1), ["set exists = Data exists for key."]),
            (.store(.setQ, "x", "7", cas: 1), ["setQ notFound = Not found"]),
            (.store(.add, "k", "7", cas: 1), ["add exists = Data exists for key."]),
            (.store(.add, "x", "7", cas: 1), ["add notFound = Not found"]),
            (.store(.replace, "x", "7", cas: 1), ["replace notFound = Not found"]),
            (Ask(.getKQ, "new"), ["getKQ success cas flags 0 key new = 6"]),
        ])
    }

    @Test("the number that a set answers is the one that a get shows and a set compares")
    func compareAndSwap() {
        let client = TestServer().connect()
        let first = client.ask(.store(.set, "k", "1"))[0].cas
        #expect(client.ask(Ask(.get, "k"))[0].cas == first)
        let second = client.ask(.store(.set, "k", "2", cas: first))[0]
        #expect(second.status == 0 && second.cas != first && second.cas != 0)
        #expect(client.ask(.store(.set, "k", "3", cas: first))[0].text == "set exists = Data exists for key.")
        let appended = client.ask(.extend(.append, "k", "+", cas: second.cas))[0]
        #expect(appended.status == 0 && client.ask(Ask(.get, "k"))[0].cas == appended.cas)
        #expect(client.ask(.extend(.prepend, "k", "+", cas: first))[0].text == "prepend exists = Data exists for key.")
        #expect(client.ask(Ask(.delete, "k", cas: first))[0].text == "delete exists = Data exists for key.")
        #expect(client.ask(Ask(.delete, "k", cas: appended.cas))[0].text == "delete success")
        let number = client.ask(.count(.increment, "n", 1, initial: 5))[0]
        #expect(client.ask(.count(.increment, "n", 1, cas: number.cas))[0].text == "increment success cas = 6")
        #expect(client.ask(.count(.increment, "n", 1, cas: number.cas))[0].status == 2)
    }

    @Test("append and prepend keep the flags; a miss is not stored, told to the quiet ones too")
    func extend() {
        converse([
            (.store(.set, "k", "b", flags: 9), ["set success cas"]),
            (.extend(.append, "k", "c"), ["append success cas"]),
            (.extend(.prepend, "k", "a"), ["prepend success cas"]),
            (.extend(.appendQ, "k", "d"), []),
            (.extend(.prependQ, "k", "_"), []),
            (.extend(.append, "k", ""), ["append success cas"]),
            (Ask(.get, "k"), ["get success cas flags 9 = _abcd"]),
            (.extend(.append, "x", "c"), ["append notStored = Not stored."]),
            (.extend(.prependQ, "x", "c"), ["prependQ notStored = Not stored."]),
            (.extend(.append, "k", "c", cas: 1), ["append exists = Data exists for key."]),
        ])
    }

    @Test("delete answers without a number, and quietly when it succeeds")
    func delete() {
        converse([
            (Ask(.delete, "k"), ["delete notFound = Not found"]),
            (Ask(.deleteQ, "k"), ["deleteQ notFound = Not found"]),
            (.store(.set, "k", "1"), ["set success cas"]),
            (Ask(.deleteQ, "k", cas: 1), ["deleteQ exists = Data exists for key."]),
            (Ask(.deleteQ, "k"), []),
            (.store(.set, "k", "1"), ["set success cas"]),
            (Ask(.delete, "k"), ["delete success"]),
            (Ask(.get, "k"), ["get notFound = Not found"]),
        ])
    }

    @Test("counting wraps up, stops at 0, begins with the initial number, or does not begin")
    func count() {
        converse([
            (.count(.increment, "n", 1, initial: 7, exptime: .max), ["increment notFound = Not found"]),
            (.count(.decrementQ, "n", 1, initial: 7, exptime: .max), ["decrementQ notFound = Not found"]),
            (.count(.increment, "n", 1, initial: 7), ["increment success cas = 7"]),
            (.count(.increment, "n", 3), ["increment success cas = 10"]),
            (.count(.incrementQ, "n", 5), []),
            (.count(.decrement, "n", 1), ["decrement success cas = 14"]),
            (Ask(.get, "n"), ["get success cas flags 0 = 14"]),
            (.count(.decrementQ, "n", 100), []),
            (.count(.decrement, "n", 0), ["decrement success cas = 0"]),
            (Ask(.get, "n"), ["get success cas flags 0 = 0 "]),
            (.count(.incrementQ, "m", 1, initial: .max), []),
            (.count(.increment, "m", 2), ["increment success cas = 1"]),
            (.store(.set, "text", "abc"), ["set success cas"]),
            (
                .count(.increment, "text", 1),
                ["increment notANumber = Non-numeric server-side value for incr or decr"]
            ),
            (
                .count(.decrementQ, "text", 1),
                ["decrementQ notANumber = Non-numeric server-side value for incr or decr"]
            ),
            (.count(.increment, "n", 1, cas: 1), ["increment exists = Data exists for key."]),
            (.count(.increment, "fresh", 1, initial: 2, cas: 1), ["increment success cas = 2"]),
            (.count(.increment, "x", 1, exptime: .max, cas: 1), ["increment notFound = Not found"]),
        ])
    }

    @Test("touch answers flags without a value, gat the value too")
    func touch() {
        converse([
            (.store(.set, "k", "v", flags: 7), ["set success cas"]),
            (.touch(.touch, "k", exptime: 9), ["touch success cas flags 7"]),
            (.touch(.gat, "k", exptime: 0), ["gat success cas flags 7 = v"]),
            (.touch(.gatQ, "k", exptime: 9), ["gatQ success cas flags 7 = v"]),
            (.touch(.gatK, "k", exptime: 9), ["gatK success cas flags 7 key k = v"]),
            (.touch(.gatKQ, "k", exptime: 9), ["gatKQ success cas flags 7 key k = v"]),
            (.touch(.touch, "x", exptime: 9), ["touch notFound = Not found"]),
            (.touch(.gat, "x", exptime: 9), ["gat notFound = Not found"]),
            (.touch(.gatQ, "x", exptime: 9), []),
            (.touch(.gatK, "x", exptime: 9), ["gatK notFound key x"]),
            (.touch(.gatKQ, "x", exptime: 9), []),
        ])
    }

    @Test("an exptime is relative up to 30 days, absolute beyond, and never negative")
    func exptimes() {
        let client = TestServer().connect()
        _ = client.ask(
            .store(.set, "short", "v", exptime: 10), .store(.set, "long", "v", exptime: 10),
            .store(.set, "never", "v"), .store(.set, "all ones", "v", exptime: .max),
            .store(.set, "past", "v", exptime: 1_000_000_000), .count(.increment, "n", 1, exptime: 10))
        #expect(client.ask(Ask(.get, "past"))[0].status == 1)
        _ = client.ask(.touch(.touch, "long", exptime: 100))
        client.now.rawValue += 10_001
        let answers = ["short", "long", "never", "all ones", "n"].map { client.ask(Ask(.get, $0))[0].status }
        #expect(answers == [1, 0, 0, 0, 1])
        _ = client.ask(.touch(.gat, "never", exptime: UInt32(client.now.rawValue / 1000) + 3))
        client.now.rawValue += 4000
        #expect(client.ask(Ask(.get, "never"))[0].status == 1)
    }

    @Test("flush empties at once or later, and is an authentication failure where it is forbidden")
    func flush() {
        converse([
            (.store(.set, "k", "v"), ["set success cas"]),
            (Ask(.flush), ["flush success"]),
            (Ask(.get, "k"), ["get notFound = Not found"]),
            (Ask(.flushQ, extras: [0, 0, 0, 0]), []),
            (Ask(.flush, extras: [0, 0, 0, 9]), ["flush success"]),
        ])
        var settings = MemcachedSettings()
        settings.isFlushEnabled = false
        converse(
            [
                (Ask(.flush), ["flush authenticationFailed = Auth failure."]),
                (Ask(.flushQ, extras: [0, 0, 0, 9]), ["flushQ authenticationFailed = Auth failure."]),
            ], settings)
        let client = TestServer().connect()
        _ = client.ask(.store(.set, "k", "v"), Ask(.flush, extras: [0, 0, 0, 5]))
        #expect(client.ask(Ask(.get, "k"))[0].status == 0)
        client.now.rawValue += 5001
        #expect(client.ask(Ask(.get, "k"))[0].status == 1)
    }

    @Test("version, noop, verbosity and quit answer; quitq only closes")
    func administration() {
        converse(
            [
                (Ask(.version), ["version success = 1.6.45"]),
                (Ask(.noop), ["noop success"]),
                (Ask(.verbosity, extras: [0, 0, 0, 1]), ["verbosity success"]),
                (Ask(.quit), ["quit success"]),
            ], closes: true)
        converse([(Ask(.noop), ["noop success"]), (Ask(.quitQ), [])], closes: true)
    }

    @Test("what one protocol stores the other reads, with flags and the same CAS number")
    func bothProtocols() {
        let server = TestServer()
        let text = server.connect()
        let binary = server.connect()
        #expect(text.ask("set k 42 0 5\r\nhello\r\n") == "STORED\r\n")
        let answer = binary.ask(Ask(.getK, "k"))[0]
        #expect(answer.text == "getK success cas flags 42 key k = hello")
        #expect(text.ask("gets k\r\n") == "VALUE k 42 5 \(answer.cas)\r\nhello\r\nEND\r\n")
        let stored = binary.ask(.store(.set, "k", "there", flags: 43, cas: answer.cas))[0]
        #expect(text.ask("cas k 1 0 2 \(answer.cas)\r\nno\r\n") == "EXISTS\r\n")
        #expect(text.ask("cas k 1 0 3 \(stored.cas)\r\nyes\r\n") == "STORED\r\n")
        #expect(text.ask("ms counter 2\r\n10\r\n") == "HD\r\n")
        #expect(binary.ask(.count(.increment, "counter", 1))[0].text == "increment success cas = 11")
        #expect(text.ask("get counter\r\n") == "VALUE counter 0 2\r\n11\r\nEND\r\n")
    }

    @Test("without CAS numbers the answers show 0 and a set does not compare")
    func withoutCAS() {
        var settings = MemcachedSettings()
        settings.isCASEnabled = false
        converse(
            [
                (.store(.set, "k", "v"), ["set success"]),
                (.store(.set, "k", "w", cas: 5), ["set success"]),
                (.extend(.append, "k", "x", cas: 5), ["append success"]),
                (Ask(.get, "k"), ["get success flags 0 = wx"]),
                (Ask(.delete, "k", cas: 5), ["delete exists = Data exists for key."]),
                (.count(.increment, "n", 1, initial: 3), ["increment success = 3"]),
                (.count(.increment, "n", 1, cas: 5), ["increment exists = Data exists for key."]),
            ], settings)
    }

    @Test("gat counts as a touch alone, a number that begins as nothing, a set with a number as cas")
    func counters() {
        let server = TestServer()
        let client = server.connect()
        _ = client.ask(
            .store(.set, "k", "v"), Ask(.get, "k"), Ask(.getQ, "x"), .touch(.gat, "k", exptime: 0),
            .touch(.gatQ, "x", exptime: 0), .count(.increment, "n", 1), .count(.increment, "n", 1),
            .store(.set, "x", "v", cas: 1))
        let counters = server.frontEnd.counters
        let classes = server.frontEnd.classCounters
        #expect(classes.total(.getHits) == 1 && counters.total(.getMisses) == 1)
        #expect(counters.total(.cmdTouch) == 2 && classes.total(.touchHits) == 1)
        #expect(classes.total(.incrHits) == 1 && counters.total(.incrMisses) == 0)
        #expect(classes.total(.cmdSet) == 2 && counters.total(.casMisses) == 1)
    }

    @Test("stats detail counts binary requests by prefix too")
    func detail() {
        let client = TestServer().connect()
        #expect(client.ask(Ask(.stat, "detail on")).map(\.text) == ["stat success"])
        _ = client.ask(
            .store(.set, "a:1", "v"), Ask(.get, "a:1"), Ask(.get, "a:2"), Ask(.delete, "a:1"),
            .extend(.append, "a:1", "v"))
        let dump = client.ask(Ask(.stat, "detail dump"))
        #expect(
            dump.map(\.text) == [
                "stat success key detailed = PREFIX a get 2 hit 1 set 2 del 1\r\nEND\r\n", "stat success",
            ])
        #expect(client.ask(Ask(.stat, "detail off")).map(\.text) == ["stat success"])
    }
}
