// How a PeerLink comes about: for a server, which only wants to know whether, and for a tool, which must say why not.

import CLibevent
import Glibc

extension PeerLink {
    /// Connects to the first address of `host` that answers. To find the addresses of a name takes the time it takes.
    public static func connect(
        host: String, port: UInt16, timeoutMilliseconds: Int64
    ) throws(PeerFault) -> PeerLink {
        var fault = PeerFault.unknown
        do throws(TransportError) {
            for target in try Sockets.resolve(host: host, port: port, toListen: false) {
                do throws(TransportError) {
                    let fd = try Sockets.connect(
                        target, for: host, timeoutMilliseconds: Int32(clamping: timeoutMilliseconds))
                    Sockets.set(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
                    return PeerLink(fd: fd)
                } catch .system(_, _, let code)
                    where [ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH].contains(code)
                {
                    fault = .refused
                } catch {
                    // No way to this address: another may have one.
                }
            }
        } catch {
            // A name without any address.
        }
        throw fault
    }

    /// Connects a tool, which moves much at a time.
    /// - Parameter tls: nil for a plain connection. With it the process ignores SIGPIPE from here on.
    public static func connect(
        to address: ListenAddress, tls: TLSContext? = nil, timeoutMilliseconds: Int64
    ) throws(TransportError) -> PeerLink {
        let fd = try Sockets.connect(to: address, timeoutMilliseconds: Int32(clamping: timeoutMilliseconds))
        Sockets.setTCPOptions(fd, keepAliveSeconds: TransportLimits.peerKeepAliveSeconds)
        guard let tls else { return PeerLink(fd: fd, inputSize: TransportLimits.peerInputSize) }
        _ = signal(SIGPIPE, SIG_IGN)
        guard let stream = tls.makeStream(fd: fd, verification: nil, host: address.serverName) else {
            _ = close(fd)
            throw .system(call: "TLS", address: address.description, errno: ENOMEM)
        }
        let link = PeerLink(fd: fd, stream: stream, inputSize: TransportLimits.peerInputSize)
        if let reason = link.shakeHands(stream, until: deadline(timeoutMilliseconds)) {
            throw .handshake(address: address.description, reason: reason)
        }
        return link
    }

    /// - Returns: nil, or why it did not succeed.
    private func shakeHands(_ stream: TLSStream, until deadline: UInt64) -> String? {
        while true {
            switch stream.handshake() {
            case .done: return nil
            case .wantsRead: guard wait(for: POLLIN, until: deadline) else { return "no answer in time" }
            case .wantsWrite: guard wait(for: POLLOUT, until: deadline) else { return "no answer in time" }
            case .ended, .lost: return "the peer closed the connection"
            case .refused(let reason): return reason
            }
        }
    }
}

extension ListenAddress {
    /// The name to ask a TLS server for; nil if there is none: an address is no name.
    var serverName: String? {
        guard case .tcp(let host, _) = self else { return nil }
        let isAddress = host.contains(":") || host.utf8.allSatisfy { (48...58).contains($0) || $0 == 46 }
        return isAddress ? nil : host
    }
}
