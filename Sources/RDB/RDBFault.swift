// What is wrong with bytes that claim to be a value.

/// Why a value could not be read. Nothing is left of it then.
public enum RDBFault: Error, Equatable, Sendable {
    /// The bytes end inside the value.
    case truncated
    /// They contradict themselves or the format.
    case corrupt
    /// A collection without elements, which no keyspace has.
    case empty
    /// A type that we do not know.
    case unknownType(UInt8)
    /// A value of a Redis module, whose code alone could read it.
    case module
    /// More than the reader was allowed to make of it.
    case tooLarge
    /// A payload of a version that is not ours to read, or whose checksum is not that of its bytes.
    case wrongFooter
}
