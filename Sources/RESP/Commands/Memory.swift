// MEMORY: what keys, clients and the server hold. Source: Redis 7 command reference, MEMORY USAGE, STATS, DOCTOR.

import Base
import Engine
import Synchronization

extension RESPSession {
    func memory(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: MemorySubcommand = subcommand(.memory, request, &output) else { return }
        switch subcommand {
        case .usage: memoryUsage(request, &output)
        case .stats: memoryStats(&output)
        case .doctor: output.appendVerbatim(MemoryPicture(frontEnd, &engine).advice, version)
        case .purge:
            System.releaseFreeMemory()
            output.appendOK()
        case .mallocStats: output.appendVerbatim(System.allocatorText(), version)
        case .help: help(.memory, request, &output)
        }
    }

    private func memoryUsage(_ request: Request, _ output: inout OutputBuffer) {
        if request.count > 3 {
            // What a value takes is known without sampling; the option is checked and makes no difference.
            guard request.count == 5, request[3].equalsIgnoringCase("samples") else { return failSyntax(&output) }
            guard let samples = request[4].integer else { return failInteger(&output) }
            guard samples >= 0 else { return failSyntax(&output) }
        }
        let key = engine.key(request[2], in: database)
        if !engine.look(key, { item in output.appendInteger(item.footprint) }) { output.appendNull(version) }
    }

    /// The rows that are true of this server, by Redis' names and in Redis' order.
    private func memoryStats(_ output: inout OutputBuffer) {
        let picture = MemoryPicture(frontEnd, &engine)
        var numbers: [(String, Int)] = [
            ("peak.allocated", picture.peak), ("total.allocated", picture.use.used),
            ("startup.allocated", picture.startup), ("replication.backlog", 0), ("clients.slaves", 0),
            ("clients.normal", picture.clients), ("cluster.links", 0), ("aof.buffer", picture.logBacklog),
            ("lua.caches", frontEnd.scriptCache.totals.size), ("functions.caches", frontEnd.functions.current.size),
        ]
        var databases: [(Int, Int)] = []
        for number in 0..<frontEnd.engine.databaseCount {
            let count = engine.itemCount(in: DatabaseIndex(number))
            if count > 0 { databases.append((number, count)) }
        }
        let keyCount = databases.reduce(0) { $0 + $1.1 }
        // Behind these and the databases come seven more rows, and two about the process.
        output.appendMap(numbers.count + databases.count + 7 + (picture.resident == nil ? 0 : 2), version)
        for (name, number) in numbers {
            output.appendBulk(name)
            output.appendInteger(number)
        }
        // The index of all databases is one account: each is told its share by keys.
        for (number, count) in databases {
            output.appendBulk("db.\(number)")
            output.appendMap(1, version)
            output.appendBulk("overhead.hashtable.main")
            output.appendInteger(Int(Double(picture.use.index) * Double(count) / Double(max(1, keyCount))))
        }
        numbers = [
            ("overhead.total", picture.overhead), ("keys.count", keyCount),
            ("keys.bytes-per-key", keyCount > 0 ? max(0, picture.use.used - picture.startup) / keyCount : 0),
            ("dataset.bytes", picture.use.items),
        ]
        for (name, number) in numbers {
            output.appendBulk(name)
            output.appendInteger(number)
        }
        var shares = [
            ("dataset.percentage", picture.share(of: picture.use.items, in: picture.use.used)),
            ("peak.percentage", picture.share(of: picture.use.used, in: picture.peak)),
        ]
        if let resident = picture.resident {
            shares.append(("fragmentation", Double(resident) / Double(max(1, picture.use.used))))
        }
        for (name, share) in shares {
            output.appendBulk(name)
            output.appendDouble(share, version)
        }
        if let resident = picture.resident {
            output.appendBulk("fragmentation.bytes")
            output.appendInteger(resident - picture.use.used)
        }
        output.appendBulk("allocator.free")
        output.appendInteger(System.allocatorFreeSize)
    }
}

/// How memory stands at a moment.
struct MemoryPicture {
    let use: MemoryUse
    let peak: Int
    let startup: Int
    let resident: Int?
    let clients: Int
    let logBacklog: Int

    init(_ frontEnd: RESPFrontEnd, _ engine: inout EngineHandle) {
        use = frontEnd.engine.memory(through: &engine)
        peak = max(use.used, frontEnd.memoryPeak.load(ordering: .relaxed))
        startup = frontEnd.memoryAtStart
        resident = frontEnd.control.serverFacts().residentSize
        clients = frontEnd.clients.all().reduce(0) { $0 + $1.memorySize }
        logBacklog = frontEnd.control.saving().appendLog.backlog
    }

    var overhead: Int { max(0, use.used - use.items) + clients + logBacklog }

    func share(of part: Int, in whole: Int) -> Double { whole > 0 ? Double(part) * 100 / Double(whole) : 0 }

    /// Source: Redis getMemoryDoctorReport, whose bounds these are.
    var advice: String {
        if use.used < 5 << 20 { return "There is next to nothing in memory: nothing to say about it.\n" }
        var lines: [String] = []
        if Double(peak) / Double(use.used) > 1.5 {
            lines.append("Peak: the keyspace once took more than 150 % of what it takes now, so that the process may "
                + "still hold memory that it has no use for. MEMORY PURGE gives back what it can.")
        }
        if let resident, Double(resident) / Double(use.used) > 1.4, resident - use.used > 10 << 20 {
            lines.append("Resident size: the process takes more than 140 % of what the keyspace does. INFO memory and "
                + "MEMORY STATS tell where: clients, the append log's buffer, or memory that was freed.")
        }
        if clients > use.used / 2 && clients > 10 << 20 {
            lines.append("Clients: they hold more than half as much as the keyspace. CLIENT LIST tells which "
                + "(tot-mem); maxmemory-clients bounds them.")
        }
        if use.limit > 0 && use.used > use.limit / 100 * 98 {
            lines.append("Limit: the keyspace is at maxmemory; what comes now pushes something out, or is refused.")
        }
        guard !lines.isEmpty else { return "Memory is as it should be.\n" }
        return lines.enumerated().map { "\($0.offset + 1). \($0.element)\n" }.joined()
    }
}
