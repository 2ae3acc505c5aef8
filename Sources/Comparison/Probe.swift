// A second, slow conversation with a server: who it is, what it has used, and that it should save.

internal import Base
internal import Transport
internal import Workload

/// A connection beside the load.
struct Probe {
    private static let timeout: Int64 = 10_000

    private let link: PeerLink
    private let wireProtocol: WireProtocol
    private let name: String

    /// - Parameter server: as `WorkloadOptions.server` takes it, with a port.
    init(
        _ server: String, _ wireProtocol: WireProtocol, password: String?, name: String
    ) throws(ComparisonFault) {
        self.wireProtocol = wireProtocol
        self.name = name
        do throws(TransportError) {
            link = try PeerLink.connect(to: Self.address(server), timeoutMilliseconds: Self.timeout)
        } catch {
            throw ComparisonFault("\(name): \(error)")
        }
        guard let password else { return }
        switch wireProtocol {
        case .memcached, .meta:
            let answer = try line(after: "set login 0 0 \(password.utf8.count)\r\n\(password)\r\n")
            if answer != "STORED" { throw ComparisonFault("\(name): the login was refused: \(answer)") }
        case .resp:
            let answer = try line(after: "*2\r\n$4\r\nAUTH\r\n$\(password.utf8.count)\r\n\(password)\r\n")
            if !answer.hasPrefix("+") { throw ComparisonFault("\(name): the login was refused: \(answer)") }
        }
    }

    static func address(_ server: String) -> ListenAddress {
        if server.contains("/") { return .unix(path: server, mode: 0o700) }
        let colon = server.lastIndex(of: ":") ?? server.endIndex
        let host = server[..<colon]
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host
        return .tcp(host: String(bare), port: UInt16(server[colon...].dropFirst()) ?? 0)
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
            throw ComparisonFault("\(name): it closed the connection or is silent")
        }
    }

    private func strange(_ row: String) -> ComparisonFault {
        let language = wireProtocol == .resp ? "RESP" : "memcached's protocol"
        return ComparisonFault(
            "\(name): it does not speak \(language), or wants a password: \(row.prefix(80))")
    }
}
