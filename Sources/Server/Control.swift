// The server as its front-ends may ask about it and change it. Control+RESP and Control+Memcached answer in
// the words of each door.

import Base
import Cutover
import Engine
import Memcached
import Persistence
import RESP
import Synchronization
import Transport

/// One running server's settings and facts. Any thread; off the request path.
final class Control: Sendable {
    let engine: Engine
    let workers: Workers
    let log: Log
    let startedAt = Milliseconds.readClock()
    /// 40 hexadecimal digits, new at each start.
    let runID = Control.makeRunID()
    let operatingSystem = System.name
    let executable = System.executablePath
    let functions = Functions()
    let snapshots: Snapshots
    let appendLog: AppendLog
    let state: Mutex<State>
    let migration = Mutex(MigrationState())

    struct State {
        var settings: Configuration
        /// Names that the command line or CONFIG SET touched, in order: what the settings' file does not tell.
        var changed: [String] = []
        /// Set when the RESP door stands; it keeps settings of its own.
        var respFrontEnd: RESPFrontEnd?
        var memcachedFrontEnd: MemcachedFrontEnd?
        /// The UDP side of the memcached door.
        var datagrams: [DatagramListener] = []
        var stopsGracefully = false
        /// What SIGHUP reads again.
        var reloads: [Reload] = []
        /// Of both doors.
        var listeners: [Listener] = []
        /// Set when any door speaks TLS.
        var certificates: Certificates?
        /// The listeners of tls-port.
        var respTLSListeners: [Listener] = []
        /// What the end of the process has still to do with the disk.
        var savesAtEnd: Bool?
        var isEndForced = false
        /// Stopping waits for a script that has written.
        var stopsLater = false
        /// Removed at the end, however the process ends.
        var pidFile: String?
        /// Beginning of the load, and how far it is; nil before and after.
        var loading: (startedAt: Milliseconds, progress: LoadProgress)?
        /// Opens them on another port.
        var openRESPTLS: (@Sendable (Configuration, Certificates) throws(StartError) -> [Listener])?
    }

    init(_ settings: Configuration, engine: Engine, workers: Workers, log: Log) {
        self.engine = engine
        self.workers = workers
        self.log = log
        state = Mutex(State(settings: settings, changed: settings.givenBesideFile))
        let notes = PersistenceLog(notice: { log.notice($0) }, warning: { log.warning($0) })
        snapshots = Snapshots(engine, settings.snapshotSettings, functions.door, log: notes)
        appendLog = AppendLog(engine, settings.logSettings, snapshots, log: notes) { workers.release(through: $0) }
    }

    var settings: Configuration { state.withLock { $0.settings } }

    func serve(_ memcached: MemcachedFrontEnd, _ resp: RESPFrontEnd) {
        functions.frontEnd.withLock { $0 = resp }
        state.withLock { state in
            state.memcachedFrontEnd = memcached
            state.respFrontEnd = resp
        }
    }

    func resetStatistics() { workers.counters.reset() }

    /// protected-mode, for a connection to the RESP door.
    func admits(_ connection: Connection) -> Bool {
        let (isProtected, door) = state.withLock { ($0.settings.isProtected, $0.respFrontEnd) }
        return !isProtected || door?.letsEverybodyIn == false || connection.isLocal
    }

    /// Takes over the ports that the system chose.
    func note(memcached: [Listener], datagrams: [DatagramListener], resp: [Listener]) {
        func take(_ port: inout Int, _ listeners: [Listener], encrypted: Bool) {
            guard port < 0, let first = listeners.first(where: { ($0.tls != nil) == encrypted }) else { return }
            port = Int(first.port)
        }
        state.withLock { state in
            state.listeners = memcached + resp
            state.datagrams = datagrams
            if state.settings.memcachedUDPPort < 0, let first = datagrams.first {
                state.settings.memcachedUDPPort = Int(first.port)
            }
            take(&state.settings.memcachedPort, memcached, encrypted: state.settings.memcachedUsesTLS)
            take(&state.settings.memcachedTLSPort, memcached, encrypted: true)
            take(&state.settings.respPort, resp, encrypted: false)
            take(&state.settings.respTLSPort, resp, encrypted: true)
        }
    }

    private static func makeRunID() -> String {
        var text = ""
        while text.utf8.count < 40 {
            let digits = String(System.randomNumber(), radix: 16)
            text += String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        return String(text.prefix(40))
    }
}
