// Rules as they come in lines: of redis.conf, of an ACL file, of ACL SETUSER.

import Base

enum AccessRules {
    /// Where a parenthesis was opened that is not closed.
    struct Unmatched: Error {
        let index: Int
        let rule: [UInt8]
    }

    /// Puts selectors together that came as several words. Source: Redis 7 ACLMergeSelectorArguments.
    static func merged(_ rules: [[UInt8]]) -> Result<[[UInt8]], Unmatched> {
        var whole: [[UInt8]] = []
        var open: (index: Int, rule: [UInt8])?
        for (index, rule) in rules.enumerated() {
            let ends = rule.last == UInt8(ascii: ")")
            if let begun = open {
                let longer = begun.rule + [32] + rule
                open = ends ? nil : (begun.index, longer)
                if ends { whole.append(longer) }
            } else if rule.first == UInt8(ascii: "("), !ends {
                open = (index, rule)
            } else {
                whole.append(rule)
            }
        }
        if let open { return .failure(Unmatched(index: open.index, rule: rules[open.index])) }
        return .success(whole)
    }

    /// A rule in an error: up to a NUL.
    static func shown(_ rule: [UInt8]) -> String { String(decoding: rule.upToNUL, as: UTF8.self) }

    // MARK: redis.conf

    /// A user as a line of redis.conf has it. Errors are in Redis' words: ACLAppendUserForLoading.
    /// - Parameter words: the line's, without `user`; the name first.
    static func user(
        _ words: [[UInt8]], allowsAllChannels: Bool
    ) -> Result<AccessUser, AccessError> {
        let name = words[0]
        if name.hasBlanks { return .failure(AccessError(text: "Spaces not allowed in ACL usernames")) }
        let rules: [[UInt8]]
        switch merged(Array(words.dropFirst())) {
        case .success(let whole): rules = whole
        case .failure(let start):
            let text = "Unmatched parenthesis in acl selector starting at '\(shown(start.rule))'."
            return .failure(AccessError(text: text))
        }
        var user = AccessUser(name, allowsAllChannels: allowsAllChannels)
        for rule in rules {
            do throws(RuleFault) {
                try user.apply(rule, allowsAllChannels: allowsAllChannels)
            } catch {
                let text = "Error loading ACL rule '\(shown(rule))' for the user named '\(shown(name))': \(error.text)"
                return .failure(AccessError(text: text))
            }
        }
        return .success(user)
    }

    // MARK: ACL files

    /// All users of a file, or what is wrong with it, every line of it. Words are separated by single blanks; there are
    /// no quotes and no comments. Source: Redis 7 ACLLoadFromFile.
    static func users(
        ofFile text: [UInt8], named path: String, allowsAllChannels: Bool
    ) -> Result<[AccessUser], AccessError> {
        var users: [AccessUser] = []
        var names: Set<[UInt8]> = []
        var errors = ""
        let lines = text.split(separator: 10, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let number = index + 1
            let line = trimmed(line)
            if line.isEmpty { continue }
            let words = line.split(separator: 32, omittingEmptySubsequences: false).map(Array.init)
            guard words[0] == Array("user".utf8), words.count > 1 else {
                errors += "\(path):\(number) should start with user keyword followed by the username. "
                continue
            }
            let name = words[1]
            if name.hasBlanks {
                errors += "\(path):\(number): username '\(shown(name))' contains invalid characters. "
                continue
            }
            guard names.insert(name).inserted else {
                errors += "WARNING: Duplicate user '\(shown(name))' found on line \(number). "
                continue
            }
            guard case .success(let rules) = merged(Array(words.dropFirst(2))) else {
                errors += "\(path):\(number): Unmatched parenthesis in selector definition."
                continue
            }
            var user = AccessUser(name, allowsAllChannels: allowsAllChannels)
            var hasFault = false
            for rule in rules {
                do throws(RuleFault) {
                    try user.apply(rule, allowsAllChannels: allowsAllChannels)
                } catch .unknownCommand {
                    let text = RuleFault.unknownCommand.text
                    errors += "\(path):\(number): Error in applying operation '\(shown(rule))': \(text). "
                } catch {
                    // A rule may hold a secret: it is not shown, and what follows it may be wrong for the same reason.
                    if !hasFault { errors += "\(path):\(number): \(error.text). " }
                    hasFault = true
                }
            }
            users.append(user)
        }
        if errors.isEmpty { return .success(users) }
        errors += "WARNING: ACL errors detected, no change to the previously active ACL rules was performed"
        return .failure(AccessError(text: errors))
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 13 || byte == 10 }
        var line = line
        while let first = line.first, isBlank(first) { line = line.dropFirst() }
        while let last = line.last, isBlank(last) { line = line.dropLast() }
        return line
    }
}
