// Libraries of functions and sudden death: what was acknowledged is there, with what its functions wrote.

import Base
import Testing

@Suite("Killed with functions", .serialized, .enabled(if: Victim.program != nil))
struct FunctionKillTests {
    @Test("with appendfsync always the library that was acknowledged last is there, whole")
    func killed() throws {
        let folder = TestFolder()
        let settings = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        var count = 0
        for round in 0..<6 {
            let victim = try Victim(in: folder, settings)
            let wire = try victim.connect()
            try wire.waitUntilLoaded()
            if count > 0 {
                #expect(try wire.ask("FCALL version 0") == ":\(count)", "round \(round)")
                #expect(try wire.ask("FCALL total 1 n") == ":\(count)")
            }
            for _ in 0..<5 {
                count += 1
                let code = ##""#!lua name=l\nredis.register_function('version', function() return \##(count) end)\n"##
                    + #"redis.register_function('total', function(k) return tonumber(redis.call('get', k[1])) end)\n"#
                    + #"redis.register_function('add', function(k) return redis.call('incr', k[1]) end)""#
                #expect(try wire.ask("FUNCTION LOAD REPLACE \(code)") == "$1")
                #expect(try wire.line() == "l")
                #expect(try wire.ask("FCALL add 1 n") == ":\(count)")
            }
            if round % 2 == 0 { _ = try wire.ask("BGREWRITEAOF") }
            victim.kill()
        }
    }
}
