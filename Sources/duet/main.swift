// The executable: servers parse their own traditional command lines, the tools use ArgumentParser.

import ArgumentParser
import Glibc
import Server

struct Tools: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duet", abstract: "Tools around the Duet cache server.", version: Version.number,
        subcommands: [BenchCommand.self])
}

let names = Set(Tools.configuration.subcommands.compactMap { $0.configuration.commandName })

switch Invocation(CommandLine.arguments, tools: names) {
case .server(let personality, let arguments): exit(serve(personality, arguments))
case .tool(let arguments): Tools.main(arguments)
}
