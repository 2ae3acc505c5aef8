// TLS of the running server: CONFIG SET of tls-*, refresh_certs, SIGHUP.

import Base
import RESP
import Synchronization
import Transport

extension Control {
    /// Takes over what the doors were opened with.
    func serveTLS(
        _ certificates: Certificates?, _ listeners: [Listener],
        open: @escaping @Sendable (Configuration, Certificates) throws(StartError) -> [Listener]
    ) {
        state.withLock { state in
            if let certificates { begin(certificates, &state) }
            state.respTLSListeners = listeners
            state.openRESPTLS = open
        }
    }

    /// From here on there is something to reload.
    private func begin(_ certificates: Certificates, _ state: inout State) {
        if state.certificates != nil { return }
        state.certificates = certificates
        state.reloads.append(
            Reload(what: "the TLS certificates") { [unowned self] in reloadCertificates()?.redisText })
    }

    /// CONFIG SET. Connections keep what they were accepted with.
    func applyTLS(_ new: Configuration, over state: inout State) -> ConfigurationRefusal? {
        let movesPort = new.respTLSPort != state.settings.respTLSPort
        let opens = movesPort && new.respTLSPort != 0
        let changes = new.tls != state.settings.tls
        guard opens || changes && state.certificates != nil else {
            if movesPort { closeTLS(&state) }
            return nil
        }
        let context: TLSContext
        do throws(CertificateProblem) {
            context = try Certificates.load(new)
        } catch {
            log.warning(error.redisText)
            let reason = "Unable to update TLS configuration. Check server logs."
            return ConfigurationRefusal(name: changes ? "tls-cert-file" : "tls-port", reason: .invalid(reason))
        }
        let certificates = state.certificates ?? Certificates(context)
        if opens, let open = state.openRESPTLS {
            do throws(StartError) {
                let listeners = try open(new, certificates)
                closeTLS(&state)
                state.respTLSListeners = listeners
                state.listeners += listeners
            } catch {
                log.warning(error.description)
                let reason = "Unable to listen on this port. Check server logs."
                return ConfigurationRefusal(name: "tls-port", reason: .invalid(reason))
            }
        } else if movesPort {
            closeTLS(&state)
        }
        certificates.use(context)
        begin(certificates, &state)
        return nil
    }

    private func closeTLS(_ state: inout State) {
        let closed = state.respTLSListeners
        for listener in closed { listener.close() }
        state.listeners.removeAll { listener in closed.contains { $0 === listener } }
        state.respTLSListeners = []
    }
}

extension Control {
    /// What clients of both doors may be told of, once TLS is in use.
    var certificates: Certificates? { state.withLock { $0.certificates } }

    /// Reads the certificate files again. nil if all went well or no door speaks TLS.
    func reloadCertificates() -> CertificateProblem? {
        let (certificates, settings) = state.withLock { ($0.certificates, $0.settings) }
        guard let certificates else { return nil }
        do throws(CertificateProblem) {
            certificates.use(try Certificates.load(settings))
            return nil
        } catch {
            return error
        }
    }
}
