// The binary protocol's request header, read once into a trivial value.

import Base

/// A request, as its header tells it:
///
///     0      1     2          4       5      6         8           12       16      24
///     +------+-----+----------+-------+------+---------+-----------+--------+-------+--------+-----+-------+
///     | 0x80 | op  | key size | extra | type | vbucket | body size | opaque | cas   | extras | key | value |
///     +------+-----+----------+-------+------+---------+-----------+--------+-------+--------+-----+-------+
///
/// Numbers have their high byte first. Data type and vbucket mean nothing to memcached. The body is all that is
/// behind the header. Source: memcached protocol_binary.h.
struct BinaryRequest {
    static var magic: UInt8 { 0x80 }
    static var headerSize: Int { 24 }

    /// Where it begins in the input.
    let start: Int
    let magic: UInt8
    let operation: UInt8
    let extrasSize: Int
    let keySize: Int
    let bodySize: Int
    /// Sent back as it came, in memory order.
    let opaque: UInt32
    let cas: UInt64

    /// - Parameter start: of at least 24 bytes.
    @inline(__always)
    init(_ input: RawSpan, at start: Int) {
        let first = input.word(at: start)
        self.start = start
        magic = UInt8(truncatingIfNeeded: first)
        operation = UInt8(truncatingIfNeeded: first &>> 8)
        keySize = Int(UInt16(truncatingIfNeeded: first &>> 16).byteSwapped)
        extrasSize = Int(UInt8(truncatingIfNeeded: first &>> 32))
        bodySize = Int(input.halfWord(at: start &+ 8).byteSwapped)
        opaque = input.halfWord(at: start &+ 12)
        cas = input.word(at: start &+ 16).byteSwapped
    }

    /// nil if memcached knows no such request.
    var opcode: BinaryOpcode? { @inline(__always) get { BinaryOpcode(rawValue: operation) } }

    var extras: Int { @inline(__always) get { start &+ Self.headerSize } }

    var key: Token {
        @inline(__always) get { Token(extras &+ extrasSize, extras &+ extrasSize &+ keySize) }
    }

    /// Meaningful if the sizes agree.
    var value: Token { @inline(__always) get { Token(key.end, end) } }

    var end: Int { @inline(__always) get { start &+ Self.headerSize &+ bodySize } }

    /// Whether key and extras fit into the body.
    var sizesAgree: Bool { @inline(__always) get { keySize &+ extrasSize <= bodySize } }
}

/// What a request asks for. A Q is the quiet form, which leaves out the commonest answer.
enum BinaryOpcode: UInt8 {
    case get, set, add, replace, delete, increment, decrement, quit, flush, getQ, noop, version, getK, getKQ, append,
        prepend, stat, setQ, addQ, replaceQ, deleteQ, incrementQ, decrementQ, quitQ, flushQ, appendQ, prependQ,
        verbosity, touch, gat, gatQ
    case saslMechanisms = 0x20
    case saslStart, saslStep, gatK, gatKQ

    /// Whether somebody may ask it who has not logged in yet.
    var isForEverybody: Bool {
        self == .version || self == .saslMechanisms || self == .saslStart || self == .saslStep
    }
}

extension BinaryRequest {
    /// Whether extras, key and value are there, or not there, as `opcode` demands.
    /// Source: memcached dispatch_bin_command. That touch, gat and stat have no value is our own demand.
    @inline(__always)
    func isWellFormed(_ opcode: BinaryOpcode) -> Bool {
        let hasKey = keySize > 0
        let hasValue = bodySize > keySize &+ extrasSize
        switch opcode {
        case .get, .getQ, .getK, .getKQ, .delete, .deleteQ:
            return extrasSize == 0 && hasKey && !hasValue
        case .set, .setQ, .add, .addQ, .replace, .replaceQ:
            return extrasSize == 8 && hasKey
        case .append, .appendQ, .prepend, .prependQ, .saslStart, .saslStep:
            return extrasSize == 0 && hasKey
        case .increment, .incrementQ, .decrement, .decrementQ:
            return extrasSize == 20 && hasKey && !hasValue
        case .touch, .gat, .gatQ, .gatK, .gatKQ:
            return extrasSize == 4 && hasKey && !hasValue
        case .flush, .flushQ:
            return (extrasSize == 0 || extrasSize == 4) && !hasKey && !hasValue
        case .verbosity:
            return extrasSize == 4 && !hasKey && !hasValue
        case .stat:
            return extrasSize == 0 && !hasValue
        case .noop, .version, .quit, .quitQ, .saslMechanisms:
            return bodySize == 0
        }
    }
}
