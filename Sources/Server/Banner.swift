// The first words on a terminal: where it listens, what to try.

import Base
import Transport

enum Banner {
    static func text(_ personality: Personality, _ server: Assembly) -> String {
        let memcached = server.memcachedListeners
        let resp = server.respListeners
        var lines = ["", "  Duet \(Version.number): one cache, two doors", ""]
        // Redis' words for port and process: scripts wait for them.
        if personality == .redis {
            lines += [" Running in standalone mode", " Port: \(server.control.settings.shownRESPPort)"]
        }
        lines.append(" PID: \(System.processID)")
        lines.append("")
        lines.append("  memcached  " + addresses(memcached))
        lines.append("  RESP       " + addresses(resp))
        lines.append("")
        let examples = [
            memcached.first { $0.tls == nil }.flatMap(memcachedExample),
            resp.first { $0.tls == nil }.flatMap(respExample),
        ].compactMap { $0 }
        if !examples.isEmpty { lines += ["  Try:"] + examples.map { "    " + $0 } + [""] }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func addresses(_ listeners: [Listener]) -> String {
        if listeners.isEmpty { return "closed" }
        return listeners.map { $0.boundAddress + ($0.tls == nil ? "" : " (TLS)") }.joined(separator: "  ")
    }

    private static func memcachedExample(_ listener: Listener) -> String? {
        guard listener.port != 0 else { return nil }
        return "printf 'set greeting 0 0 5\\r\\nhello\\r\\nquit\\r\\n' | nc localhost \(listener.port)"
    }

    private static func respExample(_ listener: Listener) -> String? {
        guard listener.port != 0 else { return nil }
        return "redis-cli -p \(listener.port) get greeting"
    }
}
