// What is said to memcached. Source: memcached's protocol.txt.

import Base

extension ServerLink {
    /// Logs in, if there is a password, and sees that it is a memcached.
    mutating func enterMemcached() throws(MigrationFault) {
        if let password = server.password {
            // The first storage command of a connection carries name and password. Source: memcached, -Y.
            let login = "\(server.username ?? "") \(password)"
            let reply = try askLine("set duet 0 0 \(login.utf8.count)\r\n\(login)")
            guard reply == "STORED" else { throw refusalOfMemcached(reply) }
        }
        let reply = try askLine("version")
        guard reply.hasPrefix("VERSION ") else { throw refusalOfMemcached(reply) }
    }

    /// Says something, for which the answer is one line.
    mutating func askLine(_ request: String) throws(MigrationFault) -> String {
        requests.append(request)
        requests.append("\r\n")
        try flush(while: "asking")
        return try receiveLine(while: "waiting for an answer") { $0.copiedText() }
    }

    /// The rows of a `stats`; empty if the server has none such.
    mutating func statistics(_ group: String = "") throws(MigrationFault) -> [String: String] {
        requests.append(group.isEmpty ? "stats\r\n" : "stats \(group)\r\n")
        try flush(while: "asking for statistics")
        var rows: [String: String] = [:]
        while true {
            let line = try receiveLine(while: "asking for statistics") { $0.copiedText() }
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count >= 2, words[0] == "STAT" else { return rows }
            rows[String(words[1])] = words.count > 2 ? String(words[2]) : ""
        }
    }

    /// Takes a value of which the size was told, and the end of its line.
    func receiveValue(_ size: Int, into value: inout OutputBuffer, while doing: String) throws(MigrationFault) {
        value.removeAll()
        while value.count < size + 2 {
            try receiveBytes(atMost: size + 2 - value.count, while: doing) { value.append($0) }
        }
        value.truncate(to: size)
    }

    func refusalOfMemcached(_ reply: String) -> MigrationFault {
        if reply.hasPrefix("CLIENT_ERROR unauth") || reply.contains("authentication") {
            return MigrationFault(
                "\(server) answers: \(reply)", advice: "It wants a login: memcached://USER:PASSWORD@HOST:PORT.")
        }
        return strangeForMemcached(reply)
    }

    func strangeForMemcached(_ line: String) -> MigrationFault {
        let shown = String(line.prefix(80)).debugDescription
        return MigrationFault(
            "\(server) does not speak memcached's protocol: it said \(shown)",
            advice: line.hasPrefix("-")
                ? "This is Redis' protocol: redis://…"
                : "Is this the port of a memcached? If it wants TLS: memcacheds://…")
    }
}
