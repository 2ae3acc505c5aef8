// How the rows of an `AccessTable` are made from a user's rules.

import Base

extension AccessTable {
    struct Maker {
        var selectors: [Selector] = []
        var words: [UInt64] = []
        var patterns: [Pattern] = []
        var heads: [Head] = []
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

        /// Nothing for what `check` has to look at.
        static func judgedAtOnce(_ command: Command, _ rules: AccessSelector) -> AtOnce {
            let id = Int(command.rawValue)
            let plan = KeyPlan.all[id]
            let mayRun = rules.allowsAllCommands || rules.commands[id] || plan.isAlwaysAllowed
            // EXEC is served in its own way.
            if plan.isContainer || command == .exec || !mayRun { return [] }
            switch plan.kind {
            case .none: return .allowed
            case .fixed where rules.allowsAllKeys, .other where rules.allowsAllKeys: return .allowed
            case .fixed where plan.first == 1 && plan.last == 1:
                return [.allowed, .key, AtOnce(rawValue: plan.access), plan.isVariable ? .varies : []]
            case .fixed, .other, .channels: return []
            }
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
            var head = Head()
            if pattern.form != .glob {
                let size = min(8, Int(pattern.size))
                head.bytes = text[..<size].enumerated().reduce(0) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
                head.mask = size == 8 ? .max : 1 << UInt64(8 * size) - 1
            }
            bytes += text
            patterns.append(pattern)
            heads.append(head)
        }

        private mutating func addExact(_ text: [UInt8], command: Int) {
            var pattern = Pattern()
            pattern.command = UInt16(command)
            pattern.offset = UInt32(bytes.count)
            pattern.size = UInt32(text.count)
            bytes += text
            patterns.append(pattern)
            heads.append(Head())
        }
    }
}
