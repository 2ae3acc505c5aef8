// How a row of the command table is printed, for COMMAND INFO and COMMAND DOCS.

import Base
import Engine

extension RESPSession {
    private static func fullName(_ spec: CommandSpec, in container: CommandSpec?) -> String {
        container.map { "\($0.name)|\(spec.name)" } ?? spec.name
    }

    /// Words separated by blanks, as a set of simple strings.
    func appendNames(_ names: String, _ output: inout OutputBuffer) {
        let names = names.split(separator: " ")
        output.appendSet(names.count, version)
        for name in names { output.appendSimple(String(name)) }
    }

    /// The ten fields that clients know a command by.
    func appendEntry(_ spec: CommandSpec, in container: CommandSpec?, _ output: inout OutputBuffer) {
        output.appendArray(10)
        output.appendBulk(Self.fullName(spec, in: container))
        output.appendInteger(spec.arity)
        let flags = CommandSpec.Flags.names.filter { spec.flags.contains($0.0) }
        output.appendSet(flags.count, version)
        for (_, name) in flags { output.appendSimple(name) }
        output.appendInteger(spec.keys.first)
        output.appendInteger(spec.keys.last)
        output.appendInteger(spec.keys.step)
        output.appendSet(spec.categoryNames.count, version)
        for name in spec.categoryNames { output.appendSimple("@\(name)") }
        output.appendSet(spec.tips.count, version)
        for tip in spec.tips { output.appendBulk(tip) }
        output.appendSet(spec.keys.ranges.count, version)
        for range in spec.keys.ranges { appendKeys(range, &output) }
        output.appendSet(spec.subcommands.count, version)
        for subcommand in spec.subcommands { appendEntry(subcommand, in: spec, &output) }
    }

    /// One key specification: where keys begin, how far they go, what happens to them.
    private func appendKeys(_ range: CommandSpec.KeyRange, _ output: inout OutputBuffer) {
        output.appendMap(3, version)
        output.appendBulk("flags")
        appendNames(range.access, &output)
        output.appendBulk("begin_search")
        switch range.start {
        case .index(let place): appendTyped("index", [("index", place)], &output)
        case .keyword(let word, let from):
            output.appendMap(2, version)
            output.appendBulk("type")
            output.appendBulk("keyword")
            output.appendBulk("spec")
            output.appendMap(2, version)
            output.appendBulk("keyword")
            output.appendBulk(word)
            output.appendBulk("startfrom")
            output.appendInteger(from)
        case .option, .content:
            appendTyped("unknown", [], &output)
            output.appendBulk("find_keys")
            return appendTyped("unknown", [], &output)
        }
        output.appendBulk("find_keys")
        switch range.extent {
        case .range(let last, let step, let limit):
            appendTyped("range", [("lastkey", last), ("keystep", step), ("limit", limit)], &output)
        case .counted: appendTyped("keynum", [("keynumidx", 0), ("firstkey", 1), ("keystep", 1)], &output)
        }
    }

    private func appendTyped(_ type: String, _ numbers: [(String, Int)], _ output: inout OutputBuffer) {
        output.appendMap(2, version)
        output.appendBulk("type")
        output.appendBulk(type)
        output.appendBulk("spec")
        output.appendMap(numbers.count, version)
        for (name, number) in numbers {
            output.appendBulk(name)
            output.appendInteger(number)
        }
    }

    /// A name and the map that documents it.
    func appendDocs(_ spec: CommandSpec, in container: CommandSpec?, _ output: inout OutputBuffer) {
        let arguments = ArgumentSyntax.parse(spec.syntax)
        output.appendBulk(Self.fullName(spec, in: container))
        output.appendMap(
            4 + (arguments.isEmpty ? 0 : 1) + (spec.subcommands.isEmpty ? 0 : 1), version)
        output.appendBulk("summary")
        output.appendBulk(spec.summary)
        output.appendBulk("since")
        output.appendBulk(spec.since)
        output.appendBulk("group")
        output.appendBulk(spec.group.rawValue)
        output.appendBulk("complexity")
        output.appendBulk(spec.complexity)
        if !arguments.isEmpty {
            var keyNumber = 0
            output.appendBulk("arguments")
            appendArguments(arguments, spec.keys, &keyNumber, &output)
        }
        if !spec.subcommands.isEmpty {
            output.appendBulk("subcommands")
            output.appendMap(spec.subcommands.count, version)
            for subcommand in spec.subcommands { appendDocs(subcommand, in: spec, &output) }
        }
    }

    private func appendArguments(
        _ arguments: [ArgumentSyntax], _ keys: CommandSpec.Keys, _ keyNumber: inout Int,
        _ output: inout OutputBuffer
    ) {
        output.appendArray(arguments.count)
        for argument in arguments {
            let isKey = argument.kind == .key && !keys.ranges.isEmpty
            let isPlain = !argument.isOptional && !argument.isMultiple
            var count = 2 + (isKey ? 1 : 0) + (argument.token == nil ? 0 : 1)
            count += (isPlain ? 0 : 1) + (argument.parts.isEmpty ? 0 : 1)
            output.appendMap(count, version)
            output.appendBulk("name")
            output.appendBulk(argument.name)
            output.appendBulk("type")
            output.appendBulk(argument.kind.rawValue)
            if isKey {
                output.appendBulk("key_spec_index")
                output.appendInteger(min(keyNumber, keys.ranges.count - 1))
                keyNumber += 1
            }
            if let token = argument.token {
                output.appendBulk("token")
                output.appendBulk(token)
            }
            if !isPlain {
                output.appendBulk("flags")
                let flags = (argument.isOptional ? "optional " : "") + (argument.isMultiple ? "multiple" : "")
                appendNames(flags, &output)
            }
            if !argument.parts.isEmpty {
                output.appendBulk("arguments")
                appendArguments(argument.parts, keys, &keyNumber, &output)
            }
        }
    }
}
