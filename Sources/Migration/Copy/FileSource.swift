// Items out of an RDB file.

import Base

struct FileSource: CopySource, ~Copyable {
    private let file: MappedFile
    private let contents: SnapshotContents
    private var pace: CopyPace

    /// Reads the file to its end first: nothing is copied of one that is damaged.
    init(_ path: String, rate: Int, _ watch: inout ProgressWatch) throws(MigrationFault) {
        let file = try SnapshotItems.open(path)
        let contents = try SnapshotItems.check(file, path, &watch)
        if contents.end < file.size, [UInt8(ascii: "*"), UInt8(ascii: "#")].contains(file.bytes[contents.end]) {
            throw MigrationFault(
                "\(path) is an append log: commands follow its snapshot",
                advice: "Nothing was copied. Give it a name that ends in .aof, and its commands are done, too.")
        }
        self.file = file
        self.contents = contents
        pace = CopyPace(rate)
    }

    mutating func count() -> Int? { contents.keyCount }

    mutating func run(
        into sink: inout some CopySink & ~Copyable, _ notes: inout SourceNotes, _ meter: inout CopyMeter
    ) throws(MigrationFault) {
        try SnapshotItems.forEachLibrary(of: file, count: contents.libraryCount) { code throws(MigrationFault) in
            try sink.put(library: code)
        }
        if !contents.modules.isEmpty {
            let names = contents.modules.joined(separator: ", ")
            notes.warnings.append("\(contents.moduleKeyCount.keys) of modules passed over (\(names))")
            notes.passedOver = contents.moduleKeyCount
        }
        try SnapshotItems.forEach(of: file, version: contents.version) { key, value, item, _ throws(MigrationFault) in
            pace.wait(for: 1)
            try sink.put(key, value, item)
            try meter.count(value.byteCount)
        }
    }
}
