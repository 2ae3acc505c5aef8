// What went wrong on the way, in words for whoever has to put it right.

import Transport

/// Why something did not move, and what to do about it.
public struct MigrationFault: Error, Equatable, CustomStringConvertible {
    public let text: String
    /// What to do next; nil if the text says all.
    public let advice: String?
    /// Of whom the connection is of no more use, if that is it.
    private(set) var lost: ServerAddress?

    public init(_ text: String, advice: String? = nil) {
        self.text = text
        self.advice = advice
    }

    /// Whoever wanted it wants it no more.
    public static let interrupted = MigrationFault("interrupted")

    /// One line, or two.
    public var description: String { advice.map { "\(text)\n\($0)" } ?? text }

    /// Nobody answers there, or not so.
    init(connecting error: TransportError, to server: ServerAddress) {
        let isPlain = !server.usesTLS
        self.init(
            "cannot connect to \(error)",
            advice: {
                switch error {
                case .unknownHost: "Is the name spelled right? HOST:PORT, a URL (redis://…) or a unix socket's path."
                case .system(_, _, let code) where SystemCode.isRefusal(code):
                    "Does the server run, and listen there?"
                        + (server.door == .memcached ? "" : " A memcached that is Duet needs --resp-port for it.")
                case .system, .pathTooLong, .socketInUse: nil
                case .handshake:
                    isPlain ? nil : "Is that a TLS port, and --cacert that of who signed its certificate?"
                }
            }())
    }

    /// The connection failed in the middle of something.
    init(_ fault: PeerFault, while doing: String, _ server: ServerAddress) {
        switch fault {
        case .unknown, .refused, .sending: self.init("\(server): the connection was lost while \(doing)")
        case .receiving:
            self.init(
                "\(server): the connection was closed, or nothing came for too long, while \(doing)",
                advice: "The server's log may tell why."
                    + (server.usesTLS ? "" : " If it wants TLS: rediss://…"))
        }
        lost = server
    }

    /// The server said no.
    init(refusal: String, _ server: ServerAddress) {
        self.init("\(server) answers: \(refusal)", advice: Self.advice(for: refusal))
    }

    /// What a server's error asks for; nil if its words say all.
    static func advice(for refusal: String) -> String? {
        switch refusal.prefix(while: { $0 != " " }) {
        case "NOAUTH": 
            "It wants a password: redis://:PASSWORD@HOST, redis+unix://:PASSWORD@/PATH; --password or REDISCLI_AUTH "
                + "where there is one server alone."
        case "WRONGPASS": "User and password do not belong together there."
        case "NOPERM": "This user may not do that: another one, or ACL SETUSER there."
        case "LOADING": "It is still loading its own data: again in a while."
        case "BUSY": "A script runs there: again in a while."
        case "MISCONF": "Its disk fails: its log tells why."
        case "READONLY", "MASTERDOWN", "NOMASTERLINK": "It is a replica: ask its primary."
        case "OOM": "It is full: raise its maxmemory, or choose a maxmemory-policy that lets go of keys."
        case "DENIED": "Protected mode: it wants a password (requirepass), or clients of its own machine."
        case "MOVED", "ASK", "CLUSTERDOWN", "CROSSSLOT": "It is part of a cluster, which is not supported."
        default: nil
        }
    }
}

/// Errors of the system that mean: nobody is there.
private enum SystemCode {
    // Linux' numbers of ENOENT, ETIMEDOUT, ECONNREFUSED, EHOSTUNREACH.
    static func isRefusal(_ code: Int32) -> Bool { [2, 110, 111, 113].contains(code) }
}
