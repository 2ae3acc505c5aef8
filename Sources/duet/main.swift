// The executable: servers parse their own traditional command lines, the tools use ArgumentParser.

import ArgumentParser
import Glibc
import Server

struct Tools: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duet", abstract: "Tools around the Duet cache server.", version: Version.number,
        subcommands: [
            BenchCommand.self, CheckCommand.self, CompareCommand.self, DumpCommand.self, MigrateCommand.self,
            PersistCommand.self, RestoreCommand.self,
        ])
}

switch Invocation(
    CommandLine.arguments, tools: ["bench", "check", "compare", "dump", "migrate", "persist", "restore"])
{
case .server(let personality, let arguments): exit(serve(personality, arguments))
case .tool(let arguments): Tools.main(arguments)
}
