// From a running server to a file, as `redis-cli --rdb` does it. Source: Redis 7 redis-cli.c, getRDB.

import Base

/// What a download came to.
public struct DownloadSummary: Sendable, Equatable {
    /// Bytes of the file.
    public var size = 0
    /// Since the server was asked.
    public var seconds = 0.0
    /// Of these, until the first byte came.
    public var secondsWaited = 0.0
    /// The file's sum is there and right.
    public var isVerified = false
}

/// A snapshot of a whole server on its way to a file, which is there when it is whole and on the disk, and not before.
public enum SnapshotDownload {
    /// - Parameter path: of the file, which may be there already, and is then replaced.
    /// - Parameter progress: called ten times a second at most.
    public static func run(
        from link: consuming ServerLink, to path: String, progress: @escaping (TransferProgress) -> Void
    ) throws(MigrationFault) -> DownloadSummary {
        let unfinished = "\(path).\(System.processID).part"
        // Before the server is asked to do what would be in vain.
        let descriptor = try writing(path) { () throws(SystemError) in try Files.create(unfinished) }
        Files.removeWhenInterrupted(unfinished)
        do throws(MigrationFault) {
            defer { Files.close(descriptor) }
            var watch = ProgressWatch(progress)
            let summary = try receive(from: &link, to: descriptor, path, &watch)
            try writing(path) { () throws(SystemError) in
                try Files.sync(descriptor)
                try Files.renameDurably(unfinished, to: path)
            }
            Files.keepWhenInterrupted()
            return summary
        } catch {
            Files.remove(unfinished)
            Files.keepWhenInterrupted()
            throw error
        }
    }

    private static func receive(
        from link: inout ServerLink, to descriptor: Int32, _ path: String, _ watch: inout ProgressWatch
    ) throws(MigrationFault) -> DownloadSummary {
        // Who does not know one of these sends the snapshot all the same, and perhaps a stream behind it.
        for option in [["capa", "eof"], ["rdb-only", "1"]] {
            if case .error(let text) = try link.ask(["REPLCONF"] + option), text.hasPrefix("NO") {
                throw MigrationFault(refusal: text, link.server)
            }
        }
        link.append(["SYNC"])
        try link.flush(while: "asking for a snapshot")
        let end = try waitForBeginning(link, &watch)
        let secondsWaited = watch.seconds
        var stream = SnapshotStream(end)
        watch.begin(.receiving, total: stream.size)
        while !stream.isWhole {
            try takePiece(link, &stream, descriptor, path)
            watch.tell(done: stream.received)
        }
        let (rest, isVerified) = try finish(stream, link.server)
        try writing(path) { () throws(SystemError) in try Files.write(rest.span.rawBytes, to: descriptor) }
        var summary = DownloadSummary()
        summary.size = stream.size ?? stream.received - SnapshotStream.markSize
        summary.seconds = watch.seconds
        summary.secondsWaited = secondsWaited
        summary.isVerified = isVerified
        return summary
    }

    /// Newlines tell that the server is at it, then a line tells how the snapshot will end.
    private static func waitForBeginning(
        _ link: borrowing ServerLink, _ watch: inout ProgressWatch
    ) throws(MigrationFault) -> SnapshotStream.End {
        while true {
            let line = try link.receiveLine(while: "waiting for the snapshot") { $0.copiedText() }
            watch.tellWaiting()
            if line.isEmpty { continue }
            if line.hasPrefix("-") {
                let text = String(line.dropFirst())
                if text.hasPrefix("ERR unknown command") {
                    throw MigrationFault(
                        "\(link.server) does not know SYNC", advice: "There it was renamed, or is not supported.")
                }
                throw MigrationFault(refusal: text, link.server)
            }
            if line.hasPrefix("$EOF:") && line.utf8.count == 5 + SnapshotStream.markSize {
                return .mark(Array(line.utf8.dropFirst(5)))
            }
            guard line.hasPrefix("$"), let size = Int(line.dropFirst()), size > 0 else { throw link.strange(line) }
            return .size(size)
        }
    }

    private static func takePiece(
        _ link: borrowing ServerLink, _ stream: inout SnapshotStream, _ descriptor: Int32, _ path: String
    ) throws(MigrationFault) {
        let sizeMax = min(stream.left ?? .max, MigrationLimits.pieceSize)
        var failure: SystemError?
        try link.receiveBytes(atMost: sizeMax, while: "receiving the snapshot") { piece in
            do throws(SystemError) {
                try stream.take(piece) { (bytes) throws(SystemError) in try Files.write(bytes, to: descriptor) }
            } catch { failure = error }
        }
        try writing(path) { () throws(SystemError) in if let failure { throw failure } }
        guard stream.mayBeSnapshot else { throw fault(.otherFormat, link.server) }
    }

    private static func finish(
        _ stream: borrowing SnapshotStream, _ server: ServerAddress
    ) throws(MigrationFault) -> (rest: [UInt8], isVerified: Bool) {
        do throws(SnapshotStream.Fault) { return try stream.finish() } catch { throw fault(error, server) }
    }

    private static func fault(_ fault: SnapshotStream.Fault, _ server: ServerAddress) -> MigrationFault {
        switch fault {
        case .otherFormat: MigrationFault("\(server) sent something that is no RDB file")
        case .tooShort: MigrationFault("\(server) sent an RDB file that ends too early")
        case .wrongSum:
            MigrationFault(
                "the snapshot is damaged: its bytes are not those that its checksum was made of",
                advice: "Something between there and here changes bytes. Again, or over TLS?")
        }
    }

    private static func writing<R>(
        _ path: String, _ body: () throws(SystemError) -> R
    ) throws(MigrationFault) -> R {
        do throws(SystemError) {
            return try body()
        } catch {
            throw MigrationFault("cannot write \(path): \(error.reason)")
        }
    }
}
