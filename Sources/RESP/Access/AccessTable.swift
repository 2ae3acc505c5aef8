// A user's permissions in the form in which requests are checked: plain rows, so that nothing is counted or allocated.
//
//     selectors   rows of flags and of where their patterns are, the user's own first
//     words       16 words of command bits for each selector
//     patterns    key patterns, channel patterns and first arguments, selector after selector
//     heads       how each of them begins
//     bytes       what the patterns consist of
//     atOnce      a byte for each command: how the user's own selector judges it, if that is simple

import Base

/// Why a request is refused, the weightiest reason last. Source: Redis ACL_DENIED_….
enum AccessVerdict: Equatable {
    case allowed
    case command
    /// The place of the argument.
    case key(Int)
    case channel(Int)

    private var weight: (Int, Int) {
        switch self {
        case .allowed: (0, 0)
        case .command: (1, 0)
        case .key(let place): (2, place)
        case .channel(let place): (4, place)
        }
    }

    func isWeightier(than other: AccessVerdict) -> Bool { weight > other.weight }
}

/// A trivial handle; its memory belongs to an `AccessGrant`. Its rows are written once, before anybody knows of them.
struct AccessTable: Sendable {
    struct Selector: BitwiseCopyable {
        var allowsAllCommands = false
        var allowsAllKeys = false
        var allowsAllChannels = false
        var firstKey: UInt32 = 0
        var firstChannel: UInt32 = 0
        var firstArgument: UInt32 = 0
        var end: UInt32 = 0
    }

    struct Pattern: BitwiseCopyable {
        enum Form: UInt8 { case all, exact, prefix, glob }
        var form = Form.exact
        var access: UInt8 = 0
        /// Of first arguments: the command's id.
        var command: UInt16 = 0
        var offset: UInt32 = 0
        /// Of a prefix, without the star.
        var size: UInt32 = 0
    }

    /// The first eight bytes of a pattern, as `RawSpan.head`, and which bits of a name's must be the same.
    struct Head: BitwiseCopyable {
        var bytes: UInt64 = 0
        var mask: UInt64 = 0
    }

    /// What has to be looked at for a command with at most one key, which is its first argument.
    struct AtOnce: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// What is done to the key.
        static let access = AtOnce(rawValue: KeyAccess.all.rawValue)
        /// It may be run, if what else is said here does not speak against it.
        static let allowed = AtOnce(rawValue: 4)
        /// One of the key patterns must match.
        static let key = AtOnce(rawValue: 8)
        /// What is done to the key depends on other arguments.
        static let varies = AtOnce(rawValue: 16)
    }

    private static let wordCount = CommandSet.capacity / 64

    private let selectors: Scratch<Selector>
    private let words: Scratch<UInt64>
    private let patterns: Scratch<Pattern>
    private let heads: Scratch<Head>
    private let bytes: Scratch<UInt8>
    private let atOnce: Scratch<AtOnce>
    private let count: Int
    /// The first selector's, which come first of all patterns.
    private let keyPatternCount: Int

    /// - Precondition: rules of less than 4 GiB.
    init(_ user: AccessUser) {
        var maker = Maker()
        for selector in user.selectors { maker.add(selector) }
        count = maker.selectors.count
        selectors = Self.row(maker.selectors)
        words = Self.row(maker.words)
        patterns = Self.row(maker.patterns)
        heads = Self.row(maker.heads)
        bytes = Self.row(maker.bytes)
        keyPatternCount = Int(maker.selectors[0].firstChannel)
        atOnce = Self.row(Command.allCases.map { command in Maker.judgedAtOnce(command, user.selectors[0]) })
    }

    func deallocate() {
        selectors.deallocate()
        words.deallocate()
        patterns.deallocate()
        heads.deallocate()
        bytes.deallocate()
        atOnce.deallocate()
    }

    private static func row<Element: BitwiseCopyable>(_ elements: [Element]) -> Scratch<Element> {
        let row = Scratch<Element>(capacity: max(1, elements.count))
        for (index, element) in elements.enumerated() { row[index] = element }
        return row
    }

    // MARK: Checking

    /// Whether the user's own selector allows the request, and that is soon found out. If not, `check` knows more.
    @inline(__always)
    func allowsAtOnce(_ command: Command, _ request: Request) -> Bool {
        let rule = atOnce[Int(command.rawValue)]
        if rule == .allowed { return true }
        guard rule.contains(.key), request.count > 1 else { return false }
        let access =
            rule.contains(.varies)
            ? KeyPlan.variableAccess(Int(command.rawValue), request) : rule.rawValue & AtOnce.access.rawValue
        let key = request[1]
        let head = key.head
        for index in 0..<keyPatternCount {
            let beginning = heads[index]
            if (head ^ beginning.bytes) & beginning.mask != 0 { continue }
            let pattern = patterns[index]
            if pattern.access & access == access && goesOnAs(pattern, key) { return true }
        }
        return false
    }

    /// Whether one of the selectors allows the request; if none does, the weightiest reason.
    /// - Parameter id: of the command or subcommand.
    @inline(__always)
    func check(_ id: Int, _ request: Request) -> AccessVerdict {
        let plan = KeyPlan.all[id]
        let first = check(0, id, plan, request)
        if first == .allowed || count == 1 { return first }
        return checkOthers(id, plan, request, first)
    }

    /// Source: Redis ACLCheckAllUserCommandPerm.
    @inline(never)
    private func checkOthers(_ id: Int, _ plan: KeyPlan, _ request: Request, _ first: AccessVerdict) -> AccessVerdict {
        var worst = first
        for index in 1..<count {
            let verdict = check(index, id, plan, request)
            if verdict == .allowed { return .allowed }
            if verdict.isWeightier(than: worst) { worst = verdict }
        }
        return worst
    }

    /// Source: Redis ACLSelectorCheckCmd.
    @inline(__always)
    private func check(_ index: Int, _ id: Int, _ plan: KeyPlan, _ request: Request) -> AccessVerdict {
        let selector = selectors[index]
        if !selector.allowsAllCommands && !allows(id, index) && !plan.isAlwaysAllowed {
            guard allowsFirstArgument(selector, id, request) else { return .command }
        }
        switch plan.kind {
        case .none: return .allowed
        case .fixed:
            if selector.allowsAllKeys { return .allowed }
            return checkFixed(selector, id, plan, request)
        case .channels: return checkChannels(selector, plan, request)
        case .other:
            if selector.allowsAllKeys { return .allowed }
            return checkFound(selector, id, request)
        }
    }

    @inline(__always)
    private func allows(_ id: Int, _ index: Int) -> Bool {
        words[index &* Self.wordCount &+ id &>> 6] &>> UInt64(id & 63) & 1 != 0
    }

    @inline(never)
    private func allowsFirstArgument(_ selector: Selector, _ id: Int, _ request: Request) -> Bool {
        guard request.count > 1 else { return false }
        for index in selector.firstArgument..<selector.end {
            let pattern = patterns[Int(index)]
            guard Int(pattern.command) == id else { continue }
            let text = bytes.bytes(Int(pattern.offset), Int(pattern.size))
            if request[1].equalsIgnoringCase(text) { return true }
        }
        return false
    }

    @inline(__always)
    private func checkFixed(
        _ selector: Selector, _ id: Int, _ plan: KeyPlan, _ request: Request
    ) -> AccessVerdict {
        let access = plan.isVariable ? KeyPlan.variableAccess(id, request) : plan.access
        var place = Int(plan.first)
        let last = plan.last < 0 ? request.count &+ Int(plan.last) : Int(plan.last)
        while place <= last && place < request.count {
            if !allows(selector, request[place], access) { return .key(place) }
            place &+= Int(plan.step)
        }
        return .allowed
    }

    /// Keys that have to be looked for, and each is treated in its own way.
    @inline(never)
    private func checkFound(_ selector: Selector, _ id: Int, _ request: Request) -> AccessVerdict {
        guard let spec = CommandCatalogue.entry(id).spec,
            let places = spec.keys.places(count: request.count, word: { request[$0].copiedText() })
        else { return .allowed }
        for (place, words) in places
        where !allows(selector, request[place], KeyAccess(words: words).rawValue) { return .key(place) }
        return .allowed
    }

    /// - Parameter access: as in `KeyAccess`.
    @inline(__always)
    private func allows(_ selector: Selector, _ key: RawSpan, _ access: UInt8) -> Bool {
        for index in selector.firstKey..<selector.firstChannel {
            let pattern = patterns[Int(index)]
            if pattern.access & access == access && matches(Int(index), pattern, key, key.head) { return true }
        }
        return false
    }

    /// - Parameter head: of `name`.
    @inline(__always)
    private func matches(_ place: Int, _ pattern: Pattern, _ name: RawSpan, _ head: UInt64) -> Bool {
        let beginning = heads[place]
        if (head ^ beginning.bytes) & beginning.mask != 0 { return false }
        return goesOnAs(pattern, name)
    }

    /// Whether a name matches that begins as the pattern does.
    @inline(__always)
    private func goesOnAs(_ pattern: Pattern, _ name: RawSpan) -> Bool {
        let size = Int(pattern.size)
        switch pattern.form {
        case .all: return true
        case .prefix: return name.byteCount >= size && (size <= 8 || goesOn(pattern, name))
        case .exact: return name.byteCount == size && (size <= 8 || goesOn(pattern, name))
        case .glob: return matchesGlob(pattern, name)
        }
    }

    /// Whether what a pattern has behind its head is in `name`, which is as long as that at least.
    @inline(never)
    private func goesOn(_ pattern: Pattern, _ name: RawSpan) -> Bool {
        let size = Int(pattern.size)
        return name.slice(8, size).equals(bytes.bytes(Int(pattern.offset) &+ 8, size &- 8))
    }

    @inline(never)
    private func matchesGlob(_ pattern: Pattern, _ name: RawSpan) -> Bool {
        Glob(bytes.bytes(Int(pattern.offset), Int(pattern.size))).matches(name)
    }

    /// A pattern of channels must be among the user's as it is. Source: Redis ACLCheckChannelAgainstList.
    @inline(never)
    private func checkChannels(_ selector: Selector, _ plan: KeyPlan, _ request: Request) -> AccessVerdict {
        if selector.allowsAllChannels { return .allowed }
        let last = plan.last < 0 ? request.count + Int(plan.last) : Int(plan.last)
        for place in stride(from: Int(plan.first), through: min(last, request.count - 1), by: 1)
        where !allowsChannel(selector, request[place], isPattern: plan.isPattern) { return .channel(place) }
        return .allowed
    }

    private func allowsChannel(_ selector: Selector, _ channel: RawSpan, isPattern: Bool) -> Bool {
        let head = channel.head
        for index in selector.firstChannel..<selector.firstArgument {
            let pattern = patterns[Int(index)]
            if !isPattern {
                if matches(Int(index), pattern, channel, head) { return true }
                continue
            }
            // What `size` leaves out of a prefix is its star.
            let size = Int(pattern.size) + (pattern.form == .prefix || pattern.form == .all ? 1 : 0)
            if channel.equals(bytes.bytes(Int(pattern.offset), size)) { return true }
        }
        return false
    }

    /// Whether some selector lets its user have `channel`, whatever he does with it.
    func allowsChannel(_ channel: RawSpan, isPattern: Bool) -> Bool {
        for index in 0..<count {
            let selector = selectors[index]
            if selector.allowsAllChannels || allowsChannel(selector, channel, isPattern: isPattern) { return true }
        }
        return false
    }

    /// Whether a selector allows a command without options, with one key or with none.
    func allows(_ id: Int, _ key: RawSpan?) -> Bool {
        let plan = KeyPlan.all[id]
        let access = plan.isVariable ? KeyAccess.write.rawValue : plan.access
        for index in 0..<count {
            let selector = selectors[index]
            guard selector.allowsAllCommands || allows(id, index) else { continue }
            guard let key, !selector.allowsAllKeys else { return true }
            if allows(selector, key, access) { return true }
        }
        return false
    }

    /// Whether the request is allowed by a selector that may read all keys. Source: Redis
    /// ACLUserCheckCmdWithUnrestrictedPerms.
    func allowsReadingAll(_ id: Int, _ request: Request) -> Bool {
        for index in 0..<count {
            let selector = selectors[index]
            var readsAll = selector.allowsAllKeys
            for place in selector.firstKey..<selector.firstChannel {
                let pattern = patterns[Int(place)]
                if pattern.form == .all && pattern.access & KeyAccess.read.rawValue != 0 { readsAll = true }
            }
            if readsAll && check(index, id, KeyPlan.all[id], request) == .allowed { return true }
        }
        return false
    }
}
