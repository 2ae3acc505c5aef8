// What reviewers would otherwise have to look for by hand.

import Testing

@Suite("A tidy house")
struct TidyTests {
    private static let lineLengthMax = 120
    private static let fileLengthMax = 400

    /// Files that are longer than the rest may be, and why.
    private static let longFiles: [String: String] = [
        "Sources/Engine/Keyspace/HashTable.swift": "one structure whose storage and growth are read together"
    ]

    /// Folders whose lines run on, and why.
    private static let longLines: [(prefix: String, max: Int, reason: String)] = [
        ("Sources/Engine/", 145, "verbs with many labelled parameters and the comments beside fields"),
        ("Tests/EngineTests/", 130, "as the engine"),
        ("Sources/Base/", 125, "SAFETY sentences that stand beside their expression"),
        ("Tests/BaseTests/", 125, "as Base"),
        ("Tests/RESPTests/", 230, "replies are quoted as they are sent"),
        ("Tests/ScriptingTests/", 140, "scripts are quoted"),
        ("Tests/WorkloadTests/", 130, "replies are quoted as they are sent"),
    ]

    @Test("a file imports only what Package.swift lists for its target", arguments: SourceTree.targets)
    func imports(target: String) {
        let system: Set = ["Glibc", "Synchronization", "Testing"]
        guard let listed = SourceTree.dependencies[target] else { return }
        for file in SourceTree.files where !file.isTest && file.target == target {
            for module in importedModules(file) where !system.contains(module) {
                #expect(listed.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test("tests import only what Package.swift lists for them")
    func testImports() {
        let system: Set = ["Glibc", "Synchronization", "Testing"]
        for file in SourceTree.files where file.isTest {
            guard let listed = SourceTree.dependencies[file.target] else { continue }
            for module in importedModules(file) where !system.contains(module) {
                #expect(listed.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    private func importedModules(_ file: SourceFile) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ").filter {
                !["public", "internal", "private", "@testable"].contains($0)
            }
            guard words.first == "import", let module = words.dropFirst().first else { return nil }
            return String(module.prefix { $0 != "." })
        }
    }

    @Test("no room of the server knows Foundation")
    func foundation() {
        for file in SourceTree.files where !file.isTest {
            #expect(!importedModules(file).contains { $0.hasPrefix("Foundation") }, "\(file.path)")
        }
    }

    @Test("unsafe code stays where it is allowed")
    func unsafe() {
        // Base as a whole: its bytes, its clock and its system calls are what keeps the rooms above safe.
        // Two files of Scripting: Lua's interface is made of pointers, and these two are all that touches it.
        let allowed = [
            "Sources/Base/", "Sources/Engine/", "Sources/Transport/", "Sources/Scripting/Interpreter.swift",
            "Sources/Scripting/LuaStack.swift",
        ]
        for file in SourceTree.files
        where !file.isTest && !allowed.contains(where: { file.path.hasPrefix($0) }) {
            for (index, line) in file.lines.enumerated() where hasUnsafeCode(line) {
                Issue.record("\(file.path):\(index + 1): \(line)")
            }
        }
    }

    private func hasUnsafeCode(_ line: String) -> Bool {
        let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return code.contains("unsafe ") || code.contains("UnsafeRaw") || code.contains("UnsafeMutable")
    }

    @Test("every room has a README that says something, in at most 60 lines")
    func readmes() {
        for target in SourceTree.targets where !target.hasPrefix("C") {
            let lines = SourceTree.text("Sources/\(target)/README.md").split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count > 5, "Sources/\(target)/README.md says nothing")
            #expect(lines.count <= 61, "Sources/\(target)/README.md has \(lines.count) lines")
        }
    }

    @Test("files stay short enough to be read")
    func fileLength() {
        for file in SourceTree.files
        where Self.longFiles[file.path] == nil && !file.path.contains("/Transcripts/") {
            #expect(file.lines.count <= Self.fileLengthMax + 1, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test("lines fit")
    func lineLength() {
        for file in SourceTree.files where !file.path.contains("/Transcripts/") {
            let most = Self.longLines.first { file.path.hasPrefix($0.prefix) }?.max ?? Self.lineLengthMax
            for (index, line) in file.lines.enumerated() where line.count > most {
                Issue.record("\(file.path):\(index + 1) has \(line.count) columns")
            }
        }
    }

    @Test("a file opens with why it exists")
    func openings() {
        for file in SourceTree.files {
            #expect(file.lines.first?.hasPrefix("//") == true, "\(file.path) opens without a word")
        }
    }

    @Test("no work is left for later without an issue's number")
    func leftovers() {
        let mark = "TO" + "DO"
        for file in SourceTree.files {
            for line in file.lines where line.contains(mark + " ") || line.contains(mark + ":") {
                #expect(line.contains("#"), "\(file.path): \(line)")
            }
        }
    }
}
