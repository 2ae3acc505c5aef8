// Which of memcached's two languages a listener speaks.

/// What a connection may talk. Source: memcached's `-B`, and the prefix `proto[...]:` of its `-l`.
public enum MemcachedProtocol: Sendable, Equatable, CaseIterable {
    /// Text; a first byte of 0x80 closes the connection.
    case ascii
    /// The binary protocol; any other first byte than 0x80 closes the connection.
    case binary
    /// Whatever the first byte begins.
    case negotiating

    /// Its name in `stats settings`.
    var settingsName: String {
        switch self {
        case .ascii: "ascii"
        case .binary: "binary"
        case .negotiating: "auto-negotiate"
        }
    }
}
