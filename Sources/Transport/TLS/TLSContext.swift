// Certificate, key, rules and session cache of one end, as OpenSSL holds them.

import COpenSSL
import Synchronization

/// What connections are encrypted with. Constant: a reload makes another one.
@safe
public final class TLSContext: Sendable {
    /// Which end of a connection we are.
    public enum Role: Sendable { case server, client }

    // An SSL_CTX counts its own references and locks its session cache; ours are made complete before they are
    // shared and never changed after.
    nonisolated(unsafe) private let handle: OpaquePointer
    let role: Role
    private let verification: PeerVerification

    /// Reads the files that `options` name. Any thread; takes milliseconds.
    public init(_ role: Role, _ options: TLSOptions) throws(TLSError) {
        defer { ERR_clear_error() }
        guard let handle = unsafe SSL_CTX_new(role == .server ? TLS_server_method() : TLS_client_method()) else {
            throw .library(reason: TLSContext.reason())
        }
        unsafe self.handle = handle
        self.role = role
        verification = options.verification
        unsafe duet_tls_set_basics(handle, TransportLimits.tlsReadAheadSize)
        try setVersions(options)
        try loadCertificate(options)
        try loadAuthorities(options)
        try setCiphers(options)
        setSessions(options)
        if options.usesKernel { unsafe duet_tls_use_kernel(handle) }
    }

    deinit { unsafe SSL_CTX_free(handle) }

    // MARK: For connections

    /// A stream over `fd` that has not shaken hands.
    /// - Parameter verification: in place of the options'.
    /// - Parameter host: the server's name, for a client that asks for one.
    func makeStream(fd: Int32, verification: PeerVerification?, host: String?) -> TLSStream? {
        guard let ssl = unsafe SSL_new(handle) else {
            ERR_clear_error()
            return nil
        }
        // SAFETY: each call changes only the object that was just made.
        unsafe SSL_set_fd(ssl, fd)
        switch role {
        case .server: unsafe SSL_set_accept_state(ssl)
        case .client: unsafe SSL_set_connect_state(ssl)
        }
        if let verification, verification != self.verification {
            unsafe SSL_set_verify(ssl, Self.mode(verification), nil)
            unsafe Self.setContextName(verification) { unsafe SSL_set_session_id_context(ssl, $0, $1) }
        }
        if let host { unsafe _ = duet_tls_ask_for(ssl, host) }
        return unsafe TLSStream(ssl)
    }

    // MARK: The parts of the options

    private func setVersions(_ options: TLSOptions) throws(TLSError) {
        guard let lowest = options.versions.min(), let highest = options.versions.max(),
            unsafe duet_tls_set_versions(handle, lowest.number, highest.number) == 1
        else { throw .versions }
        for version in TLSVersion.allCases where version > lowest && version < highest {
            if !options.versions.contains(version) { unsafe duet_tls_refuse_version(handle, version.number) }
        }
    }

    private func loadCertificate(_ options: TLSOptions) throws(TLSError) {
        let path = options.certificateFile
        guard !path.isEmpty else {
            if role == .client { return }
            throw .noCertificate
        }
        guard unsafe SSL_CTX_use_certificate_chain_file(handle, path) == 1 else {
            throw .certificate(path: path, reason: Self.reason())
        }
        let keyPath = options.keyFile.isEmpty ? path : options.keyFile
        let format = options.keyFormat == .pem ? SSL_FILETYPE_PEM : SSL_FILETYPE_ASN1
        let password = options.keyPassword.isEmpty ? nil : options.keyPassword
        guard unsafe duet_tls_load_key(handle, keyPath, format, password) == 1 else {
            throw .key(path: keyPath, reason: Self.reason())
        }
        guard unsafe SSL_CTX_check_private_key(handle) == 1 else { throw .pair(reason: Self.reason()) }
    }

    private func loadAuthorities(_ options: TLSOptions) throws(TLSError) {
        let file = options.authorityFile
        let directory = options.authorityDirectory
        unsafe SSL_CTX_set_verify(handle, Self.mode(options.verification), nil)
        guard !file.isEmpty || !directory.isEmpty else {
            if role == .client { unsafe _ = SSL_CTX_set_default_verify_paths(handle) }
            return
        }
        guard
            unsafe SSL_CTX_load_verify_locations(
                handle, file.isEmpty ? nil : file, directory.isEmpty ? nil : directory) == 1
        else {
            throw .authorities(path: file.isEmpty ? directory : file, reason: Self.reason())
        }
        if role == .server, !file.isEmpty {
            // What a client is told to choose its certificate by; the context owns the list.
            unsafe SSL_CTX_set_client_CA_list(handle, SSL_load_client_CA_file(file))
        }
    }

    private func setCiphers(_ options: TLSOptions) throws(TLSError) {
        if !options.ciphers.isEmpty, unsafe SSL_CTX_set_cipher_list(handle, options.ciphers) != 1 {
            throw .ciphers(options.ciphers)
        }
        if !options.ciphersuites.isEmpty, unsafe SSL_CTX_set_ciphersuites(handle, options.ciphersuites) != 1 {
            throw .ciphersuites(options.ciphersuites)
        }
        if options.prefersOwnCiphers { unsafe duet_tls_prefer_own_ciphers(handle) }
        guard role == .server else { return }
        let path = options.parametersFile
        if path.isEmpty {
            unsafe duet_tls_choose_parameters(handle)
        } else if unsafe duet_tls_load_parameters(handle, path) != 1 {
            throw .parameters(path: path, reason: Self.reason())
        }
    }

    private func setSessions(_ options: TLSOptions) {
        guard role == .server else { return }
        let seconds = max(1, options.sessionSeconds)
        unsafe duet_tls_set_session_cache(
            handle, options.resumesSessions ? options.sessionCountMax : 0, seconds)
        if !options.resumesSessions { unsafe duet_tls_refuse_resumption(handle) }
        let handle = unsafe self.handle
        unsafe Self.setContextName(options.verification) { unsafe SSL_CTX_set_session_id_context(handle, $0, $1) }
    }

    /// A session is continued only where the same is asked of clients: one that was begun without a certificate
    /// must not open a listener that requires one.
    private static func setContextName(
        _ verification: PeerVerification, _ set: (UnsafePointer<UInt8>, UInt32) -> Int32
    ) {
        let name = [UInt8]("duet\(verification.rawValue)".utf8)
        // SAFETY: the bytes are copied during the call.
        unsafe name.withUnsafeBufferPointer { unsafe _ = set($0.baseAddress!, UInt32($0.count)) }
    }

    private static func mode(_ verification: PeerVerification) -> Int32 {
        switch verification {
        case .none: SSL_VERIFY_NONE
        case .optional: SSL_VERIFY_PEER
        case .required: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        }
    }

    /// What OpenSSL queued first, in its own words, as in `error:80000002:system library::No such file`.
    static func reason() -> String {
        withErrorText(ERR_get_error())
    }

    static func withErrorText(_ code: UInt) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            // SAFETY: at most 256 bytes are written, terminator included.
            unsafe ERR_error_string_n(code, text.baseAddress!, text.count)
            return unsafe String(cString: text.baseAddress!)
        }
    }
}

extension TLSVersion {
    fileprivate var number: Int32 {
        switch self {
        case .v1_0: TLS1_VERSION
        case .v1_1: TLS1_1_VERSION
        case .v1_2: TLS1_2_VERSION
        case .v1_3: TLS1_3_VERSION
        }
    }
}

/// The context that new connections get. A reload puts another one here; connections keep the one they have.
public final class TLSSource: Sendable {
    private let current: Mutex<TLSContext>

    public init(_ context: TLSContext) { current = Mutex(context) }

    /// Any thread.
    public var context: TLSContext {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}

/// How a listener's connections are encrypted.
public struct ListenerTLS: Sendable {
    public let source: TLSSource
    /// In place of what the context asks of clients; nil keeps that.
    public let verification: PeerVerification?

    public init(_ source: TLSSource, verification: PeerVerification? = nil) {
        self.source = source
        self.verification = verification
    }
}
