// A whole file, item by item, whatever server and version wrote it. Source: Redis 7.2 rdb.c, rdbLoadRio.

import Base
public import Engine

/// What comes next in a file.
public enum RDBFileEvent: Equatable, Sendable {
    /// Something that the file says of itself: `name` and `string`. Most may be passed over.
    case field
    /// The items that follow belong to this database.
    case database(Int)
    /// So many items of it follow, and so many of them have an expiry; a claim, for making room.
    case sizes(keys: Int, expiring: Int)
    /// A library of functions, whose code is `string`.
    case functions
    /// What belongs to this module was passed over: an item, `name` and `facts`, or something of the module's own.
    case module(String, isItem: Bool)
    /// An item, `name` and `facts`, with the value `string`.
    case string
    /// An item, `name` and `facts`, whose value `draft` builds; or the next `next` passes over it.
    case collection(ValueKind)
    /// The file's end; the checksum is right, as far as it was asked for.
    case end
}

/// Reads a file that lies in memory or is mapped there. What was read before a fault is right as far as it goes: only
/// the checksum at the end tells of damage that no format shows.
///
///     while true {
///         switch try reader.next() {
///         case .string: store(reader.name, reader.string, reader.facts)
///         case .collection: if let draft = try reader.draft(for: engine) { store(reader.name, draft, reader.facts) }
///         ...
public struct RDBFileReader: ~Copyable, ~Escapable {
    private var reader: RDBReader
    /// The version that the file says it has: 1...11.
    public let version: Int
    private let verifiesChecksum: Bool
    private let passesModules: Bool
    private var sum = CRC64()
    private var summedSize = 0

    private var nameText = RDBReader.Text.empty
    /// A name that does not stand in the file.
    private var nameBuffer = OutputBuffer(capacity: 256)
    private var text = RDBReader.Text.empty
    /// What the file says of the item that was shown last, or of the next one as far as it was read.
    public private(set) var facts = RDBItemFacts()
    /// The type of the collection that was shown last, while its value is unread.
    private var unread: ValueType?
    /// The first byte of the item that was shown last, and where its value begins.
    private var valueType: UInt8 = 0
    private var valueStart = 0
    private var isAtItem = false
    private var isOver = false
    /// Whether the file's end was reached, and the bytes are those that its checksum was made of.
    public private(set) var isVerified = false

    /// Summing up waits for so many bytes: a step of its own for each item would cost more than the sum.
    private static let sumStep = 64 << 10
    private static let headerSize = 9

    /// - Parameter file: may go on behind the end of what is read, as a file of commands with a snapshot in front does.
    /// - Parameter verifiesChecksum: has the end tell whether the bytes are those that were written.
    /// - Parameter passesModules: what belongs to a module is shown by name, as far as it tells where it ends; else it
    ///   is a fault.
    @_lifetime(copy file)
    public init(_ file: RawSpan, verifiesChecksum: Bool, passesModules: Bool = false) throws(RDBFileFault) {
        version = try Self.version(of: file)
        self.verifiesChecksum = verifiesChecksum
        self.passesModules = passesModules
        reader = RDBReader(file, sizeMax: .max)
        reader.place = Self.headerSize
    }

    private static func version(of file: RawSpan) throws(RDBFileFault) -> Int {
        guard file.byteCount >= headerSize, file.slice(0, 5).equals("REDIS"),
            let version = file.slice(5, headerSize).unsignedDecimal()
        else { throw RDBFileFault(offset: 0, reason: .otherFormat, key: nil) }
        guard version >= 1 && version <= UInt64(RDBVersion.readMax) else {
            throw RDBFileFault(offset: headerSize, reason: .unknownVersion(Int(version)), key: nil)
        }
        return Int(version)
    }

    /// How many bytes were read: progress, and behind the end where something else begins.
    public var place: Int { reader.place }

    /// The key of an item, or the name of a field. Good until the next `next`, here and below.
    public var name: RawSpan {
        @_lifetime(borrow self) get { reader.place(of: nameText) == nil ? nameBuffer.span : reader.bytes(nameText) }
    }

    /// Where `name` stands in the file; nil if it does not.
    public var namePlace: Range<Int>? { reader.place(of: nameText) }

    /// The value of a string or of a field, or the code of functions.
    public var string: RawSpan { @_lifetime(borrow self) get { reader.bytes(text) } }

    /// Where `string` stands in the file; nil if it does not, being a number or compressed.
    public var stringPlace: Range<Int>? { reader.place(of: text) }

    // MARK: Steps

    private enum Step {
        /// Something about the next item.
        case fact
        case event(RDBFileEvent)
        case fault(RDBFileFault.Reason)
    }

    /// Reads on to what comes next; behind the end, that is the end again.
    public mutating func next() throws(RDBFileFault) -> RDBFileEvent {
        if let unread { try skip(unread) }
        if isAtItem {
            facts = RDBItemFacts()
            isAtItem = false
        }
        while true {
            var result = Step.fact
            do throws(RDBFault) { result = try step() } catch { throw fault(.content(error)) }
            switch result {
            case .fact: continue
            case .event(let event): return event
            case .fault(let reason): throw fault(reason)
            }
        }
    }

    private mutating func step() throws(RDBFault) -> Step {
        if isOver { return .event(.end) }
        if reader.place - summedSize >= Self.sumStep { addUp() }
        reader.forgetStrings()
        nameText = .empty
        text = .empty
        let first = try reader.byte()
        guard let opcode = Opcode(rawValue: first) else { return try item(first) }
        switch opcode {
        case .functions:
            text = try reader.string()
            return .event(.functions)
        case .functionsBeforeRelease: return .fault(.functionsBeforeRelease)
        case .moduleField: return try module(isItem: false, hasEnd: true)
        // No more than what can be told in milliseconds, too.
        case .idleTime: facts.idleSeconds = Int64(min(try reader.integer(), 1 << 40))
        case .frequency: facts.frequency = try reader.byte()
        case .expiry: set(expiry: Int64(bitPattern: try reader.number(bytes: 8)))
        case .expirySeconds: set(expiry: Int64(Int32(truncatingIfNeeded: try reader.number(bytes: 4))) * 1000)
        case .field: return try field()
        case .sizes:
            let keys = try reader.length()
            return .event(.sizes(keys: keys, expiring: try reader.length()))
        case .database: return .event(.database(try reader.length()))
        case .end: return try end()
        }
        return .fact
    }

    /// A time that is no time at all would be none.
    private mutating func set(expiry: Int64) { facts.expiry = Milliseconds(max(1, expiry)) }

    private mutating func readName() throws(RDBFault) {
        nameText = try reader.string()
        guard reader.place(of: nameText) == nil else { return }
        nameBuffer.removeAll()
        reader.copy(nameText, to: &nameBuffer)
        reader.forgetStrings()
    }

    private mutating func item(_ first: UInt8) throws(RDBFault) -> Step {
        guard let type = ValueType(rawValue: first) else { throw .unknownType(first) }
        try readName()
        if type == .module || type == .moduleSelfContained {
            isAtItem = true
            return try module(isItem: true, hasEnd: type == .moduleSelfContained)
        }
        let kind = try type.kind
        isAtItem = true
        valueType = first
        valueStart = reader.place
        if type == .string {
            text = try reader.string()
            return .event(.string)
        }
        unread = type
        return .event(.collection(kind))
    }

    private mutating func module(isItem: Bool, hasEnd: Bool) throws(RDBFault) -> Step {
        let name = Self.moduleName(try reader.integer())
        guard passesModules && hasEnd else { return .fault(.module(name)) }
        try reader.skipModuleParts()
        return .event(.module(name, isItem: isItem))
    }

    private mutating func field() throws(RDBFault) -> Step {
        try readName()
        text = try reader.string()
        guard let field = OwnField(named: name) else { return .event(.field) }
        var facts = facts
        guard facts.take(field, reader.bytes(text)) else { return .fault(.wrongField("\(field.name)")) }
        self.facts = facts
        return .fact
    }

    private mutating func end() throws(RDBFault) -> Step {
        addUp()
        if version >= RDBVersion.checked {
            let inFile = try reader.number(bytes: 8)
            if verifiesChecksum && inFile != 0 {
                guard inFile == sum.value else {
                    return .fault(.wrongChecksum(inFile: inFile, ofBytes: sum.value))
                }
                isVerified = true
            }
        }
        isOver = true
        return .event(.end)
    }

    private mutating func addUp() {
        if verifiesChecksum { sum.add(reader.source.slice(summedSize, reader.place)) }
        summedSize = reader.place
    }

    // MARK: Values

    /// The collection that was shown last, for a `RDBValueBuilder` to build; the next `next` passes over it.
    public var collection: RDBCollection {
        guard let type = unread else { preconditionFailure("no collection, or one that was read before") }
        return RDBCollection(type: type, place: reader.place)
    }

    /// Builds the value of the collection that was shown last. Nil if it has no elements, as an old server may have
    /// written one: no keyspace has such an item.
    /// - Parameter engine: where the value will be stored.
    public mutating func draft(for engine: EngineHandle) throws(RDBFileFault) -> ValueDraft? {
        guard let type = unread else { preconditionFailure("no collection, or one that was read before") }
        unread = nil
        do throws(RDBFault) {
            return try reader.value(of: type, for: engine)
        } catch {
            // Only known when all of it was read.
            if error == .empty { return nil }
            throw fault(.content(error))
        }
    }

    /// The value of the item that was shown last as it stands in the file, for who takes it so: its first byte, which
    /// stands elsewhere, and where the rest is. The value is passed over.
    public mutating func encodedValue() throws(RDBFileFault) -> (type: UInt8, place: Range<Int>) {
        precondition(isAtItem, "no item")
        if let unread { try skip(unread) }
        return (valueType, valueStart..<reader.place)
    }

    private mutating func skip(_ type: ValueType) throws(RDBFileFault) {
        unread = nil
        do throws(RDBFault) { try reader.skip(type) } catch { throw fault(.content(error)) }
    }

    private func fault(_ reason: RDBFileFault.Reason) -> RDBFileFault {
        let fault = RDBFileFault(offset: reader.place, reason: reason, key: nil)
        return isAtItem ? fault.naming(name) : fault
    }

    /// Nine characters of six bits each, and ten bits of a version. Source: Redis module.c, moduleTypeNameByID.
    private static func moduleName(_ id: UInt64) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let name = (0..<9).reversed().map { letters[Int(id >> UInt64(10 + 6 * $0) & 63)] }
        return String(decoding: name, as: UTF8.self)
    }
}
