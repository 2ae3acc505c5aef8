// What is wrong with bytes that claim to be a file, for whoever has to put it right.

import Base

/// Why a file cannot be read on, and where.
public struct RDBFileFault: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Reason: Equatable, Sendable {
        /// Its first bytes are not those of such a file.
        case otherFormat
        case unknownVersion(Int)
        /// What comes next is not whole, not right, or unknown.
        case content(RDBFault)
        /// Something of a Redis module, named here, whose code alone could read it.
        case module(String)
        /// Functions in the form that a release candidate of Redis 7.0 had.
        case functionsBeforeRelease
        /// One of our own fields says what it cannot say.
        case wrongField(String)
        case wrongChecksum(inFile: UInt64, ofBytes: UInt64)
    }

    /// How far the file was read.
    public let offset: Int
    public let reason: Reason
    /// Whose value it is, if it is one; its first 64 bytes.
    public let key: [UInt8]?

    /// The same, of this item.
    public func naming(_ key: RawSpan) -> RDBFileFault {
        RDBFileFault(offset: offset, reason: reason, key: key.slice(0, min(64, key.byteCount)).copiedBytes())
    }

    public var description: String {
        let place = "at byte \(offset)"
        guard let key else { return "\(place): \(reasonText)" }
        return "\(place), in the value of key \(String(decoding: key, as: UTF8.self).debugDescription): \(reasonText)"
    }

    private var reasonText: String {
        switch reason {
        case .otherFormat: "no RDB file: it does not begin with REDIS and four digits"
        case .unknownVersion(let version): "RDB version \(version): we read 1 to \(RDBVersion.readMax)"
        case .content(let fault): fault.text
        case .module(let name): "it belongs to the module \(name), which alone can read it"
        case .functionsBeforeRelease: "functions in a form that only release candidates of Redis 7.0 wrote"
        case .wrongField(let name): "the field \(name) holds what it cannot hold"
        case .wrongChecksum(let inFile, let ofBytes):
            "the checksum is \(String(inFile, radix: 16)), but that of the bytes is \(String(ofBytes, radix: 16))"
        }
    }
}

extension RDBFault {
    fileprivate var text: String {
        switch self {
        case .truncated: "the file ends, or claims more than is left of it"
        case .corrupt: "the bytes contradict themselves or the format"
        case .empty: "a collection without elements"
        case .unknownType(let type): "\(type) is neither a type of value nor anything else that we know"
        case .module: "it belongs to a module"
        case .tooLarge: "too large for the memory"
        case .wrongFooter: "a wrong footer"
        }
    }
}
