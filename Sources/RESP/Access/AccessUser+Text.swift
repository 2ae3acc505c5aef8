// Users and their permissions as rules that make them again. Source: Redis 7.0 ACLDescribeUser.

extension AccessUser {
    /// As GETUSER tells them.
    var flags: [String] {
        var flags = [isOn ? "on" : "off"]
        if needsNoPassword { flags.append("nopass") }
        if let sanitizes { flags.append(sanitizes ? "sanitize-payload" : "skip-sanitize-payload") }
        return flags
    }

    /// All rules, separated by blanks.
    var text: [UInt8] {
        var text = Array(flags.joined(separator: " ").utf8)
        for password in passwords { text += Array(" #".utf8) + password }
        text += [32] + selectors[0].text
        for selector in selectors.dropFirst() { text += Array(" (".utf8) + selector.text + [UInt8(ascii: ")")] }
        return text
    }

    /// As a line of redis.conf and of an ACL file, without its end.
    var line: [UInt8] { Array("user ".utf8) + name + [32] + text }
}

extension AccessSelector {
    var text: [UInt8] {
        var parts: [[UInt8]] = []
        if allowsAllKeys || !keys.isEmpty { parts.append(keyText) }
        if !allowsAllChannels { parts.append(Array("resetchannels".utf8)) }
        if allowsAllChannels || !channels.isEmpty { parts.append(channelText) }
        parts.append(commandText)
        return Array(parts.joined(separator: [32]))
    }

    var keyText: [UInt8] {
        if allowsAllKeys { return Array("~*".utf8) }
        return Array(keys.map { $0.text }.joined(separator: [32]))
    }

    var channelText: [UInt8] {
        if allowsAllChannels { return Array("&*".utf8) }
        return Array(channels.map { [UInt8(ascii: "&")] + $0 }.joined(separator: [32]))
    }

    /// The rules that come closest, categories first, then what is left of single commands: whatever led here.
    /// Source: Redis 7.0 ACLDescribeSelectorCommandRules.
    var commandText: [UInt8] {
        // Who may run what is yet to come has had something taken away; others were given something.
        let isAdditive = !commands[CommandSet.future]
        var described = isAdditive ? CommandSet.none : CommandSet.all
        var rules = [isAdditive ? "-@all" : "+@all"]
        var left = commands
        var applied: UInt32 = 0
        while let best = bestCategory(of: left, but: applied, isAdditive) {
            let category: UInt32 = 1 << UInt32(best)
            described.set(category: category, isAdditive)
            left.set(category: category, !isAdditive)
            applied |= category
            rules.append((isAdditive ? "+@" : "-@") + CommandCatalogue.categoryNames[best])
        }
        var text = Array(rules.joined(separator: " ").utf8)
        for entry in CommandCatalogue.entries {
            let isIn = commands[entry.id]
            if isIn != described[entry.id] {
                text += Array((isIn ? " +" : " -").utf8) + Array(entry.name.utf8)
                described.set(entry, isIn)
            }
            guard !isIn, let arguments = firstArguments[entry.id] else { continue }
            for argument in arguments { text += Array(" +\(entry.name)|".utf8) + argument }
        }
        return text
    }

    /// The category that has most in common with the set: fewest differences, then most commands.
    private func bestCategory(of set: CommandSet, but applied: UInt32, _ isAdditive: Bool) -> Int? {
        var best: Int?
        var differenceMin = Int.max
        var commonMax = 0
        for index in CommandCatalogue.categoryNames.indices where applied >> UInt32(index) & 1 == 0 {
            let (on, off) = set.count(category: 1 << UInt32(index))
            let (common, difference) = isAdditive ? (on, off) : (off, on)
            guard common > difference else { continue }
            if difference < differenceMin || (difference == differenceMin && common > commonMax) {
                best = index
                differenceMin = difference
                commonMax = common
            }
        }
        return best
    }
}

extension AccessSelector.KeyPattern {
    var text: [UInt8] {
        switch access {
        case .read: Array("%R~".utf8) + bytes
        case .write: Array("%W~".utf8) + bytes
        default: [UInt8(ascii: "~")] + bytes
        }
    }
}
