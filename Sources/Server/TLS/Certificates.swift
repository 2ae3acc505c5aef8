// The certificates that are in use, and their reload while connections live.

import Base
import Synchronization
import Transport

/// What new TLS connections of both doors are encrypted with.
final class Certificates: Sendable {
    let source: TLSSource
    private let loadedAt: Mutex<Milliseconds>

    init(_ context: TLSContext) {
        source = TLSSource(context)
        loadedAt = Mutex(.readClock())
    }

    /// Reads every file that `settings` name, without using them yet.
    static func load(_ settings: Configuration) throws(CertificateProblem) -> TLSContext {
        let tls = settings.tls
        let hasAuthorities = !tls.authorityFile.isEmpty || !tls.authorityDirectory.isEmpty
        // memcached starts all the same: whoever shows no certificate is served in its mode 1.
        guard hasAuthorities || tls.clients == .none || settings.followsMemcachedHabits else {
            throw .noAuthorities
        }
        do throws(TLSError) {
            return try TLSContext(.server, tls.options)
        } catch {
            throw CertificateProblem(error)
        }
    }

    /// From now on, new connections get `context`.
    func use(_ context: TLSContext) {
        source.context = context
        loadedAt.withLock { $0 = .readClock() }
    }

    var secondsSinceLoad: Int {
        Int((Milliseconds.readClock().rawValue - loadedAt.withLock { $0 }.rawValue) / 1000)
    }
}

extension Configuration {
    /// Whether anything is to speak TLS from the start.
    var needsCertificates: Bool { memcachedUsesTLS || ListenPlan.make(self).contains { $0.tls != nil } }
}
