// COMMAND: the command table, told to clients. Source: Redis 7 command reference, COMMAND, COMMAND DOCS.

import Base
import Engine

extension RESPSession {
    func command(_ request: Request, _ output: inout OutputBuffer) {
        let specs = frontEnd.commandNames.specs
        if request.count == 1 {
            output.appendArray(specs.count)
            for spec in specs { appendEntry(spec, in: nil, &output) }
            return
        }
        guard let subcommand: CommandSubcommand = subcommand(.command, request, &output) else { return }
        switch subcommand {
        case .count: output.appendInteger(specs.count)
        case .docs: commandDocs(request, &output)
        case .info: commandInfo(request, &output)
        case .list: commandList(request, &output)
        case .getkeys: commandKeys(request, withAccess: false, &output)
        case .getkeysandflags: commandKeys(request, withAccess: true, &output)
        case .help: help(.command, request, &output)
        }
    }

    /// A command or `container|subcommand` by name.
    private func find(_ name: RawSpan) -> (spec: CommandSpec, container: CommandSpec?)? {
        let names = name.copiedText().lowercased().split(separator: "|", omittingEmptySubsequences: false)
        guard let command = frontEnd.commandNames.command(String(names[0])) else { return nil }
        let spec = CommandTable.specs[Int(command.rawValue)]
        if names.count == 1 { return (spec, nil) }
        guard names.count == 2, let subcommand = spec.subcommands.first(where: { $0.name == names[1] }) else {
            return nil
        }
        return (subcommand, spec)
    }

    private func commandInfo(_ request: Request, _ output: inout OutputBuffer) {
        if request.count == 2 {
            let specs = frontEnd.commandNames.specs
            output.appendArray(specs.count)
            for spec in specs { appendEntry(spec, in: nil, &output) }
            return
        }
        output.appendArray(request.count - 2)
        for index in 2..<request.count {
            if let (spec, container) = find(request[index]) {
                appendEntry(spec, in: container, &output)
            } else {
                output.appendNull(version)
            }
        }
    }

    private func commandDocs(_ request: Request, _ output: inout OutputBuffer) {
        if request.count == 2 {
            let specs = frontEnd.commandNames.specs
            output.appendMap(specs.count, version)
            for spec in specs { appendDocs(spec, in: nil, &output) }
            return
        }
        var found: [(CommandSpec, CommandSpec?)] = []
        for index in 2..<request.count {
            if let (spec, container) = find(request[index]) { found.append((spec, container)) }
        }
        output.appendMap(found.count, version)
        for (spec, container) in found { appendDocs(spec, in: container, &output) }
    }

    private func commandList(_ request: Request, _ output: inout OutputBuffer) {
        let specs = frontEnd.commandNames.specs
        var names = specs
        if request.count == 2 {
            // All of them.
        } else if request.count == 5 && request[2].equalsIgnoringCase("filterby") {
            if request[3].equalsIgnoringCase("module") {
                names = []
            } else if request[3].equalsIgnoringCase("aclcat") {
                let category = request[4].copiedText().lowercased()
                names = names.filter { $0.categoryNames.contains(category) }
            } else if request[3].equalsIgnoringCase("pattern") {
                names = []
                for spec in specs {
                    var name = OutputBuffer(capacity: 64)
                    name.append(spec.name)
                    if Glob(request[4], ignoresCase: true).matches(name.span) { names.append(spec) }
                }
            } else {
                return failSyntax(&output)
            }
        } else {
            return failSyntax(&output)
        }
        // A set only if it is all of them, as Redis has it.
        request.count == 2 ? output.appendSet(names.count, version) : output.appendArray(names.count)
        for spec in names { output.appendBulk(spec.name) }
    }

    private func commandKeys(_ request: Request, withAccess: Bool, _ output: inout OutputBuffer) {
        guard let (command, _) = find(request[2]) else { return fail("ERR Invalid command specified", &output) }
        let count = request.count - 2
        var spec = command
        if !command.subcommands.isEmpty && count > 1 {
            let name = request[3].copiedText().lowercased()
            guard let chosen = command.subcommands.first(where: { $0.name == name }) else {
                return fail("ERR Invalid command specified", &output)
            }
            spec = chosen
        }
        guard !spec.keys.ranges.isEmpty else { return fail("ERR The command has no key arguments", &output) }
        guard spec.arity >= 0 ? count == spec.arity : count >= -spec.arity else {
            return fail("ERR Invalid number of arguments specified for command", &output)
        }
        let words = (0..<count).map { request[2 + $0].copiedText() }
        let none: [(place: Int, access: String)]? = spec.flags.contains(.mayHaveNoKeys) ? [] : nil
        guard let places = spec.keys.places(count: count, word: { words[$0] }) ?? none else {
            return fail("ERR Invalid arguments specified for command", &output)
        }
        output.appendArray(places.count)
        for (place, access) in places {
            guard withAccess else {
                output.appendBulk(request[2 + place])
                continue
            }
            output.appendArray(2)
            output.appendBulk(request[2 + place])
            appendNames(Self.access(access, of: spec.name, words), &output)
        }
    }

    /// What SET and BITFIELD do to their key depends on their arguments. Source: Redis setGetKeys, bitfieldGetKeys.
    private static func access(_ row: String, of name: String, _ words: [String]) -> String {
        func has(_ options: Set<String>) -> Bool { words.dropFirst(2).contains { options.contains($0.lowercased()) } }
        return switch name {
        case "set": words.dropFirst(3).contains { $0.lowercased() == "get" } ? "RW access update" : "OW update"
        case "bitfield": has(["set", "incrby"]) ? "RW access update" : "RO access"
        default: row
        }
    }
}
