// The append log's list of files.

import Base
import Testing

@testable import Persistence

private func parse(_ text: String) throws -> LogManifest {
    try LogManifest(parsing: Array(text.utf8).span.rawBytes)
}

@Suite("The append log's manifest")
struct LogManifestTests {
    @Test("what redis-server wrote is read, and written again byte by byte, with a sum behind it")
    func redis() throws {
        let text = """
            file appendonly.aof.3.base.rdb seq 3 type b
            file appendonly.aof.2.base.rdb seq 2 type h
            file appendonly.aof.2.incr.aof seq 2 type h
            file appendonly.aof.3.incr.aof seq 3 type i
            file appendonly.aof.4.incr.aof seq 4 type i

            """
        let manifest = try parse(text)
        #expect(manifest.base == LogManifest.File(name: "appendonly.aof.3.base.rdb", sequence: 3))
        #expect(manifest.history.map(\.sequence) == [2, 2])
        #expect(manifest.increments.map(\.name) == ["appendonly.aof.3.incr.aof", "appendonly.aof.4.incr.aof"])
        #expect(manifest.filesToRead.map(\.sequence) == [3, 3, 4])
        #expect(manifest.lines == text)
        #expect(manifest.text.hasPrefix(text + "#SUM:") && manifest.text.count == text.count + 22)
    }

    @Test("comments, other words' case, unknown pairs and blanks at the ends are no matter")
    func tolerance() throws {
        let manifest = try parse("# by hand\n  FILE a Seq 1 color blue TYPE i \r\n#\nfile b seq 7 type ink\n# end")
        #expect(manifest.increments == [.init(name: "a", sequence: 1), .init(name: "b", sequence: 7)])
        #expect(manifest.base == nil)
    }

    @Test("names with blanks, quotes or anything else come back", arguments: [
        "my log.aof.1.base.rdb", "a\"b", "a'b", "tab\there", "zwölf", "new\nline",
    ])
    func names(_ name: String) throws {
        var manifest = LogManifest()
        manifest.base = .init(name: name, sequence: 1)
        #expect(try parse(manifest.text) == manifest)
    }

    @Test("what redis-server refuses is refused with the line's number", arguments: [
        ("", 0), ("file a seq 1 type i", 1), ("file a seq 1 type i\n\n", 2), ("file a seq 1\n", 1),
        ("file a seq 1 type i extra\n", 1), ("file a seq 0 type i\n", 1), ("file a seq x type i\n", 1),
        ("file a seq 1 type b\nfile b seq 2 type b\n", 2), ("file a seq 2 type i\nfile b seq 2 type i\n", 2),
        ("file a seq 1 type x\n", 1), ("file d/a seq 1 type i\n", 1), ("file \"a seq 1 type i\n", 1),
        ("file \"\" seq 1 type i\n", 1), ("seq 1 type i color blue\n", 1), ("file .. seq 1 type i\n", 1),
    ])
    func refusals(_ text: String, _ line: Int) {
        #expect { try parse(text) } throws: { ($0 as? LogManifestFault)?.line == line }
        let long = "file " + String(repeating: "a", count: 1100) + " seq 1 type i\n"
        #expect(throws: LogManifestFault.self) { try parse(long) }
    }

    @Test("names are Redis'")
    func ownNames() {
        #expect(LogNames.manifest("appendonly.aof") == "appendonly.aof.manifest")
        #expect(LogNames.base("a", 3, isSnapshot: true) == "a.3.base.rdb")
        #expect(LogNames.base("a", 3, isSnapshot: false) == "a.3.base.aof")
        #expect(LogNames.increment("a", 12) == "a.12.incr.aof")
    }
}
