// Commands that save: what clients hear while the disk works, and the gates in front of all others.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Saving")
struct SavingTests {
    @Test("BGSAVE beside another save is refused, as is one that cannot start")
    func busy() {
        let fixture = Fixture()
        let client = fixture.connect()
        fixture.control.savingStart.withLock { $0 = .busy }
        #expect(client.ask("BGSAVE") == "-ERR Background save already in progress\r\n")
        #expect(client.ask("SAVE") == "-ERR Background save already in progress\r\n")
        fixture.control.savingStart.withLock { $0 = .failed("no thread") }
        #expect(client.ask("BGSAVE") == "-ERR no thread\r\n")
        #expect(client.ask("PING") == "+PONG\r\n")
    }

    @Test("while data is loaded, only what needs none is served")
    func loading() {
        let fixture = Fixture()
        let early = fixture.connect()
        fixture.frontEnd.gateState = .loading
        let client = fixture.connect()
        for each in [early, client] {
            #expect(each.ask("GET", "k") == "-LOADING Redis is loading the dataset in memory\r\n")
            #expect(each.ask("SET", "k", "v") == "-LOADING Redis is loading the dataset in memory\r\n")
            #expect(each.ask("PING") == "-LOADING Redis is loading the dataset in memory\r\n")
            #expect(each.ask("SELECT", "0") == "+OK\r\n")
            #expect(each.ask("LASTSAVE") == ":0\r\n")
        }
        fixture.frontEnd.gateState = .open
        for each in [early, client] { #expect(each.ask("SET", "k", "v") == "+OK\r\n") }
    }

    @Test("while the disk fails, nothing is written and all is read")
    func readOnly() {
        let fixture = Fixture()
        let client = fixture.connect()
        #expect(client.ask("SET", "k", "v") == "+OK\r\n")
        let late = fixture.connect()
        #expect(late.ask("MULTI") == "+OK\r\n")
        #expect(late.ask("SET", "k", "x") == "+QUEUED\r\n")
        fixture.frontEnd.gateState = .readOnly
        #expect(late.ask("EXEC").hasPrefix("-EXECABORT Transaction discarded because of: MISCONF "))
        #expect(late.ask("EXEC") == "-ERR EXEC without MULTI\r\n")
        #expect(late.ask("MULTI") == "+OK\r\n")
        #expect(late.ask("GET", "k") == "+QUEUED\r\n")
        #expect(late.ask("EXEC") == "*1\r\n$1\r\nv\r\n")
        #expect(client.ask("SET", "k", "w").hasPrefix("-MISCONF "))
        #expect(client.ask("LPUSH", "l", "w").hasPrefix("-MISCONF "))
        #expect(client.ask("GET", "k") == "$1\r\nv\r\n")
        #expect(client.ask("EXISTS", "l") == ":0\r\n")
        fixture.frontEnd.gateState = .open
        #expect(client.ask("SET", "k", "w") == "+OK\r\n")
    }

    @Test("DEBUG RELOAD passes its options on, where it is allowed")
    func reload() {
        let fixture = Fixture()
        fixture.control.allowsDebugging.withLock { $0 = true }
        fixture.control.savingStart.withLock { $0 = .busy }
        let client = fixture.connect()
        #expect(client.ask("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH") == "-ERR Background save already in progress\r\n")
        let orders = fixture.control.reloads.withLock { $0 }
        #expect(orders.count == 1 && orders[0].saves == false && orders[0].flushes == false)
        #expect(
            client.ask("DEBUG", "RELOAD", "x")
                == "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n")
        #expect(client.ask("DEBUG", "LOADAOF") == "-ERR Background save already in progress\r\n")
        #expect(fixture.control.reloads.withLock { $0.map(\.isOfLog) } == [false, true])
        fixture.control.savingStart.withLock { $0 = .failed("there is no log to load: appendonly is no") }
        #expect(client.ask("DEBUG", "LOADAOF", "x") == "-ERR there is no log to load: appendonly is no\r\n")
        for word in ["RELOAD", "LOADAOF"] {
            client.ask("MULTI")
            client.ask("DEBUG", word)
            #expect(client.ask("EXEC") == "*1\r\n-ERR DEBUG \(word) is not possible inside a transaction\r\n")
            fixture.frontEnd.gateState = .loading
            #expect(client.ask("DEBUG", word) == "-LOADING Redis is loading the dataset in memory\r\n")
            fixture.frontEnd.gateState = .open
        }
        #expect(
            client.ask("DEBUG", "foo")
                == "-ERR unknown subcommand or wrong number of arguments for 'foo'. Try DEBUG HELP.\r\n")
    }
}
