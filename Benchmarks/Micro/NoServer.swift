// What the front-ends may ask of a server, where there is none: the benchmarks never ask.

import Memcached
import RESP
import Transport

struct NoServer {}

extension NoServer: MemcachedControl {
    func facts() -> MemcachedFacts { MemcachedFacts() }
    func connections() -> [MemcachedConnection] { [] }
    func shutdown(isGraceful: Bool) {}
    func logTraffic(_ text: String) {}
    func setVerbosity(_ level: Int) {}
    func setMemoryLimit(_ bytes: Int) -> Bool { false }
    func refreshCertificates() -> String? { "Error TLS not enabled" }
    func resetStatistics() {}
}

extension NoServer: ServerControl {
    func configuration() -> [ConfigurationEntry] { [] }
    func setConfiguration(
        _ entries: [ConfigurationEntry], completion: (@Sendable (ConfigurationRefusal?) -> Void)?
    ) -> ConfigurationOutcome { .done }
    func startSaving(completion: @escaping @Sendable (String?) -> Void) -> SavingStart { .failed("no disk") }
    func startExport(of parts: SnapshotParts, completion: @escaping @Sendable (SnapshotExport) -> Void) {
        completion(.failed("no disk"))
    }
    func logPlaces() -> (end: UInt64, synced: UInt64)? { nil }
    func whenLogSynced(through place: UInt64, _ body: @escaping @Sendable () -> Void) {}
    func startRewriting() -> RewritingStart { .started }

    func startReload(_ order: ReloadOrder, completion: @escaping @Sendable (String?) -> Void) -> SavingStart {
        .failed("no disk")
    }
    func allowsDebug(_ connection: Connection?) -> Bool { false }
    func saving() -> SavingFacts { SavingFacts() }
    func rewriteConfiguration() -> String? { nil }
    func serverFacts() -> ServerFacts { ServerFacts() }
    func log(level: Int, _ text: String) {}
    func shutdown(_ order: ShutdownOrder) -> String? { "there is no server to stop" }
}
