// A user's permissions in the form in which requests are checked: plain rows, so that nothing is counted or allocated.
//
//     selectors   rows of flags and of where their patterns are, the user's own first
//     words       16 words of command bits for each selector
//     patterns    key patterns, channel patterns and first arguments, selector after selector
//     bytes       what the patterns consist of

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

    private static let wordCount = CommandSet.capacity / 64

    private let selectors: Scratch<Selector>
    private let words: Scratch<UInt64>
    private let patterns: Scratch<Pattern>
    private let bytes: Scratch<UInt8>
    private let count: Int

    /// - Precondition: rules of less than 4 GiB.
    init(_ user: AccessUser) {
        var maker = Maker()
        for selector in user.selectors { maker.add(selector) }
        count = maker.selectors.count
        selectors = Self.row(maker.selectors)
        words = Self.row(maker.words)
        patterns = Self.row(maker.patterns)
        bytes = Self.row(maker.bytes)
    }

    func deallocate() {
        selectors.deallocate()
        words.deallocate()
        patterns.deallocate()
        bytes.deallocate()
    }

    private static func row<Element: BitwiseCopyable>(_ elements: [Element]) -> Scratch<Element> {
        let row = Scratch<Element>(capacity: max(1, elements.count))
        for (index, element) in elements.enumerated() { row[index] = element }
        return row
    }

    // MARK: Checking

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
        let access = plan.isVariable ? plan.variableAccess(id, request) : plan.access
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
            if pattern.access & access == access && matches(pattern, key) { return true }
        }
        return false
    }

    @inline(__always)
    private func matches(_ pattern: Pattern, _ name: RawSpan) -> Bool {
        let size = Int(pattern.size)
        switch pattern.form {
        case .all: return true
        case .prefix:
            return name.byteCount >= size && name.slice(0, size).equals(bytes.bytes(Int(pattern.offset), size))
        case .exact: return name.equals(bytes.bytes(Int(pattern.offset), size))
        case .glob: return matchesGlob(pattern, name)
        }
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
        for index in selector.firstChannel..<selector.firstArgument {
            let pattern = patterns[Int(index)]
            if !isPattern {
                if matches(pattern, channel) { return true }
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

    // MARK: Making it

    private struct Maker {
        var selectors: [Selector] = []
        var words: [UInt64] = []
        var patterns: [Pattern] = []
        var bytes: [UInt8] = []

        mutating func add(_ rules: AccessSelector) {
            var selector = Selector()
            selector.allowsAllCommands = rules.allowsAllCommands
            selector.allowsAllKeys = rules.allowsAllKeys
            selector.allowsAllChannels = rules.allowsAllChannels
            words += rules.commands.words
            selector.firstKey = UInt32(patterns.count)
            for key in rules.keys { add(key.bytes, key.access.rawValue) }
            selector.firstChannel = UInt32(patterns.count)
            for channel in rules.channels { add(channel, 0) }
            selector.firstArgument = UInt32(patterns.count)
            for (id, arguments) in rules.firstArguments {
                for argument in arguments { addExact(argument.lowercasedASCII, command: id) }
            }
            selector.end = UInt32(patterns.count)
            selectors.append(selector)
        }

        private mutating func add(_ text: [UInt8], _ access: UInt8) {
            var pattern = Pattern()
            pattern.access = access
            pattern.offset = UInt32(bytes.count)
            pattern.size = UInt32(text.count)
            let special = text.firstIndex { "*?[\\".utf8.contains($0) }
            if let special, special == text.count - 1, text[special] == UInt8(ascii: "*") {
                pattern.form = special == 0 ? .all : .prefix
                pattern.size -= 1
            } else if special != nil {
                pattern.form = .glob
            }
            bytes += text
            patterns.append(pattern)
        }

        private mutating func addExact(_ text: [UInt8], command: Int) {
            var pattern = Pattern()
            pattern.command = UInt16(command)
            pattern.offset = UInt32(bytes.count)
            pattern.size = UInt32(text.count)
            bytes += text
            patterns.append(pattern)
        }
    }
}
