// What an append log leaves, found out by doing what it says: for tools that read a log without serving it.

import Base
public import Engine
public import Persistence
import RESP
import Transport

/// The keyspace of a log that was read, in an engine of its own that nobody serves.
public struct LogContents: Sendable {
    public let engine: Engine
    public let facts: LogImport
    /// The code of libraries of functions that it leaves.
    public let libraries: [[UInt8]]

    /// Databases that a log may name. An engine that has them costs some MiB.
    private static let databaseCount = 1024

    /// Reads a log, whose files stay as they are. Its keys are in memory then, without a limit.
    /// - Parameter path: a manifest, a folder with one, or a log of a single file.
    /// - Parameter progress: called about ten times a second, for each file anew; ends it by throwing.
    public static func load(
        _ path: String, progress: (LoadProgress) throws(LoadFailure) -> Void
    ) throws(LoadFailure) -> LogContents {
        var settings = Configuration()
        settings.databaseCount = databaseCount
        settings.workerCount = 1
        let workers: Workers
        do throws(TransportError) {
            workers = try Workers(settings.transportOptions)
        } catch {
            throw LoadFailure(description: error.description)
        }
        let engine = Engine(settings.engineOptions)
        let control = Control(settings, engine: engine, workers: workers, log: Log(style: .redis, level: .nothing))
        let frontEnd = RESPFrontEnd(engine: engine, settings: settings.respSettings, control: control)
        var client = ReplayClient(frontEnd.makeReplay())
        defer { client.replay.end() }
        let facts = try LogImport.load(path, into: engine, &client, progress)
        return LogContents(engine: engine, facts: facts, libraries: frontEnd.libraries)
    }
}
