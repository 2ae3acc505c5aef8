// What the bytes of the format mean. Source: Redis 7.2 rdb.h.

import Base

/// The versions of Redis' RDB format.
public enum RDBVersion {
    /// What we write: Redis 7.0 and all later ones read it.
    public static let written: UInt16 = 10
    /// What we read: up to Redis 7.2.
    public static let readMax: UInt16 = 11
    /// The first one whose files end with a checksum.
    static let checked = 5
}

/// What a file says besides values, by a byte that no type has.
enum Opcode: UInt8 {
    case functions = 245, functionsBeforeRelease = 246
    /// What a module knows of itself.
    case moduleField = 247
    /// Of the next key: seconds since its last use, its access counter, when its time runs out.
    case idleTime = 248, frequency = 249, expiry = 252, expirySeconds = 253
    case field = 250
    case sizes = 251
    case database = 254
    case end = 255
}

/// Our own fields, each in front of the key that it belongs to. Redis passes over fields that it does not know.
enum OwnField: CaseIterable {
    case flags, cas, stale, binaryKey

    var name: StaticString {
        switch self {
        case .flags: "duet-flags"
        case .cas: "duet-cas"
        case .stale: "duet-stale"
        case .binaryKey: "duet-binary-key"
        }
    }

    init?(named name: RawSpan) {
        guard let field = Self.allCases.first(where: { name.equals($0.name) }) else { return nil }
        self = field
    }
}

/// The first byte of a value.
enum ValueType: UInt8 {
    case string = 0
    /// Strings behind each other, with their count in front.
    case list = 1, set = 2, hash = 4
    /// Members with scores as text; as eight bytes.
    case textSortedSet = 3, sortedSet = 5
    case module = 6, moduleSelfContained = 7
    /// One string that holds all elements.
    case zipmapHash = 9, ziplistList = 10, integerSet = 11, ziplistSortedSet = 12, ziplistHash = 13
    /// Ziplists behind each other.
    case quicklist = 14
    case listpackHash = 16, listpackSortedSet = 17
    /// Listpacks, or single elements, behind each other.
    case listpackQuicklist = 18
    case listpackSet = 20
    /// Listpacks under the ID of their first entry; since version 2 with what is known of entries that are gone, since
    /// version 3 with when a consumer last got something.
    case stream = 15, stream2 = 19, stream3 = 21
}

/// How a string is written, if not as its bytes: the low six bits of a first byte whose high bits are set.
enum StringEncoding {
    static let mark: UInt8 = 0xC0
    static let int8: UInt8 = 0
    static let int16: UInt8 = 1
    static let int32: UInt8 = 2
    static let compressed: UInt8 = 3
}

/// The first byte of a length that does not fit it.
enum LengthMark {
    static let fourteenBits: UInt8 = 0x40
    static let thirtyTwoBits: UInt8 = 0x80
    static let sixtyFourBits: UInt8 = 0x81
}

/// What a node of a quicklist holds.
enum NodeContent {
    static let element = 1
    static let listpack = 2
}

/// What stands before each part of what a module wrote. Source: Redis rdb.h, RDB_MODULE_OPCODE_EOF and so on.
enum ModulePart {
    static let end: UInt64 = 0
    static let signed: UInt64 = 1
    static let unsigned: UInt64 = 2
    static let float: UInt64 = 3
    static let double: UInt64 = 4
    static let string: UInt64 = 5
}

/// How an entry in a stream's listpack is meant.
enum StreamFlag {
    static let deleted: Int64 = 1
    /// It has the names of the first entry, and so values only.
    static let sharesNames: Int64 = 2
}

/// Bounds of what is written as one string. Source: Redis listpack.c, LISTPACK_MAX_SAFETY_LIMIT.
enum RDBLimits {
    /// A listpack beyond this is written element by element instead, and so is an element in a list.
    static let listpackSizeMax = 1 << 30
    /// What a stream's listpack may grow to. Source: Redis configuration, "stream-node-max-bytes".
    static let streamNodeSizeMax = 4096
    /// A string up to this is not compressed. Source: Redis rdbSaveRawString.
    static let plainSizeMax = 20
    /// A string beyond this is written to a file as it is: to compress it would take as much memory again.
    static let compressedSizeMax = 16 << 20
    /// What is tried of a large string before all of it is.
    static let samplePieceSize = 1024
}
