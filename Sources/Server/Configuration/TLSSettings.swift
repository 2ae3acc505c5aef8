// What both doors are encrypted with: redis.conf's tls-* and memcached's -o ssl_*.

public import Transport

/// Settings of TLS. Files are named relative to the working directory.
public struct TLSSettings: Sendable, Equatable {
    /// PEM: the certificate and those above it; `""` for none, and then no door speaks TLS.
    public var certificateFile = ""
    /// `""`: as `certificateFile`.
    public var keyFile = ""
    public var keyPassword = ""
    public var keyFormat = TLSKeyFormat.pem
    /// PEM: who may have signed clients' certificates.
    public var authorityFile = ""
    public var authorityDirectory = ""
    /// What is asked of clients, unless an address says otherwise.
    public var clients = PeerVerification.required
    /// `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`, with blanks between; `""` is the last two.
    public var protocols = ""
    public var ciphers = ""
    public var ciphersuites = ""
    public var prefersServerCiphers = false
    public var parametersFile = ""
    /// Whether clients may continue earlier sessions.
    public var resumesSessions = true
    /// Sessions kept for clients without tickets; 0 is no limit, nil keeps none.
    public var sessionCountMax: Int? = 20_480
    /// How long a session may be continued, seconds; 0 is the shortest there is, one second.
    public var sessionSeconds = 300
    public var usesKernel = false

    public init() {}

    /// As Transport wants it. An unknown word in `protocols` leaves no versions, which Transport refuses.
    var options: TLSOptions {
        var options = TLSOptions()
        options.certificateFile = certificateFile
        options.keyFile = keyFile
        options.keyPassword = keyPassword
        options.keyFormat = keyFormat
        options.authorityFile = authorityFile
        options.authorityDirectory = authorityDirectory
        options.verification = clients
        options.versions = versions ?? []
        options.ciphers = ciphers
        options.ciphersuites = ciphersuites
        options.prefersOwnCiphers = prefersServerCiphers
        options.parametersFile = parametersFile
        options.resumesSessions = resumesSessions
        options.sessionCountMax = sessionCountMax.map { $0 == 0 ? Int(Int32.max) : $0 } ?? 0
        options.sessionSeconds = sessionSeconds
        options.usesKernel = usesKernel
        return options
    }

    /// nil if a word is none of the four.
    var versions: Set<TLSVersion>? {
        if protocols.isEmpty { return [.v1_2, .v1_3] }
        var versions: Set<TLSVersion> = []
        for word in protocols.split(separator: " ") {
            guard let index = Self.names.firstIndex(of: word.lowercased()), let version = TLSVersion(rawValue: index)
            else { return nil }
            versions.insert(version)
        }
        return versions
    }

    /// By raw value of the version.
    private static let names = ["tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"]
}
