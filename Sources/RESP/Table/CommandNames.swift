// What clients call the commands: as the table does, but for those that got another name, or lost theirs.

import Base

/// The names that commands are called by. Rules about users, statistics and logs know commands by the table's names all
/// the same. Source: redis.conf `rename-command`.
public struct CommandNames: Sendable, Equatable {
    private struct Entry: Equatable {
        /// In small letters.
        let name: [UInt8]
        /// nil: there is no command of this name.
        let command: Command?
    }

    /// The names that are not as in the table: few, so that they are compared one by one.
    private var changed: [Entry] = []

    public init() {}

    /// Whether all commands are called what the table calls them.
    public var areOriginal: Bool { changed.isEmpty }

    /// Why a command could not be renamed, in Redis' words.
    public struct Refusal: Error { public let reason: String }

    /// Calls the command that is called `name` now `newName` instead, in whatever case of letters; `""` leaves it
    /// without a name, out of all clients' reach.
    public mutating func rename(_ name: String, to newName: String) throws(Refusal) {
        guard let command = self.command(name) else {
            let reason =
                name.contains("|")
                ? "Subcommands can't be renamed; 'user default on nopass ~* &* +@all -\(name)' takes it away"
                : "No such command in rename-command"
            throw Refusal(reason: reason)
        }
        call(nil, name)
        if newName.isEmpty { return }
        guard self.command(newName) == nil else {
            throw Refusal(reason: "Target command name already exists")
        }
        call(command, newName)
    }

    private mutating func call(_ command: Command?, _ name: String) {
        let name = Array(name.lowercased().utf8)
        changed.removeAll { $0.name == name }
        let original = CommandTable.row(name.span.rawBytes, at: 0, size: name.count).command
        if command != original { changed.append(Entry(name: name, command: command)) }
    }

    func command(_ name: String) -> Command? {
        let name = Array(name.utf8)
        return row(name.span.rawBytes).command
    }

    /// The row of the command that clients call `name`, in whatever case.
    func row(_ name: RawSpan) -> CommandRow {
        let entries = changed.span
        for index in entries.indices where name.equalsIgnoringCase(entries[index].name) {
            return entries[index].command.map(CommandTable.row) ?? .unknown
        }
        return CommandTable.row(name, at: 0, size: name.byteCount)
    }

    /// The rows of all commands that have a name.
    var specs: [CommandSpec] {
        guard !areOriginal else { return CommandTable.specs }
        let named = Set(changed.compactMap(\.command))
        return Command.allCases.compactMap { command in
            let spec = command.spec
            return named.contains(command) || self.command(spec.name) == command ? spec : nil
        }
    }
}
