// From a snapshot's file into a running server.

import Base

/// How keys are brought in.
public struct UploadOptions: Sendable {
    /// Takes the place of keys that are there.
    public var replaces = false

    public init() {}
}

/// Sends a file. Used once.
public struct SnapshotUpload: ~Copyable {
    /// Until it is used.
    private var link: ServerLink?
    private let options: UploadOptions
    private var watch: ProgressWatch
    private var summary = UploadSummary()

    /// - Parameter progress: called ten times a second at most.
    public init(
        to link: consuming ServerLink, _ options: UploadOptions, progress: @escaping (TransferProgress) -> Void
    ) {
        self.link = consume link
        self.options = options
        watch = ProgressWatch(progress)
    }

    /// Reads the file to its end, and if it is whole, and the server has all its databases, sends its libraries of
    /// functions and its keys.
    ///
    /// A fault after the first key is in the summary; what is thrown left the server as it was.
    public consuming func run(_ path: String) throws(MigrationFault) -> UploadSummary {
        let file = try SnapshotItems.open(path)
        summary.contents = try SnapshotItems.check(file, path, &watch)
        var link = link.take()!
        summary.isToDuet = try link.isDuet()
        try lookAtDatabases(path, &link)
        // The last one looked at is the lowest.
        var sink = try RestoreSink(
            link, replaces: options.replaces, takesOwnFields: summary.isToDuet,
            database: summary.contents.databases.first)
        watch.begin(.sending, total: summary.contents.end)
        do throws(MigrationFault) {
            try SnapshotItems.forEachLibrary(of: file, count: summary.contents.libraryCount) {
                code throws(MigrationFault) in try sink.put(library: code)
            }
            try SnapshotItems.forEach(of: file, version: summary.contents.version) {
                key, value, item, place throws(MigrationFault) in
                try sink.put(key, value, item)
                watch.tell(done: place, keys: sink.outcome.stored)
            }
            try sink.finish()
            watch.tell(done: summary.contents.end, keys: sink.outcome.stored)
        } catch {
            sink.outcome.fault = error
        }
        summary.outcome = sink.outcome
        summary.seconds = watch.seconds
        return summary
    }

    /// Selects each of the file's databases once, the highest first: the others are there if that is.
    private func lookAtDatabases(_ path: String, _ link: inout ServerLink) throws(MigrationFault) {
        for database in summary.contents.databases.reversed() {
            guard case .error(let text) = try link.ask(["SELECT", "\(database)"]) else { continue }
            guard text.contains("out of range") || text.contains("not allowed in cluster") else {
                throw MigrationFault(refusal: text, link.server)
            }
            throw MigrationFault(
                "\(path) has keys in database \(database), which \(link.server) does not have: \(text)",
                advice: "Nothing was sent. Raise its `databases` setting.")
        }
    }
}
