// A second, slow conversation with a server: who it is, what it has used, and that it should save.

internal import Base
internal import Glibc
internal import Transport
internal import Workload

/// A connection beside the load.
struct Probe {
    private static let timeout: Int64 = 10_000

    private let link: PeerLink
    private let wireProtocol: WireProtocol
    private let name: String
    private let hasTLS: Bool

    /// - Parameter tls: nil for a plain connection.
    init(
        _ endpoint: Endpoint, _ wireProtocol: WireProtocol, _ tls: ClientTLS?, name: String
    ) throws(ComparisonFault) {
        self.wireProtocol = wireProtocol
        self.name = name
        hasTLS = tls != nil
        let context: TLSContext?
        do throws(TLSError) { context = try tls?.context() } catch { throw ComparisonFault("\(name): \(error)") }
        do throws(TransportError) {
            link = try PeerLink.connect(to: endpoint.address, tls: context, timeoutMilliseconds: Self.timeout)
        } catch .handshake(let address, let reason) {
            let plain = wireProtocol == .resp ? "redis://" : "memcached://"
            throw ComparisonFault("\(name): no TLS with \(address): \(reason). If it speaks none: \(plain)…")
        } catch .system(let call, _, let code) {
            let advice = [ECONNREFUSED, ENOENT].contains(code) ? ". Does it run?" : ""
            throw ComparisonFault("\(name): \(SystemError(call: call, code: code))\(advice)")
        } catch {
            throw ComparisonFault("\(name): \(error)")
        }
        guard let password = endpoint.password else { return }
        let answer = try line(after: wireProtocol.login(endpoint.username, password))
        if answer != "STORED" && !answer.hasPrefix("+") {
            throw ComparisonFault("\(name): the login was refused: \(answer)")
        }
    }

    /// Its statistics: `stats`, or INFO.
    func statistics() throws(ComparisonFault) -> [String: String] {
        var found: [String: String] = [:]
        switch wireProtocol {
        case .memcached, .meta:
            var row = try line(after: "stats\r\n")
            while row != "END" {
                let words = row.split(separator: " ", maxSplits: 2)
                guard words.count >= 2, words[0] == "STAT" else { throw strange(row) }
                found[String(words[1])] = words.count > 2 ? String(words[2]) : ""
                row = try line(after: "")
            }
        case .resp:
            let head = try line(after: "*1\r\n$4\r\nINFO\r\n")
            guard head.hasPrefix("$"), var left = Int(head.dropFirst()) else { throw strange(head) }
            while left > 0 {
                let row = try line(after: "")
                left -= row.utf8.count + 2
                if let colon = row.firstIndex(of: ":") {
                    found[String(row[..<colon])] = String(row[row.index(after: colon)...])
                }
            }
            _ = try line(after: "")
        }
        return found
    }

    /// As in `memcached 1.6.18` and `duet 0.4 (Redis 7.2.4)`.
    func version() throws(ComparisonFault) -> String {
        let facts = try statistics()
        if let duet = facts["duet_version"] { return "duet \(duet)" }
        if let redis = facts["redis_version"] {
            let valkey = facts["valkey_version"].map { "Valkey \($0)" }
            return valkey ?? "Redis \(redis)"
        }
        return "memcached \(facts["version"] ?? "of an unknown version")"
    }

    /// Processor time so far as the server itself tells it; nil if it does not.
    func processorSeconds() throws(ComparisonFault) -> Double? {
        let facts = try statistics()
        let (user, system) = (
            facts["rusage_user"] ?? facts["used_cpu_user"], facts["rusage_system"] ?? facts["used_cpu_sys"]
        )
        guard let user = user.flatMap({ Double($0) }), let system = system.flatMap({ Double($0) }) else {
            return nil
        }
        return user + system
    }

    /// Has a snapshot begin.
    func beginSave() throws(ComparisonFault) {
        let answer = try line(after: "*1\r\n$6\r\nBGSAVE\r\n")
        if !answer.hasPrefix("+") { throw ComparisonFault("\(name): BGSAVE was refused: \(answer)") }
    }

    /// Whether none is under way any more.
    /// - Throws: if the last one failed.
    func hasSaved() throws(ComparisonFault) -> Bool {
        let facts = try statistics()
        if facts["rdb_bgsave_in_progress"] != "0" { return false }
        if let status = facts["rdb_last_bgsave_status"], status != "ok" {
            throw ComparisonFault("\(name): saving failed")
        }
        return true
    }

    /// Removes keys one by one, many in a packet.
    func delete(_ keys: some Sequence<String>) throws(ComparisonFault) {
        var requests = ""
        var count = 0
        func flush() throws(ComparisonFault) {
            try send(requests)
            for _ in 0..<count { _ = try line(after: "") }
        }
        for key in keys {
            switch wireProtocol {
            case .memcached, .meta: requests += "delete \(key)\r\n"
            case .resp: requests += "*2\r\n$3\r\nDEL\r\n$\(key.utf8.count)\r\n\(key)\r\n"
            }
            count += 1
            if count == 500 {
                try flush()
                (requests, count) = ("", 0)
            }
        }
        try flush()
    }

    // MARK: Lines

    private func send(_ text: String) throws(ComparisonFault) {
        if text.isEmpty { return }
        let bytes = Array(text.utf8)
        do throws(PeerFault) {
            try link.send(bytes.span.rawBytes, timeoutMilliseconds: Self.timeout)
        } catch {
            throw ComparisonFault("\(name): it takes no more requests")
        }
    }

    private func line(after request: String) throws(ComparisonFault) -> String {
        try send(request)
        do throws(PeerFault) {
            return try link.receiveLine(timeoutMilliseconds: Self.timeout) { $0.copiedText() }
        } catch {
            let scheme = wireProtocol == .resp ? "rediss" : "memcacheds"
            let advice = hasTLS ? "" : ". Does it want TLS? That is \(scheme)://…"
            throw ComparisonFault("\(name): it closed the connection or is silent\(advice)")
        }
    }

    /// It says something else than what was asked for.
    private func strange(_ row: String) -> ComparisonFault {
        let said = "it answers \(row.prefix(80).debugDescription)"
        if ["-NOAUTH", "CLIENT_ERROR unauth"].contains(where: row.hasPrefix) {
            return ComparisonFault("\(name): it wants a login, as in ://USER:PASSWORD@HOST: \(said)")
        }
        if wireProtocol == .resp {
            let isMemcached = row.hasPrefix("ERROR") || row.hasPrefix("CLIENT_ERROR")
            let advice = isMemcached ? "; this is memcached's protocol: memcached://…" : ""
            return ComparisonFault("\(name): it does not speak RESP: \(said)\(advice)")
        }
        let advice = row.hasPrefix("-") ? "; this is Redis' protocol: redis://…" : ""
        return ComparisonFault("\(name): it does not speak memcached's protocol: \(said)\(advice)")
    }
}
