// The UDP side of the memcached door: the same addresses, the same keys, a datagram at a time.

import Memcached
import Transport

extension Assembly {
    /// Binds what `ListenPlan.datagrams` names. A port that the system chose for the first address is everybody's.
    static func openDatagrams(
        _ settings: Configuration, _ workers: Workers, _ memcached: MemcachedFrontEnd
    ) throws(StartError) -> [DatagramListener] {
        var listeners: [DatagramListener] = []
        for planned in ListenPlan.datagrams(settings) {
            guard case .tcp(let host, let wanted) = planned.address else { continue }
            let port = wanted == 0 ? listeners.first?.port ?? 0 : wanted
            do throws(TransportError) {
                listeners.append(
                    try workers.receiveDatagrams(host: host, port: port) { worker in
                        memcached.makeDatagramSession(worker)
                    })
            } catch {
                if !planned.isOptional { throw StartError(datagrams: planned, error, settings) }
            }
        }
        return listeners
    }

    /// What no single setting can tell. A way around the login is no door to open: a datagram cannot log in, and each
    /// login has its protocol.
    static func checkDoor(_ settings: Configuration, _ plan: [PlannedListener]) throws(StartError) {
        for word in settings.memcachedBind {
            if let problem = BoundAddress(word, port: 0).problem {
                throw StartError(description: "memcached-bind \(word): \(problem)")
            }
        }
        let byText = !settings.memcachedAuthFile.isEmpty
        let bySASL = !settings.memcachedPasswordDatabase.isEmpty
        if settings.memcachedUDPPort != 0 && (byText || bySASL) {
            let text =
                byText
                ? "Cannot use UDP with ascii authentication enabled (-U 0 to disable)"
                : "ERROR: Cannot enable UDP while using binary SASL authentication."
            throw StartError(description: text, exitCode: ExitCode.usage)
        }
        if settings.memcachedUDPPort != 0 && settings.memcachedHasUsers {
            throw StartError(
                description: "memcached-udp-port: a datagram cannot log in, which memcached-auth asks for.",
                exitCode: ExitCode.usage)
        }
        for language in plan.compactMap(\.language) {
            if byText && language != .ascii {
                throw StartError(
                    description:
                        "ERROR: You cannot allow the BINARY protocol while using ascii authentication tokens.",
                    exitCode: ExitCode.usage)
            }
            if bySASL && language != .binary {
                throw StartError(
                    description: "ERROR: You cannot allow the ASCII protocol while using SASL.",
                    exitCode: ExitCode.usage)
            }
        }
    }
}
