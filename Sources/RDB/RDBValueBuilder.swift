// Values of a file that somebody else reads: building them may be shared between threads.

import Base
public import Engine

/// A collection in a file that has not been built.
public struct RDBCollection: Sendable {
    let type: ValueType
    let place: Int
}

/// Builds values that an `RDBFileReader` of the same file showed. Keeps its working memory from one to the next.
public struct RDBValueBuilder: ~Copyable, ~Escapable {
    private var reader: RDBReader

    @_lifetime(copy file)
    public init(_ file: RawSpan) { reader = RDBReader(file, sizeMax: .max) }

    /// Builds a value. Nil if it has no elements, as with `RDBFileReader.draft`.
    /// - Parameter engine: where the value will be stored.
    /// The fault does not name the key, which `RDBFileFault.naming` adds.
    public mutating func draft(
        _ collection: RDBCollection, for engine: EngineHandle
    ) throws(RDBFileFault) -> ValueDraft? {
        reader.place = collection.place
        reader.forgetStrings()
        do throws(RDBFault) {
            return try reader.value(of: collection.type, for: engine)
        } catch {
            if error == .empty { return nil }
            throw RDBFileFault(offset: reader.place, reason: .content(error), key: nil)
        }
    }
}
