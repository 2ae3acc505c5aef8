// One set of permissions, made of rules: which commands, with which keys and channels.
// Source: Redis 7 ACL rules, aclSelector.

import Base

/// Why a rule was refused.
enum RuleFault: Error {
    case unknownCommand, syntax, patternAfterAllKeys, patternAfterAllChannels, noSuchPassword, badHash
    case duplicateUser, firstArgumentOfSubcommand

    /// Source: Redis ACLSetUserStringError.
    var text: String {
        switch self {
        case .unknownCommand: "Unknown command or category name in ACL"
        case .syntax: "Syntax error"
        case .patternAfterAllKeys:
            "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. "
                + "Try 'resetkeys' to start with an empty list of patterns"
        case .patternAfterAllChannels:
            "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any "
                + "effect. Try 'resetchannels' to start with an empty list of channels"
        case .noSuchPassword: "The password you are trying to remove from the user does not exist"
        case .badHash:
            "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters"
        case .duplicateUser: "Duplicate user found. A user can only be defined once in config files"
        case .firstArgumentOfSubcommand: "Allowing first-arg of a subcommand is not supported"
        }
    }
}

/// What may be done to keys.
struct KeyAccess: OptionSet, Sendable {
    let rawValue: UInt8
    static let read = KeyAccess(rawValue: 1)
    static let write = KeyAccess(rawValue: 2)
    static let all: KeyAccess = [.read, .write]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What a command needs, from the table's words. Source: Redis ACLSelectorCheckKey.
    init(words: String) {
        self = []
        for word in words.split(separator: " ") {
            switch word {
            case "access": insert(.read)
            case "insert", "delete", "update": insert(.write)
            default: break
            }
        }
    }
}

struct AccessSelector: Sendable {
    struct KeyPattern: Sendable {
        var bytes: [UInt8]
        var access: KeyAccess
    }

    private(set) var commands = CommandSet.none
    /// No command was taken away since all were given.
    private(set) var allowsAllCommands = false
    /// First arguments with which a command may be run that is not in `commands`, by its id.
    private(set) var firstArguments: [Int: [[UInt8]]] = [:]
    private(set) var keys: [KeyPattern] = []
    private(set) var allowsAllKeys = false
    private(set) var channels: [[UInt8]] = []
    private(set) var allowsAllChannels: Bool

    init(allowsAllChannels: Bool) { self.allowsAllChannels = allowsAllChannels }

    /// Commands, keys and channels without any bound.
    var isUnrestricted: Bool { allowsAllCommands && allowsAllKeys && allowsAllChannels }

    /// Source: Redis ACLSetSelector.
    mutating func apply(_ rule: [UInt8]) throws(RuleFault) {
        guard let first = rule.first else { throw .syntax }
        switch String(decoding: rule.upToNUL.lowercasedASCII, as: UTF8.self) {
        case "allkeys", "~*":
            allowsAllKeys = true
            keys = []
        case "resetkeys":
            allowsAllKeys = false
            keys = []
        case "allchannels", "&*":
            allowsAllChannels = true
            channels = []
        case "resetchannels":
            allowsAllChannels = false
            channels = []
        case "allcommands", "+@all": setAll(true)
        case "nocommands", "-@all": setAll(false)
        default:
            let rest = rule.dropFirst()
            switch first {
            case UInt8(ascii: "~"): try addKeys(rest, .all)
            case UInt8(ascii: "%"): try addKeys(withAccess: rest)
            case UInt8(ascii: "&"): try addChannel(rest)
            case UInt8(ascii: "+"): try change(rest.upToNUL, true)
            case UInt8(ascii: "-"): try change(rest.upToNUL, false)
            default: throw .syntax
            }
        }
    }

    // MARK: Keys and channels

    private mutating func addKeys(withAccess rule: ArraySlice<UInt8>) throws(RuleFault) {
        if allowsAllKeys { throw .patternAfterAllKeys }
        var access = KeyAccess()
        var rest = rule
        while let byte = rest.popFirst() {
            switch byte | 0x20 {
            case UInt8(ascii: "r") where !access.contains(.read): access.insert(.read)
            case UInt8(ascii: "w") where !access.contains(.write): access.insert(.write)
            default:
                guard byte == UInt8(ascii: "~") && !access.isEmpty else { throw .syntax }
                return try addKeys(rest, access)
            }
        }
        // Without a pattern it is the empty one, as in Redis.
        if access.isEmpty { throw .syntax }
        try addKeys(rest, access)
    }

    private mutating func addKeys(_ pattern: ArraySlice<UInt8>, _ access: KeyAccess) throws(RuleFault) {
        if allowsAllKeys { throw .patternAfterAllKeys }
        guard !pattern.hasBlanks else { throw .syntax }
        if let index = keys.firstIndex(where: { $0.bytes.elementsEqual(pattern) }) {
            keys[index].access.formUnion(access)
        } else {
            keys.append(KeyPattern(bytes: Array(pattern), access: access))
        }
    }

    private mutating func addChannel(_ pattern: ArraySlice<UInt8>) throws(RuleFault) {
        if allowsAllChannels { throw .patternAfterAllChannels }
        guard !pattern.hasBlanks else { throw .syntax }
        if !channels.contains(where: { $0.elementsEqual(pattern) }) { channels.append(Array(pattern)) }
    }

    // MARK: Commands

    private mutating func setAll(_ isIn: Bool) {
        commands = isIn ? .all : .none
        allowsAllCommands = isIn
        firstArguments = [:]
    }

    /// - Parameter name: what stands behind the sign.
    private mutating func change(_ name: ArraySlice<UInt8>, _ isIn: Bool) throws(RuleFault) {
        if name.first == UInt8(ascii: "@") {
            guard let category = CommandCatalogue.category(name.dropFirst()) else { throw .unknownCommand }
            for entry in CommandCatalogue.entries where entry.categories & category != 0 { set(entry, isIn) }
            return
        }
        guard isIn, let bar = name.lastIndex(of: UInt8(ascii: "|")) else {
            guard let entry = CommandCatalogue.find(name) else { throw .unknownCommand }
            return set(entry, isIn)
        }
        guard let container = CommandCatalogue.find(name[..<bar]) else { throw .unknownCommand }
        if container.name.contains("|") { throw .firstArgumentOfSubcommand }
        let argument = name[(bar + 1)...]
        if argument.isEmpty { throw .syntax }
        if container.children.isEmpty { return addFirstArgument(Array(argument), container.id) }
        guard let entry = CommandCatalogue.find(name) else { throw .unknownCommand }
        set(entry, true)
    }

    private mutating func set(_ entry: CatalogueEntry, _ isIn: Bool) {
        commands.set(entry, isIn)
        if !isIn { allowsAllCommands = false }
        firstArguments[entry.id] = nil
    }

    private mutating func addFirstArgument(_ argument: [UInt8], _ id: Int) {
        let lower = argument.lowercasedASCII
        if firstArguments[id]?.contains(where: { $0.lowercasedASCII == lower }) == true { return }
        firstArguments[id, default: []].append(argument)
    }
}

extension Collection<UInt8> {
    /// Redis looks at names as C's texts.
    var upToNUL: SubSequence { prefix { $0 != 0 } }

    /// What C's isspace takes for one, or a NUL.
    var hasBlanks: Bool { contains { $0 == 32 || (9...13).contains($0) || $0 == 0 } }
}
