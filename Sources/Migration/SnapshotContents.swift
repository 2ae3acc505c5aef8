// What is in a snapshot's file, found out before anything of it goes anywhere.

import Base
import RDB

/// A file that was read to its end and is whole.
public struct SnapshotContents: Sendable, Equatable {
    /// Of the format.
    public var version = 0
    /// Keys of databases, those that have expired left out.
    public var keysByDatabase: [Int: Int] = [:]
    public var expiredCount = 0
    /// Keys with what only Duet knows of an item: memcached's flags.
    public var flaggedCount = 0
    public var libraryCount = 0
    /// Keys of modules, and the modules that something in the file belongs to.
    public var moduleKeyCount = 0
    public var modules: [String] = []
    /// Where it ends; a file of commands may follow.
    public var end = 0
    /// The file's sum is there and right.
    public var isVerified = false

    public var keyCount: Int { keysByDatabase.values.reduce(0, +) }
    /// Ascending.
    public var databases: [Int] { keysByDatabase.keys.sorted() }

    /// Reads all of it; values are passed over.
    static func read(
        _ file: MappedFile, now: Milliseconds, _ watch: inout ProgressWatch
    ) throws(RDBFileFault) -> SnapshotContents {
        var reader = try RDBFileReader(file.bytes, verifiesChecksum: true, passesModules: true)
        var contents = SnapshotContents()
        contents.version = reader.version
        watch.begin(.checking, total: file.size)
        var database = 0
        var count = 0
        while true {
            switch try reader.next() {
            case .field, .sizes: continue
            case .database(let index): database = index
            case .functions: contents.libraryCount += 1
            case .module(let name, let isItem):
                if isItem { contents.moduleKeyCount += 1 }
                if !contents.modules.contains(name) { contents.modules.append(name) }
            case .string, .collection:
                if reader.facts.isExpired(at: now) {
                    contents.expiredCount += 1
                } else {
                    contents.keysByDatabase[database, default: 0] += 1
                    if reader.facts.needsOwnFields { contents.flaggedCount += 1 }
                }
            case .end:
                contents.end = reader.place
                contents.isVerified = reader.isVerified
                return contents
            }
            count += 1
            if count & 1023 == 0 {
                watch.tell(done: reader.place)
                file.forget(before: reader.place)
            }
        }
    }
}

extension RDBItemFacts {
    func isExpired(at now: Milliseconds) -> Bool { expiry.rawValue != 0 && expiry <= now }
}
