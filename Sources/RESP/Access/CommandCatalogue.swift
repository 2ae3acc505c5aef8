// What access rules can name: every command and subcommand of this server, and those of Redis that it has not built
// yet, so that rules written for Redis are understood.

/// A command or subcommand as rules know it.
struct CatalogueEntry {
    /// Its bit in a `CommandSet`.
    let id: Int
    /// `get`, `config|get`.
    let name: String
    /// One bit for each of `CommandCatalogue.categoryNames`.
    let categories: UInt32
    var children: [Int] = []
    /// nil if this server has no such command.
    let spec: CommandSpec?
}

enum CommandCatalogue {
    static var categoryNames: [String] { CommandSpec.allCategoryNames }

    /// In the order of the table: each command followed by its subcommands; then what is not built.
    static let entries: [CatalogueEntry] = makeEntries()

    /// Where each id stands in `entries`.
    static let places: [Int] = {
        var places = [Int](repeating: 0, count: entries.count)
        for (place, entry) in entries.enumerated() { places[entry.id] = place }
        return places
    }()

    private static let placesByName = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })

    /// The id of each command's first subcommand; those of the others follow.
    static let firstSubcommands: [Int] = {
        var next = Command.allCases.count
        return CommandTable.specs.map { spec in
            defer { next += spec.subcommands.count }
            return next
        }
    }()

    /// - Parameter name: whatever the case of its letters, a subcommand's behind a bar.
    static func find(_ name: some Sequence<UInt8>) -> CatalogueEntry? {
        placesByName[String(decoding: name.lowercasedASCII, as: UTF8.self)].map { entries[$0] }
    }

    static func entry(_ id: Int) -> CatalogueEntry { entries[places[id]] }

    /// The bit of a category; nil if there is none of this name.
    static func category(_ name: some Sequence<UInt8>) -> UInt32? {
        let name = String(decoding: name.lowercasedASCII, as: UTF8.self)
        return categoryNames.firstIndex(of: name).map { 1 << UInt32($0) }
    }

    /// Ids: those of commands are their raw values.
    private static func makeEntries() -> [CatalogueEntry] {
        var entries: [CatalogueEntry] = []
        var known: [String: Int] = [:]
        func add(_ entry: CatalogueEntry, under parent: String?) {
            known[entry.name] = entries.count
            entries.append(entry)
            if let parent, let place = known[parent] { entries[place].children.append(entry.id) }
        }
        for (id, spec) in CommandTable.specs.enumerated() {
            add(CatalogueEntry(id: id, name: spec.name, categories: mask(spec.categoryNames), spec: spec), under: nil)
            for (index, child) in spec.subcommands.enumerated() {
                let entry = CatalogueEntry(
                    id: firstSubcommands[id] + index, name: "\(spec.name)|\(child.name)",
                    categories: mask(child.categoryNames), spec: child)
                add(entry, under: spec.name)
            }
        }
        for (name, categories) in UnbuiltCommands.all where known[name] == nil {
            let parent = name.contains("|") ? String(name.prefix { $0 != "|" }) : nil
            add(CatalogueEntry(id: entries.count, name: name, categories: mask(categories), spec: nil), under: parent)
        }
        precondition(entries.count < CommandSet.capacity - 1, "CommandSet is too small")
        return entries
    }

    private static func mask(_ names: [String]) -> UInt32 {
        names.reduce(0) { mask, name in mask | categoryNames.firstIndex(of: name).map { 1 << UInt32($0) }! }
    }
}

extension Sequence<UInt8> {
    /// With A to Z as small letters; no other letter has a case in commands and rules.
    var lowercasedASCII: [UInt8] { map { $0 &- 65 < 26 ? $0 | 0x20 : $0 } }
}
