// What operators ask, beside redis-server: errors and states whose replies tell no fact of the moment.

import Server
import Testing

@Suite(
    "Introspection beside redis-server", .serialized, .enabled(if: Peer.redis != nil, "apt-get install redis-server"))
struct IntrospectionTests {
    static let cases: [String] = [
        // SLOWLOG and LATENCY. Nothing is slow, however slow the machine.
        "config set slowlog-log-slower-than -1\r\nslowlog reset\r\n",
        "slowlog\r\nslowlog len\r\nslowlog get\r\nslowlog get 0\r\nslowlog get -2\r\nslowlog get x\r\n",
        "slowlog get 1 2\r\nslowlog reset\r\nslowlog reset 1\r\nslowlog nosuch\r\nslowlog len x\r\n",
        "latency\r\nlatency latest\r\nlatency history x\r\nlatency history\r\nlatency graph x\r\nlatency graph\r\n",
        "latency reset\r\nlatency reset a b\r\nlatency histogram nosuch\r\nlatency nosuch\r\n",
        // Settings.
        "config set slowlog-log-slower-than -2\r\nconfig set slowlog-max-len -1\r\n",
        "config set latency-monitor-threshold -1\r\n",
        "config set latency-tracking maybe\r\nconfig set latency-tracking-info-percentiles x\r\n",
        "config set latency-tracking-info-percentiles \"50 101\"\r\nconfig get latency-tracking-info-percentiles\r\n",
        "config set latency-tracking-info-percentiles \"50.0 99.90 99.999\"\r\n",
        "config get latency-tracking-info-percentiles\r\n",
        "config set latency-tracking-info-percentiles \"\"\r\nconfig get latency-tracking-info-percentiles\r\n",
        // One at a time: the order of several is redis-server's hash seed's.
        "config get slowlog-max-len\r\nconfig get slowlog-log-slower-than\r\n",
        "config get latency-monitor-threshold\r\nconfig get maxmemory-clients\r\n",
        "config set maxmemory-clients x\r\nconfig set maxmemory-clients 101%\r\nconfig set maxmemory-clients 5%\r\n"
            + "config get maxmemory-clients\r\nconfig set maxmemory-clients 0\r\n",
        // CLIENT.
        "client pause\r\nclient pause x\r\nclient pause -1\r\nclient pause 10 foo\r\nclient pause 1.5\r\n",
        "client pause 10000 write\r\nget a\r\nclient unpause\r\nset a b\r\nclient unpause x\r\n",
        "client reply foo\r\nclient reply skip\r\nping\r\nping\r\nclient reply off\r\nping\r\nnosuch\r\n"
            + "get\r\nget a\r\nclient reply on\r\nping\r\nclient reply skip\r\nnosuch\r\nping\r\n",
        "multi\r\nclient reply off\r\nping\r\nexec\r\nping\r\nclient reply on\r\nping\r\n",
        "client reply off\r\nreset\r\nping\r\n", "client reply skip\r\nclient reply skip\r\nping\r\nping\r\n",
        "client reply off\r\nmulti\r\nset a c\r\nexec\r\nclient reply on\r\nget a\r\n",
        "client no-evict\r\nclient no-evict on\r\nclient no-evict OFF\r\nclient no-evict x\r\n",
        "client getredir\r\nclient trackinginfo\r\nclient caching yes\r\nclient caching x\r\nclient getredir x\r\n",
        "client list type x\r\nclient list id\r\nclient list id 1 x\r\nclient list foo\r\n",
        "client list type normal foo\r\n",
        "client kill\r\nclient kill 1.2.3.4:5\r\nclient kill type x\r\nclient kill id 0\r\nclient kill id x\r\n",
        "client kill skipme x\r\nclient kill user nobody\r\nclient kill foo bar\r\nclient kill id\r\n",
        "client kill id 1 type\r\n",
        "client kill id 99999 skipme no\r\nclient kill type master\r\nclient kill laddr 1.1.1.1:1 addr 2.2.2.2:2\r\n",
        // MONITOR as far as it is silent.
        "monitor x\r\nmulti\r\nmonitor\r\nexec\r\n",
        // MEMORY, OBJECT, LOLWUT, SHUTDOWN.
        "memory\r\nmemory purge\r\nmemory purge x\r\nmemory doctor x\r\nmemory stats x\r\n",
        "memory malloc-stats x\r\nmemory nosuch\r\n",
        "memory usage nokey\r\nmemory usage\r\nmemory usage a samples\r\nmemory usage a samples -1\r\n",
        "memory usage a samples x\r\n",
        "set a b\r\nobject freq a\r\nobject encoding a\r\nobject refcount a\r\nobject nosuch a\r\n",
        "object encoding nokey\r\n",
        "lolwut version x\r\nrole\r\nrole x\r\ntime x\r\nshutdown abort\r\nshutdown x\r\nshutdown save nosave\r\n",
        // DEBUG where it is not allowed.
        "debug\r\n",
        // COMMAND.
        "command count x\r\ncommand list x\r\ncommand list filterby\r\ncommand list filterby foo x\r\n",
        "command getkeys\r\n",
        "command list filterby aclcat nosuch\r\ncommand list filterby pattern xsetid\r\n",
        "command list filterby module x\r\n",
        "command getkeys get a\r\ncommand getkeys mset a b c d\r\n",
        "command getkeysandflags get a\r\ncommand getkeysandflags copy a b\r\ncommand getkeys nosuch a\r\n",
        "command info get\r\ncommand info nosuch\r\n",
        "command info slowlog|get monitor latency|histogram client|pause lolwut\r\n",
        "",
        "command info memory|stats client|reply client|no-evict slowlog|len memory|purge\r\n",
        "command info memory|doctor client|unpause\r\n",
        "command docs nosuch\r\ncommand nosuch\r\n",
    ]

    @Test("errors and states are told alike")
    func alike() throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        for text in Self.cases {
            let whole = bytes(text)
            let expected = try Wire.burst(unix: peer.socketPath, [whole])
            let got = try Wire.burst(unix: duet.respPath, [whole])
            #expect(got == expected, "\(shown(whole)): \(shown(expected)) not \(shown(got))")
        }
    }
}
