// What a TLS context is made from, and what can be wrong with it.

/// Whether the other end has to show a certificate.
public enum PeerVerification: Int, Sendable, CaseIterable {
    /// It is not asked for one; a client trusts any server.
    case none
    /// It is asked, and may have none; one that it has must be good.
    case optional
    /// It must have a good one.
    case required
}

/// How a private key lies in its file.
public enum TLSKeyFormat: Sendable {
    case pem, der
}

public enum TLSVersion: Int, Sendable, CaseIterable, Comparable {
    case v1_0, v1_1, v1_2, v1_3

    public static func < (a: TLSVersion, b: TLSVersion) -> Bool { a.rawValue < b.rawValue }
}

/// One end's certificate, its rules and its session cache. Paths are relative to the working directory.
public struct TLSOptions: Sendable, Equatable {
    /// PEM: the certificate, then those that signed it. A server needs one; `""` is none.
    public var certificateFile = ""
    /// `""`: the key is in `certificateFile`.
    public var keyFile = ""
    public var keyFormat = TLSKeyFormat.pem
    /// Of a PEM key; `""` for none.
    public var keyPassword = ""

    /// PEM: the authorities that may have signed the other end's certificate; `""` for none.
    public var authorityFile = ""
    /// The same as a directory of files under OpenSSL's hashed names.
    public var authorityDirectory = ""
    public var verification = PeerVerification.none

    /// Not empty. The two older ones also need ciphers of OpenSSL's security level 0.
    public var versions: Set<TLSVersion> = [.v1_2, .v1_3]
    /// OpenSSL's list for TLS 1.2 and below; `""` is the library's own.
    public var ciphers = ""
    /// The same for TLS 1.3.
    public var ciphersuites = ""
    /// Whether the server's order of ciphers decides, not the client's.
    public var prefersOwnCiphers = false
    /// PEM: parameters of the DHE suites; `""` lets the library choose a known group.
    public var parametersFile = ""

    /// Whether a client that comes back may continue its session instead of a whole handshake. By tickets, which
    /// clients keep.
    public var resumesSessions = true
    /// Sessions kept here beside, for clients without tickets; 0 for none.
    public var sessionCountMax = 0
    /// How long a session may be continued, at least 1.
    public var sessionSeconds = 300

    /// Lets the kernel do the encryption where it can.
    public var usesKernel = false

    public init() {}
}

/// Why there is no context; `reason` is OpenSSL's text.
public enum TLSError: Error, Equatable, CustomStringConvertible {
    case noCertificate
    case certificate(path: String, reason: String)
    case key(path: String, reason: String)
    /// Key and certificate are no pair.
    case pair(reason: String)
    case authorities(path: String, reason: String)
    case parameters(path: String, reason: String)
    case ciphers(String)
    case ciphersuites(String)
    case versions
    /// No memory, most likely.
    case library(reason: String)

    public var description: String {
        switch self {
        case .noCertificate: "TLS needs a certificate"
        case .certificate(let path, let reason): "certificate \(path): \(reason)"
        case .key(let path, let reason): "key \(path): \(reason)"
        case .pair(let reason): "certificate and key: \(reason)"
        case .authorities(let path, let reason): "authorities \(path): \(reason)"
        case .parameters(let path, let reason): "parameters \(path): \(reason)"
        case .ciphers(let list): "no known cipher in \(list)"
        case .ciphersuites(let list): "a ciphersuite is not known in \(list)"
        case .versions: "no version of TLS is allowed"
        case .library(let reason): "TLS: \(reason)"
        }
    }
}
