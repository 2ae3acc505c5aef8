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
        facts.bytesRead = counters.total(.bytesRead)
        facts.bytesWritten = counters.total(.bytesWritten)
        facts.idleTimeoutSeconds = workers.idleTimeoutSeconds
        facts.verbosity = Self.verbosity(of: log.level)
        return facts
    }

    func connections() -> [MemcachedConnection] {
        let now = Milliseconds.readClock()
        return workers.connections().map { connection in
            MemcachedConnection(
                fd: connection.fd, address: Self.address(connection.remoteAddress, connection),
                listenAddress: Self.address(connection.localAddress, connection),
                state: connection.unsentByteCount > 0 ? "conn_mwrite" : "conn_read",
                secondsSinceLastCommand: Int(now.rawValue - connection.lastActiveAt.rawValue) / 1000)
        }
    }

    private static func address(_ text: String, _ connection: Connection) -> String {
        if connection.isUnixSocket {
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

    func setMemoryLimit(_ bytes: Int) -> Bool {
        state.withLock { $0.settings.memoryLimit = bytes }
        engine.memoryLimit = bytes
        return true
    }
}
