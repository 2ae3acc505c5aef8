// Commands.md beside the command table: what it tells is there, and what is there is told.

import Base
import Testing

@testable import RESP

@Suite("Commands.md")
struct CommandsDocumentTests {
    private struct Row {
        /// In capitals; a subcommand behind its container.
        var names: [String] = []
        let state: String
        let proof: String
    }

    private static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    private static func rows() throws -> [Row] {
        let text = String(decoding: try Files.read(root + "/Sources/RESP/Commands.md"), as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ---") }.compactMap { line in
            let cells = line.split(separator: "|").map { String($0).trimmed }
            guard cells.count == 3, cells[0] != "command" else { return nil }
            var row = Row(state: cells[1], proof: cells[2])
            var container = ""
            for (index, name) in cells[0].split(separator: ",").map({ String($0).trimmed }).enumerated() {
                // Behind `CLIENT GETNAME` come other words of CLIENT.
                if index == 0, let blank = name.firstIndex(of: " ") { container = String(name[...blank]) }
                row.names.append(index == 0 ? name : container + name)
            }
            row.names.removeAll { $0 != $0.uppercased() }
            return row
        }
    }

    @Test("each command has a row, and each subcommand but HELP, unless its container's row stands for all")
    func complete() throws {
        let told = Set(try Self.rows().flatMap(\.names))
        for spec in CommandTable.specs {
            let name = spec.name.uppercased()
            if told.contains(name) { continue }
            #expect(told.contains { $0.hasPrefix(name + " ") }, "\(name) has no row")
            for subcommand in spec.subcommands where subcommand.name != "help" {
                let inner = "\(name) \(subcommand.name.uppercased())"
                #expect(told.contains(inner), "\(inner) has no row")
            }
        }
    }

    @Test("what is told to be there is in the table, once, and its tests are files that exist")
    func honest() throws {
        var known: Set<String> = []
        for spec in CommandTable.specs {
            let name = spec.name.uppercased()
            known.insert(name)
            for subcommand in spec.subcommands { known.insert("\(name) \(subcommand.name.uppercased())") }
        }
        var seen: Set<String> = []
        for row in try Self.rows() where row.state != "not yet" && row.state != "no" {
            for name in row.names {
                // DEBUG's words are no rows of the table, as in redis-server.
                #expect(known.contains(name) || name.hasPrefix("DEBUG "), "\(name) is no command")
                #expect(seen.insert(name).inserted, "\(name) has two rows")
            }
            let files = row.proof.split(whereSeparator: { " ,;:".contains($0) }).filter { $0.hasSuffix(".swift") }
            #expect(!files.isEmpty, "\(row.names): no test is named")
            for file in files {
                let places = ["RESPTests", "RESPTests/Transcripts", "Compatibility", "ServerTests", "MemcachedTests"]
                let exists = places.contains { !Files.matching("\(Self.root)/Tests/\($0)/\(file)*").isEmpty }
                #expect(exists, "\(row.names): there is no \(file)")
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
