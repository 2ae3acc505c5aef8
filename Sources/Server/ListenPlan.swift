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
}

enum ListenPlan {
    /// Every address of both doors, in the order to bind them. A TCP port 0 is for the system to choose.
    static func make(_ settings: Configuration) -> [PlannedListener] {
        var plan: [PlannedListener] = []
        if settings.memcachedPort != 0 {
            plan += tcp(.memcached, settings.memcachedBind, port: max(0, settings.memcachedPort))
        }
        if !settings.memcachedUnixSocket.isEmpty {
            plan.append(
                unix(
                    .memcached, settings.memcachedUnixSocket, settings.memcachedUnixSocketMode,
                    keepsZero: settings.followsMemcachedHabits))
        }
        if settings.respPort != 0 {
            plan += tcp(.resp, settings.respBind, port: max(0, settings.respPort))
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
        return tcp(.memcached, settings.memcachedBind, port: max(0, settings.memcachedUDPPort))
    }

    private static func tcp(_ door: Door, _ words: [String], port: Int) -> [PlannedListener] {
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
                language: bound.language)
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
