// Users: what they may do on every way in, what happens when that changes, and rules of any bytes.

import Base
import Engine
import Testing

@testable import RESP

@Suite("Users and permissions")
struct AccessTests {
    /// A request of each command and subcommand with as many arguments as it wants.
    private static let requests: [(name: String, words: [String], isOpen: Bool)] = CommandTable.specs.flatMap { spec in
        let all = spec.subcommands.map { ($0, [spec.name, $0.name]) } + (spec.subcommands.isEmpty ? [(spec, [spec.name])] : [])
        return all.map { spec, names in
            let count = max(abs(spec.arity), names.count)
            let words = names + Array(repeating: "1", count: count - names.count)
            return (names.joined(separator: "|"), words, spec.flags.contains(.noAuthentication))
        }
    }

    @Test("nobody does anything before logging in, but for what logging in needs")
    func unauthenticated() {
        var settings = RESPSettings()
        settings.password = Array("secret".utf8)
        let fixture = Fixture(EngineOptions(), settings)
        for request in Self.requests where !request.isOpen {
            let client = fixture.connect()
            #expect(client.ask(request.words) == "-NOAUTH Authentication required.\r\n", "\(request.name)")
            #expect(client.ask("MULTI") == "-NOAUTH Authentication required.\r\n")
            client.session.connectionClosed()
        }
        // Plain lines, and a pipeline that begins with a wrong password.
        let client = fixture.connect()
        client.send("GET a\r\nAUTH wrong\r\nSET a 1\r\nAUTH secret\r\nSET a 2\r\n".utf8)
        #expect(
            String(decoding: client.replies, as: UTF8.self) == """
                -NOAUTH Authentication required.\r
                -WRONGPASS invalid username-password pair or user is disabled.\r
                -NOAUTH Authentication required.\r
                +OK\r
                +OK\r\n
                """)
    }

    @Test("a user without permissions does nothing, alone and in a transaction, whatever the protocol")
    func nothingAllowed() {
        let fixture = Fixture()
        let admin = fixture.connect()
        #expect(admin.ask("ACL", "SETUSER", "none", "on", "nopass", "allkeys", "allchannels") == "+OK\r\n")
        for version in ["2", "3"] {
            for request in Self.requests where !request.isOpen {
                let client = fixture.connect()
                #expect(!client.ask("HELLO", version, "AUTH", "none", "x").hasPrefix("-"))
                let refusal = "-NOPERM this user has no permissions to run the '\(request.name)' command\r\n"
                let reply = client.ask(request.words)
                #expect(reply == refusal, "\(request.words)")
                client.session.connectionClosed()
            }
        }
        #expect(admin.ask("DBSIZE") == ":0\r\n")
    }

    @Test("keys are judged by what is done to them, in each selector by itself")
    func keys() {
        let fixture = Fixture()
        let admin = fixture.connect()
        admin.ask(["ACL", "SETUSER", "u", "on", "nopass", "+@all", "%R~in:*", "%W~out:*", "~both", "~g[ab]?", "(+get ~extra)"])
        let client = fixture.connect()
        client.ask("AUTH", "u", "x")
        let refusal = "-NOPERM this user has no permissions to access one of the keys used as arguments\r\n"
        for words in [
            ["GET", "in:1"], ["SET", "out:1", "x"], ["GETSET", "both", "x"], ["COPY", "in:1", "out:2"], ["GET", "gax"], ["GET", "extra"],
            ["SUNIONSTORE", "out:s", "in:a", "in:b"], ["EXISTS", "in:1", "out:1"], ["OBJECT", "ENCODING", "out:1"], ["ZUNION", "2", "in:1", "both"],
            ["XREAD", "STREAMS", "in:x", "0"], ["SORT", "in:l", "STORE", "out:l"], ["BITFIELD", "in:1", "GET", "u8", "0"],
        ] {
            #expect(client.ask(words) != refusal, "\(words)")
        }
        for words in [
            ["SET", "in:1", "x"], ["GET", "out:1"], ["COPY", "in:1", "in:2"], ["GETSET", "out:1", "x"], ["GET", "gcx"], ["GET", "ga"], ["GET", "gaxx"],
            ["SET", "extra", "x"], ["GET", "bot"], ["GET", "both2"], ["GET", ""], ["GET", "in"], ["SUNIONSTORE", "out:s", "in:a", "c"], ["MGET", "in:1", "out:1"],
            ["OBJECT", "ENCODING", "other"], ["ZUNION", "2", "in:1", "out:1"], ["XREAD", "STREAMS", "in:x", "y", "0", "0"], ["SORT", "in:l", "STORE", "in:l"],
            ["MIGRATE", "h", "1", "", "0", "1", "KEYS", "both", "other"], ["LMPOP", "2", "both", "in:1", "LEFT"], ["SET", "in:1", "x", "GET"], ["SET", "out:1", "x", "GET"], ["BITFIELD", "out:1", "GET", "u8", "0"],
        ] {
            #expect(client.ask(words) == refusal, "\(words)")
        }
    }

    @Test("keys of any length are judged as their patterns say, and by what is done to them")
    func patterns() {
        let fixture = Fixture()
        let (admin, client) = (fixture.connect(), fixture.connect())
        admin.ask("ACL", "SETUSER", "u", "on", "nopass", "+@all")
        client.ask("AUTH", "u", "x")
        var random = SystemRandomNumberGenerator()
        func text(_ sizeMax: Int, _ letters: [UInt8]) -> [UInt8] {
            (0..<Int.random(in: 0...sizeMax, using: &random)).map { _ in letters.randomElement(using: &random)! }
        }
        for _ in 0..<1500 {
            // Most begin alike, in all that is compared at once.
            let stem: [UInt8] = Bool.random(using: &random) ? [] : Array("ababababababab".utf8.prefix(.random(in: 6...12)))
            var rules: [(text: [UInt8], reads: Bool, writes: Bool)] = []
            for _ in 0..<3 {
                let pattern = stem + text(3, Array("ab".utf8)) + (Bool.random(using: &random) ? [] : text(2, Array("*?a".utf8)))
                let (reads, writes) = [(true, true), (true, false), (false, true)].randomElement(using: &random)!
                // What is said of the same pattern twice is one rule.
                if pattern.isEmpty || pattern == Array("*".utf8) || rules.contains(where: { $0.text == pattern }) { continue }
                rules.append((pattern, reads, writes))
            }
            var words = ["ACL", "SETUSER", "u", "resetkeys"].map { Array($0.utf8) }
            for rule in rules {
                words.append(Array((rule.reads && rule.writes ? "~" : rule.reads ? "%R~" : "%W~").utf8) + rule.text)
            }
            let isDone = admin.replies.count
            admin.send(Conversation.request(words))
            #expect(String(decoding: admin.replies[isDone...], as: UTF8.self) == "+OK\r\n")
            let key = Array(stem.prefix(.random(in: 0...stem.count))) + text(4, Array("ab\0".utf8))
            func mayDo(_ words: [[UInt8]]) -> Bool {
                let before = client.replies.count
                client.send(Conversation.request(words))
                return !client.replies[before...].starts(with: "-NOPERM".utf8)
            }
            func isAllowed(reads: Bool, writes: Bool) -> Bool {
                rules.contains {
                    Glob($0.text.span.rawBytes).matches(key.span.rawBytes) && (!reads || $0.reads) && (!writes || $0.writes)
                }
            }
            let (get, set, v) = (Array("GET".utf8), Array("SET".utf8), Array("v".utf8))
            #expect(mayDo([get, key]) == isAllowed(reads: true, writes: false), "\(rules) \(key)")
            #expect(mayDo([set, key, v]) == isAllowed(reads: false, writes: true), "\(rules) \(key)")
            #expect(mayDo([set, key, v, get]) == isAllowed(reads: true, writes: true), "\(rules) \(key)")
            #expect(mayDo([Array("DEL".utf8), key, key]) == isAllowed(reads: false, writes: true), "\(rules) \(key)")
            #expect(mayDo([Array("GETDEL".utf8), key]) == isAllowed(reads: true, writes: true), "\(rules) \(key)")
        }
    }

    @Test("a change of rules holds for those who are logged in already, from their next request on")
    func changes() {
        let fixture = Fixture()
        let admin = fixture.connect()
        admin.ask("ACL", "SETUSER", "u", "on", ">pw", "+@all", "allkeys")
        let client = fixture.connect()
        #expect(client.ask("AUTH", "u", "px") == "-WRONGPASS invalid username-password pair or user is disabled.\r\n")
        #expect(client.ask("AUTH", "u", "pw") == "+OK\r\n")
        #expect(client.ask("SET", "a", "1") == "+OK\r\n")
        admin.ask("ACL", "SETUSER", "u", "-set", ">other", "<pw", "off")
        #expect(client.ask("SET", "a", "1") == "-NOPERM this user has no permissions to run the 'set' command\r\n")
        #expect(client.ask("GET", "a") == "$1\r\n1\r\n")
        #expect(admin.ask("CLIENT", "LIST").contains(" user=u "))
        #expect(admin.ask("CLIENT", "KILL", "USER", "v") == "-ERR No such user 'v'\r\n")
        #expect(client.ask("AUTH", "u", "other").hasPrefix("-WRONGPASS"))
        // The default user itself: new clients must log in, old ones need not.
        admin.ask("ACL", "SETUSER", "default", ">first")
        #expect(fixture.connect().ask("GET", "a") == "-NOAUTH Authentication required.\r\n")
        #expect(admin.ask("GET", "a") == "$1\r\n1\r\n")
        admin.ask("ACL", "SETUSER", "default", "-get", "nopass")
        #expect(admin.ask("GET", "a").hasPrefix("-NOPERM"))
        #expect(fixture.connect().ask("GET", "a").hasPrefix("-NOPERM"))
        // What a deleted user sends is not even answered.
        #expect(admin.ask("ACL", "DELUSER", "u") == ":1\r\n")
        admin.ask("ACL", "SETUSER", "u", "on", "nopass", "+@all", "allkeys")
        #expect(client.ask("GET", "a") == "" && client.isClosed)
    }

    @Test("a command that waits for keys is refused when its user may no longer run it, and waits on if he may")
    func waiting() {
        let fixture = Fixture()
        let admin = fixture.connect()
        admin.ask("ACL", "SETUSER", "u", "on", "nopass", "+@all", "~l*")
        let first = fixture.connect()
        let second = fixture.connect()
        for client in [first, second] {
            client.ask("AUTH", "u", "x")
            #expect(client.ask("BLPOP", "l1", "l2", "0") == "" && client.isWaiting)
        }
        // Nothing that concerns them.
        admin.ask("ACL", "SETUSER", "u", "-get")
        // Between the change and their look at it, something comes: it is not lost.
        admin.ask("RPUSH", "l1", "a")
        #expect(first.wake() == "" && first.isWaiting)
        #expect(second.wake() == "" && second.isWaiting)
        #expect(first.wake() + second.wake() == "*2\r\n$2\r\nl1\r\n$1\r\na\r\n")
        let left = first.isWaiting ? first : second
        admin.ask("ACL", "SETUSER", "u", "resetkeys", "~l1")
        admin.ask("RPUSH", "l1", "b")
        #expect(left.wake() == "-NOPERM this user has no permissions to access one of the keys used as arguments\r\n")
        #expect(!left.isWaiting && admin.ask("LLEN", "l1") == ":1\r\n")
        #expect(left.ask("BLPOP", "l1", "0") == "*2\r\n$2\r\nl1\r\n$1\r\nb\r\n")
        // Time goes on meanwhile.
        #expect(left.ask("BLPOP", "l1", "1") == "")
        admin.ask("ACL", "SETUSER", "u", "+get")
        left.now = Milliseconds(Fixture.start.rawValue + 1000)
        fixture.frontEnd.tick(now: left.now)
        #expect(left.wake() == "" && left.isWaiting)
        fixture.frontEnd.tick(now: left.now)
        #expect(left.wake() == "*-1\r\n" && !left.isWaiting)
        #expect(left.ask("BLPOP", "l1", "0") == "")
        admin.ask("ACL", "DELUSER", "u")
        _ = left.wake()
        left.session.connectionClosed()
        first.session.connectionClosed()
        second.session.connectionClosed()
        #expect(fixture.frontEnd.parkedClients.count == 0 && fixture.frontEnd.waitedKeys.isEmpty)
    }

    @Test("what was refused is told, the latest first, what comes again with its count")
    func log() {
        var settings = RESPSettings()
        settings.accessLogCountMax = 3
        let fixture = Fixture(EngineOptions(), settings)
        let admin = fixture.connect()
        admin.ask("ACL", "SETUSER", "u", "on", "nopass", "+@all", "-set", "-config", "~a*")
        let client = fixture.connect()
        client.ask("AUTH", "u", "x")
        client.ask("GET", "b")
        client.ask("GET", "b")
        client.ask("CONFIG", "GET", "x")
        client.ask("MULTI")
        client.ask("SET", "a", "b")
        client.ask("DISCARD")
        client.ask("auth", "stranger", "x")
        let log = admin.ask("ACL", "LOG")
        let start = "*3\r\n*20\r\n$5\r\ncount\r\n:1\r\n$6\r\nreason\r\n$4\r\nauth\r\n$7\r\ncontext\r\n$8\r\ntoplevel\r\n$6\r\nobject\r\n$4\r\nauth\r\n"
            + "$8\r\nusername\r\n$8\r\nstranger\r\n$11\r\nage-seconds\r\n$1\r\n0\r\n$11\r\nclient-info\r\n"
        #expect(log.hasPrefix(start))
        #expect(log.contains("multi\r\n$6\r\nobject\r\n$3\r\nset\r\n") && log.contains("object\r\n$10\r\nconfig|get\r\n"))
        #expect(log.contains(" cmd=auth user=u ") && log.contains("entry-id\r\n:3\r\n"))
        #expect(admin.ask("ACL", "LOG", "1").hasPrefix("*1\r\n*20\r\n") && admin.ask("ACL", "LOG", "-1") == "*0\r\n")
        client.ask("CONFIG", "GET", "x")
        #expect(admin.ask("ACL", "LOG", "1").contains("count\r\n:2\r\n"))
        #expect(admin.ask("ACL", "LOG", "RESET") == "+OK\r\n" && admin.ask("ACL", "LOG") == "*0\r\n")
        #expect(admin.ask("ACL", "LOG", "x") == "-ERR value is not an integer or out of range\r\n")
    }

    @Test("made passwords have as many digits as bits ask for")
    func passwords() {
        let client = Fixture().connect()
        #expect(client.ask("ACL", "GENPASS").hasPrefix("$64\r\n"))
        #expect(client.ask("ACL", "GENPASS", "5").hasPrefix("$2\r\n"))
        #expect(client.ask("ACL", "GENPASS", "4096").hasPrefix("$1024\r\n"))
        let refusal = "-ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096\r\n"
        #expect(client.ask("ACL", "GENPASS", "0") == refusal && client.ask("ACL", "GENPASS", "4097") == refusal)
        #expect(client.ask("ACL", "GENPASS", "x") == "-ERR value is not an integer or out of range\r\n")
        #expect(client.ask("ACL", "GENPASS") != client.ask("ACL", "GENPASS"))
        #expect(client.ask("ACL", "HELP").hasPrefix("*27\r\n+ACL <subcommand>"))
    }

    @Test("a file of users is taken whole or refused whole, every wrong line of it named")
    func files() {
        func read(_ text: String) -> String {
            switch AccessRules.users(ofFile: Array(text.utf8), named: "u.acl", allowsAllChannels: false) {
            case .success(let users): users.map { String(decoding: $0.line, as: UTF8.self) }.joined(separator: "; ")
            case .failure(let error): error.text
            }
        }
        let end = "WARNING: ACL errors detected, no change to the previously active ACL rules was performed"
        #expect(read("user b\r\n\n  user a on  nopass (+get ~x) \n") == "user b off resetchannels -@all; user a on nopass resetchannels -@all (~x resetchannels -@all +get)")
        #expect(read("") == "")
        #expect(read("usr x\n") == "u.acl:1 should start with user keyword followed by the username. \(end)")
        #expect(read("user x on\nuser x off\n") == "WARNING: Duplicate user 'x' found on line 2. \(end)")
        #expect(
            read("user x +foo\nuser y +bar foo >x zoo\n")
                == "u.acl:1: Error in applying operation '+foo': Unknown command or category name in ACL. u.acl:2: Error in applying operation '+bar': "
                + "Unknown command or category name in ACL. u.acl:2: Syntax error. \(end)")
        #expect(read("user a\tb on\n") == "u.acl:1: username 'a\tb' contains invalid characters. \(end)")
        #expect(read("user a (+get\n") == "u.acl:1: Unmatched parenthesis in selector definition.\(end)")
    }

    @Test("what a user is told as makes the same user again, whatever the rules were")
    func roundTrip() throws {
        var random = SplitMix64(seed: 1)
        let names = CommandCatalogue.entries.map(\.name)
        for _ in 0..<300 {
            var user = AccessUser(Array("u".utf8), allowsAllChannels: false)
            for _ in 0..<random.next(below: 12) {
                let rule = ["+@", "-@", "+", "-", "~", "%R~", "%W~", "&", "("][random.next(below: 9)]
                let text: String
                switch rule {
                case "+@", "-@": text = rule + CommandCatalogue.categoryNames[random.next(below: 21)]
                case "+", "-": text = rule + names[random.next(below: names.count)]
                case "(": text = "(+\(names[random.next(below: names.count)]) ~k\(random.next(below: 9)) -@read +select|\(random.next(below: 4)))"
                default: text = rule + ["a*", "b", "c?", "x:[ab]*"][random.next(below: 4)]
                }
                try user.apply(Array(text.utf8), allowsAllChannels: false)
            }
            let line = user.line
            guard case .success(let again) = AccessRules.users(ofFile: line, named: "f", allowsAllChannels: false) else {
                Issue.record("refused: \(String(decoding: line, as: UTF8.self))")
                continue
            }
            #expect(again.first?.line == line)
            #expect(again.first?.selectors.map(\.commands) == user.selectors.map(\.commands), "\(String(decoding: line, as: UTF8.self))")
        }
    }

    @Test("rules of any bytes are applied or refused, and change nothing where they are refused")
    func fuzz() {
        var random = SplitMix64(seed: 2)
        let fixture = Fixture()
        let client = fixture.connect()
        let seeds = [
            "on", "off", "nopass", ">pw", "#30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4", "%RW~a*", "~x", "&ch",
            "+config|get", "-@dangerous", "+select|0", "(+get ~a (b) \"c d\")", "allkeys", "resetkeys", "clearselectors", "reset", "+@all", "!aa", "<pw",
        ].map { Array($0.utf8) }
        for round in 0..<3000 {
            var rule = seeds[random.next(below: seeds.count)]
            switch round % 3 {
            case 0: rule = Array(rule.prefix(random.next(below: rule.count + 1)))
            case 1: for _ in 0...random.next(below: 3) where !rule.isEmpty { rule[random.next(below: rule.count)] = UInt8(random.next(below: 256)) }
            default: rule = (0..<random.next(below: 20)).map { _ in UInt8(random.next(below: 256)) }
            }
            let before = client.ask("ACL", "GETUSER", "f")
            let start = client.replies.count
            client.send(Conversation.request([Array("ACL".utf8), Array("SETUSER".utf8), Array("f".utf8), rule]))
            let reply = String(decoding: client.replies[start...], as: UTF8.self)
            #expect(reply == "+OK\r\n" || (reply.hasPrefix("-ERR ") && client.ask("ACL", "GETUSER", "f") == before))
            // Any bytes as a file, too.
            _ = AccessRules.users(ofFile: Array("user x ".utf8) + rule, named: "f", allowsAllChannels: true)
            _ = AccessRules.users(ofFile: rule, named: "f", allowsAllChannels: true)
        }
        for seed in seeds {
            for size in 0...seed.count {
                let rules = [Array(seed.prefix(size)), Array(seed.dropFirst(size))]
                _ = fixture.frontEnd.access.set(Array("g".utf8), rules)
            }
        }
        #expect(client.ask("PING") == "+PONG\r\n")
    }
}
