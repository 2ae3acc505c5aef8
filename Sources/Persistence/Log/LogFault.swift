// What is wrong with a file of the append log, and what may be done about it.

/// Why a file of the log cannot be read on.
struct LogFault: Error, Equatable, Sendable, CustomStringConvertible {
    enum Kind: Sendable {
        /// What a crash leaves behind: the end was never promised to anybody. The file may be cut at `goodSize`.
        case tornTail
        /// Bytes that were safe on the disk are others now, or none that a server writes.
        case corrupt
    }

    let kind: Kind
    /// Of the first byte that is not as it should be, as far as that can be told.
    let offset: Int
    let reason: String
    /// The end of what is whole and contradicted by nothing.
    let goodSize: Int

    var description: String { "at byte \(offset): \(reason)" }
}
