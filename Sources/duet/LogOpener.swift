// An append log as a source of a copy: read once, by the server's own loader, and kept for a comparison after it.

import Base
import Migration
import Persistence
import Server

/// Remembers the log that it has read last.
final class LogOpener {
    private var last: (path: String, log: LoadedLog)?

    func open(
        _ path: String, _ progress: (TransferProgress) -> Void
    ) throws(MigrationFault) -> LoadedLog {
        if let last, last.path == path { return last.log }
        let start = monotonicNanoseconds()
        do throws(LoadFailure) {
            let contents = try LogContents.load(path) { moment throws(LoadFailure) in
                if Interruption.hasCome { throw Self.interrupted }
                var told = TransferProgress(.loading)
                told.done = moment.bytesDone
                told.total = moment.bytesTotal
                told.seconds = Double(monotonicNanoseconds() - start) / 1e9
                progress(told)
            }
            let log = LoadedLog(
                engine: contents.engine, libraries: contents.libraries, warnings: contents.facts.warnings)
            last = (path, log)
            return log
        } catch {
            throw error == Self.interrupted
                ? .interrupted : MigrationFault(error.description, advice: "Nothing was copied, the log is as it was.")
        }
    }

    private static let interrupted = LoadFailure(description: "interrupted")
}
