// Which keyspace notifications are sent, as letters. Source: Redis 7.2 notify.c.

/// The classes of `KeyEvent`s, and the two ways to be told.
public struct KeyEventClasses: OptionSet, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Messages by key, in `__keyspace@<db>__:<key>`.
    public static let keyspace = KeyEventClasses(rawValue: 1 << 0)
    /// Messages by event, in `__keyevent@<db>__:<event>`.
    public static let keyevent = KeyEventClasses(rawValue: 1 << 1)
    public static let generic = KeyEventClasses(rawValue: 1 << 2)
    public static let string = KeyEventClasses(rawValue: 1 << 3)
    public static let list = KeyEventClasses(rawValue: 1 << 4)
    public static let set = KeyEventClasses(rawValue: 1 << 5)
    public static let hash = KeyEventClasses(rawValue: 1 << 6)
    public static let sortedSet = KeyEventClasses(rawValue: 1 << 7)
    public static let expired = KeyEventClasses(rawValue: 1 << 8)
    public static let evicted = KeyEventClasses(rawValue: 1 << 9)
    public static let stream = KeyEventClasses(rawValue: 1 << 10)
    /// Of modules: nothing here sends them, the letter is known.
    public static let module = KeyEventClasses(rawValue: 1 << 11)
    public static let new = KeyEventClasses(rawValue: 1 << 12)
    public static let missed = KeyEventClasses(rawValue: 1 << 13)

    /// What the letter A stands for: all but `new` and `missed`.
    static let common: KeyEventClasses = [
        .generic, .string, .list, .set, .hash, .sortedSet, .expired, .evicted, .stream, .module,
    ]

    private static let letters: [(Character, KeyEventClasses)] = [
        ("g", .generic), ("$", .string), ("l", .list), ("s", .set), ("h", .hash), ("z", .sortedSet), ("x", .expired),
        ("e", .evicted), ("t", .stream), ("d", .module), ("n", .new),
    ]

    /// nil if a letter is none of `Ag$lshzxeKEtmdn`.
    public init?(_ text: String) {
        self = []
        for letter in text {
            switch letter {
            case "A": formUnion(.common)
            case "K": insert(.keyspace)
            case "E": insert(.keyevent)
            case "m": insert(.missed)
            default:
                guard let known = Self.letters.first(where: { $0.0 == letter }) else { return nil }
                insert(known.1)
            }
        }
    }

    /// What CONFIG GET answers: behind an A, `new` is not told. Source: Redis 7.2 keyspaceEventsFlagsToString.
    public var text: String { text(tellsNew: !isSuperset(of: .common)) }

    /// All that is needed to have the same again.
    public var wholeText: String { text(tellsNew: true) }

    private func text(tellsNew: Bool) -> String {
        var text = isSuperset(of: .common) ? "A" : ""
        for (letter, one) in Self.letters where contains(one) {
            if one == .new ? tellsNew : !isSuperset(of: .common) { text.append(letter) }
        }
        if contains(.keyspace) { text.append("K") }
        if contains(.keyevent) { text.append("E") }
        if contains(.missed) { text.append("m") }
        return text
    }
}
