// From settings to the addresses that each door listens on.

import Glibc
import Memcached
import Transport

enum Door: String, Sendable {
    case memcached
    case resp = "RESP"
}

/// One address to listen on.
struct PlannedListener: Equatable, Sendable {
    let door: Door
    let address: ListenAddress
    /// The machine may lack it.
    let isOptional: Bool
    /// What its word says that it speaks; nil leaves it to the door.
    var language: MemcachedProtocol?
    /// Nil for plain bytes.
    var tls: PlannedTLS?
}

/// How a planned listener differs from what TLS settings say.
struct PlannedTLS: Equatable, Sendable {
    /// In place of the settings' `clients`.
    var clients: PeerVerification?
}

enum ListenPlan {
    /// Every address of both doors, in the order to bind them. A TCP port 0 is for the system to choose.
    static func make(_ settings: Configuration) -> [PlannedListener] {
        var plan: [PlannedListener] = []
        if settings.memcachedPort != 0 {
            plan += tcp(
                .memcached, settings.memcachedBind, port: max(0, settings.memcachedPort),
                tls: settings.memcachedUsesTLS ? PlannedTLS() : nil)
        }
        if settings.memcachedTLSPort != 0 {
            plan += encrypted(.memcached, settings.memcachedBind, port: settings.memcachedTLSPort)
        }
        if !settings.memcachedUnixSocket.isEmpty {
            plan.append(
                unix(
                    .memcached, settings.memcachedUnixSocket, settings.memcachedUnixSocketMode,
                    keepsZero: settings.followsMemcachedHabits))
        }
        if settings.respPort != 0 {
            plan += tcp(.resp, settings.respBind, port: max(0, settings.respPort), tls: nil)
        }
        if settings.respTLSPort != 0 {
            plan += encrypted(.resp, settings.respBind, port: settings.respTLSPort)
        }
        if !settings.respUnixSocket.isEmpty {
            plan.append(
                unix(.resp, settings.respUnixSocket, settings.respUnixSocketMode, keepsZero: false))
        }
        return plan
    }

    /// The addresses of the memcached door's UDP port: those of its TCP port. A port 0 is for the system to choose.
    static func datagrams(_ settings: Configuration) -> [PlannedListener] {
        guard settings.memcachedUDPPort != 0 else { return [] }
        return tcp(.memcached, settings.memcachedBind, port: max(0, settings.memcachedUDPPort), tls: nil)
    }

    /// A door's port under TLS: once at each of its addresses, whatever ports they bring, but not where a word says no.
    static func encrypted(_ door: Door, _ words: [String], port: Int) -> [PlannedListener] {
        var hosts: Set<String> = []
        let plan = tcp(door, words.filter { BoundAddress($0, port: 0).tls != .notls }, port: 0, tls: PlannedTLS())
        return plan.compactMap { planned in
            guard case .tcp(let host, _) = planned.address, hosts.insert(host).inserted else { return nil }
            let address = ListenAddress.tcp(host: host, port: UInt16(max(0, port)))
            return PlannedListener(
                door: door, address: address, isOptional: planned.isOptional, language: planned.language,
                tls: planned.tls)
        }
    }

    private static func tcp(
        _ door: Door, _ words: [String], port: Int, tls: PlannedTLS?
    ) -> [PlannedListener] {
        // Redis' `*` is IPv4 alone; memcached's is both, unless `::*` says so itself.
        let starIsIPv4 = door == .resp || words.contains { $0.hasSuffix("::*") }
        return words.map { word in
            let bound = BoundAddress(word, port: port)
            let host =
                switch bound.host {
                case "*" where starIsIPv4: "0.0.0.0"
                case "::*": "::"
                default: bound.host
                }
            return PlannedListener(
                door: door, address: .tcp(host: host, port: UInt16(bound.port)), isOptional: bound.isOptional,
                language: bound.language, tls: planned(bound.tls, otherwise: tls))
        }
    }

    private static func planned(_ prefix: TLSPrefix?, otherwise: PlannedTLS?) -> PlannedTLS? {
        switch prefix {
        case nil: otherwise
        case .notls: nil
        case .btls: PlannedTLS(clients: PeerVerification.none)
        case .mtls: PlannedTLS(clients: .required)
        }
    }

    private static func unix(
        _ door: Door, _ path: String, _ mode: mode_t, keepsZero: Bool
    ) -> PlannedListener {
        var bits = mode
        // memcached's -a 0 means what it says.
        if bits == 0 && !keepsZero {
            // Not told: as the umask has it. The mask can only be read by setting it.
            let mask = umask(0)
            umask(mask)
            bits = 0o777 & ~mask
        }
        return PlannedListener(door: door, address: .unix(path: path, mode: bits), isOptional: false)
    }
}
