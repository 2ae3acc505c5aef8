// What each of the servers that this one stands in for says about TLS.

import Base
import Memcached
import Synchronization
import Transport

/// Why certificates could not be loaded, in the words of either server.
struct CertificateProblem: Error, Equatable {
    /// Source: memcached's tls.c.
    let memcachedText: String
    /// Source: Redis' tls.c.
    let redisText: String

    /// Clients are to be verified, and nobody says by whom.
    static let noAuthorities = CertificateProblem(
        "Error loading the CA certificate: none was named",
        "Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or "
            + "tls-auth-clients are enabled!")

    private init(_ memcachedText: String, _ redisText: String) {
        self.memcachedText = memcachedText
        self.redisText = redisText
    }

    init(_ error: TLSError) {
        switch error {
        case .noCertificate:
            self.init("Error loading the certificate chain: (null)", "No tls-cert-file configured!")
        case .certificate(let path, let reason):
            self.init(
                "Error loading the certificate chain: \(path) : \(reason)",
                "Failed to load certificate: \(path): \(reason)")
        case .key(let path, let reason):
            self.init(
                "Error loading the key: \(path) : \(reason)", "Failed to load private key: \(path): \(reason)")
        case .pair(let reason):
            self.init("Error validating the certificate: \(reason)", "Failed to load private key: \(reason)")
        case .authorities(let path, let reason):
            self.init(
                "Error loading the CA certificate: \(path) : \(reason)",
                "Failed to configure CA certificate(s) file/directory: \(reason)")
        case .parameters(let path, let reason):
            self.init(error.description, "Failed to load DH params file: \(path): \(reason)")
        case .ciphers(let list):
            self.init(
                "Error setting the provided cipher(s): \(list)", "Failed to configure ciphers: \(list)")
        case .ciphersuites(let list):
            self.init(error.description, "Failed to configure ciphersuites: \(list)")
        case .versions:
            self.init(
                error.description,
                "Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'."
            )
        case .library(let reason):
            self.init(error.description, reason)
        }
    }
}

extension Control {
    func refreshCertificates() -> String? {
        guard certificates != nil else { return "Error TLS not enabled" }
        return reloadCertificates()?.memcachedText
    }

    var tlsFacts: MemcachedTLSFacts? {
        let (certificates, settings) = state.withLock { ($0.certificates, $0.settings) }
        guard let certificates else { return nil }
        let counters = workers.counters
        var facts = MemcachedTLSFacts()
        facts.newSessions = counters.total(.tlsSessions)
        facts.cachesSessions = settings.tls.sessionCountMax != nil
        facts.handshakeErrors = counters.total(.tlsHandshakeErrors)
        facts.protocolErrors = counters.total(.tlsProtocolErrors)
        facts.secondsSinceRefresh = certificates.secondsSinceLoad
        facts.settings = settings.tls.memcachedRows
        return facts
    }
}

extension TLSSettings {
    /// Rows of `stats settings`, as of a server that has TLS on.
    fileprivate var memcachedRows: [String: String] {
        let lowest = versions?.min() ?? .v1_2
        return [
            "ssl_enabled": "yes",
            "ssl_chain_cert": certificateFile.isEmpty ? "(null)" : certificateFile,
            "ssl_key": keyFile.isEmpty ? "(null)" : keyFile,
            // OpenSSL's bits: verify, fail without.
            "ssl_verify_mode": clients == .required ? "3" : clients == .optional ? "1" : "0",
            "ssl_keyformat": keyFormat == .pem ? "1" : "2",
            "ssl_ciphers": ciphers.isEmpty ? "NULL" : ciphers,
            "ssl_ca_cert": authorityFile.isEmpty ? "NULL" : authorityFile,
            "ssl_session_cache": sessionCountMax == nil ? "no" : "yes",
            "ssl_kernel_tls": usesKernel ? "yes" : "no",
            "ssl_min_version": "tlsv1.\(lowest.rawValue)",
        ]
    }
}
