// memcached's -Z and -o ssl_*.

import Transport

extension MemcachedCommandLine {
    mutating func applyTLS(_ name: String, _ argument: String?) throws(Refusal) {
        if name == "ssl_session_cache" {
            settings.tls.sessionCountMax = Self.sessionCountMax
            return
        }
        if name == "ssl_kernel_tls" {
            settings.tls.usesKernel = true
            return
        }
        guard let argument else { throw Refusal("Missing \(name) argument") }
        switch name {
        case "ssl_chain_cert": settings.tls.certificateFile = argument
        case "ssl_key": settings.tls.keyFile = argument
        case "ssl_ciphers": settings.tls.ciphers = argument
        case "ssl_ca_cert": settings.tls.authorityFile = argument
        case "ssl_keyformat": settings.tls.keyFormat = try keyFormat(argument)
        case "ssl_verify_mode": try setVerification(argument)
        case "ssl_min_version": try setLowestVersion(argument)
        default: try setWriteBuffer(argument)
        }
    }

    /// OpenSSL's own limit, which memcached leaves as it is.
    private static let sessionCountMax = 20_480

    private func number(_ text: String, of name: String) throws(Refusal) -> Int {
        guard let number = Int(text) else { throw Refusal("could not parse argument to \(name)") }
        return number
    }

    /// memcached's help says names, its parser takes OpenSSL's numbers: both are right here.
    private func keyFormat(_ text: String) throws(Refusal) -> TLSKeyFormat {
        switch text {
        case "PEM", "1": return .pem
        case "DER", "2": return .der
        case "ENGINE": throw Refusal("This server does not support keys in an engine (-o ssl_keyformat).")
        default: throw Refusal("could not parse argument to ssl_keyformat")
        }
    }

    private mutating func setVerification(_ text: String) throws(Refusal) {
        switch try number(text, of: "ssl_verify_mode") {
        case 0: settings.tls.clients = .none
        case 1: settings.tls.clients = .optional
        case 2: settings.tls.clients = .required
        case 3:
            // "Once": not again in a renegotiation, which is refused anyway.
            settings.tls.clients = .required
            settings.reportedRows["ssl_verify_mode"] = "7"
        default: throw Refusal("Invalid ssl_verify_mode. Use help to see valid options.")
        }
    }

    private mutating func setLowestVersion(_ text: String) throws(Refusal) {
        let names = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
        let lowest = try number(text, of: "ssl_min_version")
        guard names.indices.contains(lowest) else {
            throw Refusal("Invalid ssl_min_version. Use help to see valid options.")
        }
        settings.tls.protocols = names[lowest...].joined(separator: " ")
    }

    private mutating func setWriteBuffer(_ text: String) throws(Refusal) {
        let kilobytes = try number(text, of: "ssl_wbuf_size")
        guard (0...Int(Int32.max)).contains(kilobytes) else {
            throw Refusal("could not parse argument to ssl_wbuf_size")
        }
        settings.reportedRows["ssl_wbuf_size"] = String(kilobytes << 10)
        // Each worker has one buffer, of a record's size, for all its connections.
        tuning.append("ssl_wbuf_size")
    }

    /// -Z and the rest of the command line.
    mutating func checkTLS() throws(Refusal) {
        guard settings.memcachedUsesTLS else {
            if !tlsGiven.isEmpty {
                let names = tlsGiven.sorted().joined(separator: ", ")
                warnings.append("Without -Z nothing is encrypted: no effect of \(names).")
            }
            return
        }
        guard settings.memcachedPort != 0 else {
            throw Refusal("ERROR: You cannot enable SSL without a TCP port.", ExitCode.usage)
        }
        if !settings.memcachedUnixSocket.isEmpty {
            warnings.append("The unix socket is not encrypted: -Z is about TCP.")
        }
    }
}
