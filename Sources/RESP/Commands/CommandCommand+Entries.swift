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
        output.appendSet(spec.keys.access.count, version)
        for (number, access) in spec.keys.access.enumerated() {
            appendKeys(spec.keys, number, access, &output)
        }
        output.appendSet(spec.subcommands.count, version)
        for subcommand in spec.subcommands { appendEntry(subcommand, in: spec, &output) }
    }

    /// One key specification: where keys begin, how far they go, what happens to them.
    private func appendKeys(
        _ keys: CommandSpec.Keys, _ number: Int, _ access: String, _ output: inout OutputBuffer
    ) {
        output.appendMap(3, version)
        output.appendBulk("flags")
        appendNames(access, &output)
        output.appendBulk("begin_search")
        output.appendMap(2, version)
        output.appendBulk("type")
        output.appendBulk("index")
        output.appendBulk("spec")
        output.appendMap(1, version)
        output.appendBulk("index")
        output.appendInteger(keys.first + number)
        output.appendBulk("find_keys")
        output.appendMap(2, version)
        output.appendBulk("type")
        output.appendBulk("range")
        output.appendBulk("spec")
        output.appendMap(3, version)
        output.appendBulk("lastkey")
        output.appendInteger(keys.last < 0 ? keys.last : 0)
        output.appendBulk("keystep")
        output.appendInteger(keys.step)
        output.appendBulk("limit")
        output.appendInteger(0)
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
            let isKey = argument.kind == .key && keyNumber < keys.access.count
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
                output.appendInteger(keyNumber)
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
