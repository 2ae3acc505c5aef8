// The server on one page: engine, reactor, two front-ends, listeners, timers.

import Base
import Engine
import Memcached
import Persistence
import RESP
import Synchronization
public import Transport

/// An assembled server: its listeners stand once it exists, it serves during `run`.
public final class Assembly: Sendable {
    /// The listeners of each door, in the order of the settings.
    public let memcachedListeners: [Listener]
    public let respListeners: [Listener]
    /// The UDP side of the memcached door.
    public let memcachedDatagrams: [DatagramListener]

    /// The TCP port of the metrics; nil if they are off.
    public var metricsPort: UInt16? { metrics?.port }

    let control: Control
    private let workers: Workers
    private let metrics: HTTPServer?

    /// - Parameter settings: checked by whoever parsed them.
    public convenience init(_ settings: Configuration, log: Log) throws(StartError) {
        let certificates = try Self.certificates(for: settings, log)
        try self.init(settings, log: log, certificates)
    }

    /// - Parameter certificates: loaded before, perhaps with more rights than there are now; nil without TLS.
    init(_ settings: Configuration, log: Log, _ certificates: Certificates?) throws(StartError) {
        var settings = settings
        settings.workerCount = settings.workerCountResolved
        let engine = Engine(settings.engineOptions)
        engine.frequencyTuning = settings.frequencyTuning
        engine.weighsUse = settings.weighsUse
        engine.compactionPolicy = settings.compactionPolicy
        engine.tracksItemSizes = settings.tracksItemSizes
        do throws(TransportError) {
            var options = settings.transportOptions
            options.onTLSFailure = { connection, reason in
                log.notice(
                    "Error accepting a client connection: \(reason) "
                        + "(addr=\(connection.remoteAddress) laddr=\(connection.localAddress))")
            }
            workers = try Workers(options)
        } catch {
            throw StartError(description: error.description)
        }
        let control = Control(settings, engine: engine, workers: workers, log: log)
        self.control = control
        let resp = RESPFrontEnd(engine: engine, settings: settings.respSettings, control: control)
        var memcachedSettings = try Self.memcachedSettings(settings, control)
        if settings.memcachedHasUsers { memcachedSettings.doorGuard = UserGuard(resp) }
        let memcached = MemcachedFrontEnd(engine: engine, settings: memcachedSettings, control: control)
        control.serve(memcached, resp)
        resp.onBusy { [workers] isBusy in
            workers.isBusy = isBusy
            memcached.isBusy = isBusy
            if !isBusy { control.goOnStopping() }
        }
        resp.onPause { paused in
            switch paused {
            case .none: memcached.paused = .none
            case .writes: memcached.paused = .writes
            case .all: memcached.paused = .all
            }
        }
        try Self.defineUsers(settings, resp)
        log.onVerbosity { memcached.setVerbosity($0) }

        metrics = try Self.openMetrics(settings, control)

        let plan = ListenPlan.make(settings)
        try Self.checkDoor(settings, plan)
        guard !plan.isEmpty || settings.memcachedUDPPort != 0 else {
            throw StartError(description: "Every door is closed: no port and no unix socket.")
        }
        let opener = Opener(settings: settings, workers: workers, log: log)
        // Clients of this door know no word for loading: they wait outside.
        memcachedListeners = try opener.open(
            plan.filter { $0.door == .memcached }, certificates, refusal: Self.memcachedRefusal,
            isHeld: settings.loadsData
        ) { connection, language in memcached.makeSession(connection, protocol: language) }
        let makeRESP: @Sendable (Connection, MemcachedProtocol?) -> any Session = { connection, _ in
            control.admits(connection) ? resp.makeSession(connection) : DeniedSession(connection)
        }
        let refusal = Self.respRefusal
        respListeners = try opener.open(
            plan.filter { $0.door == .resp }, certificates, refusal: refusal, makeSession: makeRESP)
        memcachedDatagrams = try Self.openDatagrams(settings, workers, memcached)
        control.note(memcached: memcachedListeners, datagrams: memcachedDatagrams, resp: respListeners)
        control.serveTLS(certificates, respListeners.filter { $0.tls != nil }) {
            settings, certificates throws(StartError) in
            let plan = ListenPlan.encrypted(.resp, settings.respBind, port: settings.respTLSPort)
            return try opener.open(plan, certificates, refusal: refusal, makeSession: makeRESP)
        }

        // One handle for each worker, used on its thread only.
        let handles = workers.workers.map { _ in MaintenanceHandle(engine.makeHandle()) }
        let watch = MemoryWatch(engine)
        workers.everyTick(milliseconds: max(1, 1000 / settings.hz)) { worker in
            handles[worker.index].maintain()
            guard worker.index == 0 else { return }
            let now = Milliseconds.readClock()
            resp.tick(now: now)
            control.tickSaving(now: now)
            memcached.tick(now: now)
            watch.tick(now: now)
        }
    }

    /// Serves until `stop()`; call it once. What the disk has is loaded first, if the settings say so.
    public func run() throws(StartError) {
        let failure = Mutex<LoadFailure?>(nil)
        if control.settings.loadsData {
            control.startLoading { [self] reason in
                failure.withLock { $0 = reason }
                if reason != nil { return stop() }
                for listener in memcachedListeners { listener.release() }
            }
        } else {
            control.beginMigrationAtStart()
        }
        startMetrics()
        workers.run()
        metrics?.stop()
        control.endMigration()
        if let failure = failure.withLock({ $0 }) { throw StartError(description: failure.description) }
        control.finishSaving()
    }

    private func startMetrics() {
        do throws(SystemError) { try metrics?.start() } catch {
            control.log.warning("No thread to tell metrics: \(error.reason)")
        }
    }

    /// Stops gracefully. Any thread.
    public func stop() { control.stop() }

    /// Calls `body` when one of `signals` arrives, while running.
    func onSignals(_ signals: [Int32], _ body: @escaping @Sendable () -> Void) {
        workers.onSignals(signals, body)
    }

    /// Source: Redis ACLLoadUsersAtStartup.
    private static func defineUsers(_ settings: Configuration, _ resp: RESPFrontEnd) throws(StartError) {
        if !settings.accessFile.isEmpty {
            if let reason = resp.loadUsers() {
                throw StartError(
                    description: "Aborting startup because of ACL errors: \(reason)", exitCode: ExitCode.failure)
            }
        } else if let reason = resp.defineUsers(settings.accessUsers) {
            throw StartError(
                description: "\(reason)\nCritical error while loading ACLs. Exiting.", exitCode: ExitCode.failure)
        }
    }

    /// With the files read that say who may come in, and SIGHUP set to read them again.
    private static func memcachedSettings(
        _ settings: Configuration, _ control: Control
    ) throws(StartError) -> MemcachedSettings {
        var memcached = settings.memcachedSettings
        do throws(PasswordFileError) {
            if !settings.memcachedPasswordDatabase.isEmpty {
                memcached.saslLogins = try PasswordFile(settings.memcachedPasswordDatabase, .sasl)
            }
            if !settings.memcachedAuthFile.isEmpty {
                let file = try PasswordFile(settings.memcachedAuthFile, .authFile)
                memcached.textLogins = file
                control.watchAuthFile(file)
            }
        } catch {
            throw StartError(description: error.description, exitCode: ExitCode.failure)
        }
        return memcached
    }

    private static let memcachedRefusal: StaticString = "ERROR Too many open connections\r\n"
    private static let respRefusal: StaticString = "-ERR max number of clients reached\r\n"

    /// What `settings` need to speak TLS; nil if nothing is to.
    static func certificates(for settings: Configuration, _ log: Log) throws(StartError) -> Certificates? {
        guard settings.needsCertificates else { return nil }
        do throws(CertificateProblem) {
            return Certificates(try Certificates.load(settings))
        } catch {
            if settings.followsMemcachedHabits {
                throw StartError(description: error.memcachedText, exitCode: ExitCode.usage)
            }
            log.warning(error.redisText)
            throw StartError(description: "Failed to configure TLS. Check logs for more info.")
        }
    }
}

/// Opens planned listeners.
private struct Opener: Sendable {
    let settings: Configuration
    let workers: Workers
    let log: Log

    /// - Parameter certificates: not nil if any of `plan` is to speak TLS.
    func open(
        _ plan: [PlannedListener], _ certificates: Certificates?, refusal: StaticString, isHeld: Bool = false,
        makeSession: @escaping @Sendable (Connection, MemcachedProtocol?) -> any Session
    ) throws(StartError) -> [Listener] {
        var listeners: [Listener] = []
        for planned in plan {
            var address = planned.address
            // A port that the system chose for the first address is the door's port.
            if case .tcp(let host, 0) = address,
                let first = listeners.first(where: { ($0.tls != nil) == (planned.tls != nil) })
            {
                address = .tcp(host: host, port: first.port)
            }
            let tls = planned.tls.flatMap { planned in
                certificates.map { ListenerTLS($0.source, verification: planned.clients) }
            }
            precondition((tls != nil) == (planned.tls != nil), "a listener without its certificates")
            do throws(TransportError) {
                let language = planned.language
                listeners.append(
                    try workers.listen(on: address, refusal: refusal, tls: tls, isHeld: isHeld) {
                        makeSession($0, language)
                    })
            } catch {
                guard planned.isOptional else {
                    for listener in listeners { listener.close() }
                    throw StartError(listening: planned, error, settings)
                }
                log.verbose("Not listening for \(planned.door.rawValue): \(error)")
            }
        }
        return listeners
    }
}

/// A worker's own handle for background work.
private final class MaintenanceHandle: @unchecked Sendable {
    // Sendable: made before the workers start, then used by one worker's thread alone.
    private var engine: EngineHandle

    init(_ engine: EngineHandle) { self.engine = engine }

    func maintain() {
        engine.now = Milliseconds.readClock()
        engine.maintain(microseconds: ProcessLimits.maintenanceMicroseconds)
    }
}

enum ProcessLimits {
    /// Background work in one turn: 2 % of a worker at ten turns a second, and far below a noticeable pause.
    static let maintenanceMicroseconds = 2000

    /// Descriptors for listeners, event loops, logs and what libraries open.
    static let descriptorsBesideConnections = 64
}

// MARK: - Each room's part of the settings

extension Configuration {
    var engineOptions: EngineOptions {
        var options = EngineOptions()
        options.memoryLimit = memoryLimit
        options.evictionPolicy = evictionPolicy
        options.evictionSamples = evictionSamples
        options.limits = collectionLimits
        options.databaseCount = databaseCount
        options.hashSeed = System.randomNumber()
        options.usesHugePages = usesHugePages
        return options
    }

    var transportOptions: TransportOptions {
        var options = TransportOptions(workerCount: workerCountResolved)
        options.backlog = backlog
        options.connectionCountMax = connectionCountMax
        options.refusesOverLimit = refusesOverLimit
        options.idleTimeoutSeconds = idleTimeoutSeconds
        options.keepAliveSeconds = keepAliveSeconds
        return options
    }

    var memcachedSettings: MemcachedSettings {
        var settings = MemcachedSettings()
        settings.database = DatabaseIndex(memcachedDatabase)
        settings.offeredProtocol =
            !memcachedAuthFile.isEmpty ? .ascii : !memcachedPasswordDatabase.isEmpty ? .binary : memcachedProtocol
        settings.itemSizeMax = itemSizeMax
        settings.isCASEnabled = isCASEnabled
        settings.isFlushEnabled = isFlushEnabled
        settings.isDumpEnabled = isDumpEnabled
        settings.isShutdownEnabled = isShutdownEnabled
        settings.prefixDelimiter = prefixDelimiter
        settings.isDetailEnabled = isDetailEnabled
        settings.isPageMoveEnabled = isPageMoveEnabled
        settings.requestsPerEvent = requestsPerEvent > 0 ? requestsPerEvent : nil
        settings.isWatchEnabled = isWatchEnabled
        settings.watcherLogSize = watcherLogSize
        settings.workerLogSize = workerLogSize
        settings.isCrawlerEnabled = isCrawlerEnabled
        settings.crawlerSleepMicroseconds = crawlerSleepMicroseconds
        settings.crawlItemsMax = crawlItemsMax
        settings.tcpPort = max(0, memcachedPort)
        settings.udpPort = max(0, memcachedUDPPort)
        settings.interfaces = reportedRows["inter"]
        settings.domainSocket = memcachedUnixSocket.isEmpty ? nil : memcachedUnixSocket
        settings.socketMode = Int(memcachedUnixSocketMode)
        settings.backlog = backlog
        settings.workerCount = workerCountResolved
        settings.reportedRows = reportedRows
        return settings
    }

    var respSettings: RESPSettings {
        var settings = RESPSettings()
        settings.take(from: self)
        return settings
    }
}
