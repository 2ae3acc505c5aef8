// The limit of connections, for those who want to wait rather than be refused.

import Base
import Glibc
import Testing

@testable import Transport

@Suite("Connections over the limit", .serialized)
struct LimitTests {
    @Test("without refusal they wait until another one closes, and the pause is told and counted")
    func waiting() throws {
        let server = try TestServer(workerCount: 1) {
            $0.connectionCountMax = 2
            $0.refusesOverLimit = false
        }
        defer { server.finish() }
        let first = try server.connect()
        let second = try server.connect()
        for client in [first, second] {
            client.send(TestPattern.frames("in"))
            #expect(client.receiveText() == "in")
        }
        // The kernel completes it; the server does not take it.
        let third = try server.connect()
        third.send(TestPattern.frames("me too"))
        waitUntil { server.workers.isAcceptPaused }
        #expect(server.openCount == 2)
        #expect(server.workers.counters.total(.acceptPauses) >= 1)
        first.close()
        #expect(third.receiveText() == "me too")
        // With the third one in, the limit is reached again.
        #expect(server.workers.counters.total(.rejected) == 0)
        #expect(server.workers.counters.total(.acceptPauseMicroseconds) > 0)
    }
}
