/// Bound and listening sockets of one `ListenAddress`.
public final class Listener: Sendable {
    public let address: ListenAddress
    /// The TCP port, chosen by the system if 0 was asked for; 0 for a unix socket.
    public let port: UInt16
    init(address: ListenAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Stops accepting here; its connections go on. Any thread.
    public func close() { fatalError() }
}
