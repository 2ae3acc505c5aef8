// What `stats` and its kin ask of the server.

import Base
import Engine
import Memcached
import Synchronization
import Transport

extension Control: MemcachedControl {
    func facts() -> MemcachedFacts {
        let counters = workers.counters
        let times = System.processorTimes()
        var facts = MemcachedFacts()
        facts.processID = System.processID
        facts.libeventVersion = Workers.libeventVersion
        facts.uptimeSeconds = Int((Milliseconds.readClock().rawValue - startedAt.rawValue) / 1000)
        facts.userMicroseconds = times.user
        facts.systemMicroseconds = times.system
        facts.connectionCountMax = workers.connectionCountMax
        facts.connectionCount = workers.connectionCount
        facts.connectionsAccepted = counters.total(.accepted)
        facts.connectionsRejected = counters.total(.rejected)
        facts.idleKicks = counters.total(.idleKicks)
        facts.acceptPauses = counters.total(.acceptPauses)
        facts.acceptPauseMicroseconds = counters.total(.acceptPauseMicroseconds)
        facts.isAccepting = !workers.isAcceptPaused
        facts.bytesRead = counters.total(.bytesRead)
        facts.bytesWritten = counters.total(.bytesWritten)
        facts.idleTimeoutSeconds = workers.idleTimeoutSeconds
        facts.tls = tlsFacts
        facts.migration = migrationRows
        facts.verbosity = Self.verbosity(of: log.level)
        return facts
    }

    func logTraffic(_ text: String) { log.traffic(text) }

    /// Reads `file` again on SIGHUP, and says who in it is left out, as memcached does without a word.
    func watchAuthFile(_ file: PasswordFile) {
        warnOfUsersLeftOut(file)
        onReload("the auth file") { [weak self] in
            do throws(PasswordFileError) {
                try file.reload()
            } catch {
                return error.description
            }
            self?.warnOfUsersLeftOut(file)
            return nil
        }
    }

    private func warnOfUsersLeftOut(_ file: PasswordFile) {
        guard file.leftOutCount > 0 else { return }
        log.warning(
            "Authfile [\(file.path)] has more than 8 users: the last \(file.leftOutCount) cannot log in.")
    }

    func connections() -> [MemcachedConnection] {
        let now = Milliseconds.readClock()
        let uptime = Int(now.rawValue - startedAt.rawValue) / 1000
        let listening = state.withLock { $0.listeners }.flatMap(\.endpoints).map { endpoint in
            MemcachedConnection(
                id: 0, fd: endpoint.fd, address: Self.address(endpoint.address, isUnix: endpoint.isUnix),
                listenAddress: nil, state: "conn_listening", secondsSinceLastCommand: uptime)
        }
        let open = workers.connections().map { connection in
            MemcachedConnection(
                id: connection.id, fd: connection.fd,
                address: Self.address(connection.remoteAddress, isUnix: connection.isUnixSocket),
                listenAddress: Self.address(connection.localAddress, isUnix: connection.isUnixSocket),
                state: Self.state(of: connection),
                secondsSinceLastCommand: max(0, Int(now.rawValue - connection.lastActiveAt.rawValue) / 1000))
        }
        return (listening + datagramRows(now) + open).sorted { $0.fd < $1.fd }
    }

    /// Each worker has a descriptor of its own for each UDP socket.
    private func datagramRows(_ now: Milliseconds) -> [MemcachedConnection] {
        let ports = state.withLock { $0.datagrams }.flatMap(\.ports)
        return ports.map { port in
            let address = port.localAddress
            return MemcachedConnection(
                id: 0, fd: port.fd, address: (address.hasPrefix("[") ? "udp6:" : "udp:") + address,
                listenAddress: nil, isDatagram: true, state: "conn_read",
                secondsSinceLastCommand: max(0, Int(now.rawValue - port.lastActiveAt.rawValue) / 1000))
        }
    }

    /// As far as it shows from outside: what waits beyond the longest line is part of a value.
    private static func state(of connection: Connection) -> String {
        if connection.unsentByteCount > 0 { return "conn_mwrite" }
        return connection.pendingByteCount > 2048 ? "conn_nread" : "conn_read"
    }

    private static func address(_ text: String, isUnix: Bool) -> String {
        if isUnix {
            return "unix:" + (text.hasSuffix(":0") ? String(text.dropLast(2)) : text)
        }
        return (text.hasPrefix("[") ? "tcp6:" : "tcp:") + text
    }

    private static func verbosity(of level: LogLevel) -> Int {
        max(0, level.rawValue - LogLevel.warning.rawValue)
    }

    func setVerbosity(_ level: Int) {
        let levels: [LogLevel] = [.warning, .notice, .verbose, .debug]
        let chosen = levels[max(0, min(level, 3))]
        state.withLock { $0.settings.logLevel = chosen }
        log.level = chosen
    }

    func shutdown(isGraceful: Bool) {
        if isGraceful { return stopGracefully() }
        stop()
    }

    func setMemoryLimit(_ bytes: Int) -> Bool {
        state.withLock { $0.settings.memoryLimit = bytes }
        engine.memoryLimit = bytes
        return true
    }
}
