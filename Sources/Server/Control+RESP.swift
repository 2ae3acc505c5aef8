// What INFO, CONFIG and SHUTDOWN ask of the server.

import Base
import Engine
import RESP
import Transport

extension Control: ServerControl {
    func log(level: Int, _ text: String) {
        switch level {
        case 0: log.debug(text)
        case 1: log.verbose(text)
        case 2: log.notice(text)
        default: log.warning(text)
        }
    }

    func serverFacts() -> ServerFacts {
        let settings = self.settings
        let times = System.processorTimes()
        var facts = ServerFacts()
        facts.redisVersion = Version.redis
        facts.productVersion = Version.number
        facts.operatingSystem = operatingSystem
        facts.processID = System.processID
        facts.runID = runID
        facts.port = settings.shownRESPPort
        facts.startedAt = startedAt
        facts.hz = settings.hz
        facts.executable = executable
        facts.configurationFile = settings.configurationFile
        facts.workerCount = settings.workerCount
        facts.connectionCount = workers.connectionCount
        facts.connectionCountMax = workers.connectionCountMax
        facts.connectionsReceived = workers.counters.total(.accepted)
        facts.connectionsRejected = workers.counters.total(.rejected)
        facts.networkBytesIn = workers.counters.total(.bytesRead)
        facts.networkBytesOut = workers.counters.total(.bytesWritten)
        facts.networkReads = workers.counters.total(.reads)
        facts.networkWrites = workers.counters.total(.writes)
        facts.supervision = settings.supervision.rawValue
        facts.residentSize = System.residentSize()
        facts.systemMemorySize = System.memorySize
        facts.allocator = "libc"
        facts.cpuUserSeconds = Double(times.user) / 1e6
        facts.cpuSystemSeconds = Double(times.system) / 1e6
        facts.sections = [
            InfoSection(
                title: "Memcached",
                rows: [
                    ("memcached_port", String(max(0, settings.memcachedPort))),
                    ("memcached_unixsocket", settings.memcachedUnixSocket),
                    ("memcached_db", String(settings.memcachedDatabase)),
                    ("memcached_item_size_max", String(settings.itemSizeMax)),
                    ("memcached_version", Version.memcached),
                ])
        ]
        let rows = migrationRows
        if !rows.isEmpty { facts.sections.append(InfoSection(title: "Migration", rows: rows)) }
        return facts
    }
}
