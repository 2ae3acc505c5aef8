// How a client speaks TLS.

public import Transport

/// PEM files of a client; `""` for none.
public struct ClientTLS: Sendable, Equatable {
    /// The authorities that must have signed the server's certificate; without them any server is trusted.
    public var authorityFile = ""
    /// The client's own certificate.
    public var certificateFile = ""
    /// Its key, if that is in a file of its own.
    public var keyFile = ""

    public init() {}

    /// - Throws: what is wrong with a file.
    public func context() throws(TLSError) -> TLSContext {
        var options = TLSOptions()
        options.authorityFile = authorityFile
        options.verification = authorityFile.isEmpty ? .none : .required
        options.certificateFile = certificateFile
        options.keyFile = keyFile
        return try TLSContext(.client, options)
    }
}
