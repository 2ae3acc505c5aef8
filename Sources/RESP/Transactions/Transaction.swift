// The commands of a transaction while they wait for EXEC.

import Base
import Engine

/// What came since MULTI. Used by the session's worker only.
final class Transaction {
    let requests = KeptRequests()
    /// Where the commands' keys live.
    private(set) var shards = ShardSet()
    /// Some command may need memory, so that EXEC is refused while there is none.
    private(set) var needsMemory = false
    /// Some command may change something, so that EXEC is refused while nothing may be written.
    private(set) var writes = false
    /// Some command may turn tracking on.
    private(set) var mayTrack = false
    /// A command was refused when it came: EXEC will refuse them all.
    var isFlawed = false

    /// - Parameter spec: of the subcommand, if the command has any.
    func append(_ queued: QueuedRequest, _ request: Request, _ spec: CommandSpec, _ engine: EngineHandle) {
        requests.append(request, queued.row)
        mayTrack = mayTrack || queued.row.command == .client
        writes = writes || spec.flags.contains(.write)
        needsMemory = needsMemory || spec.flags.contains(.deniedWhenFull)
        reach(request, spec, engine)
    }

    /// Takes the shards that a command may look at into `shards`: those of its keys, or all if the table does not tell
    /// them.
    private func reach(_ request: Request, _ spec: CommandSpec, _ engine: EngineHandle) {
        if spec.keys.first > 0 && !spec.flags.contains(.movableKeys) {
            let last = spec.keys.last < 0 ? request.count + spec.keys.last : spec.keys.last
            for place in stride(from: spec.keys.first, through: min(last, request.count - 1), by: spec.keys.step) {
                engine.insert(engine.hash(request[place]), into: &shards)
            }
            return
        }
        switch spec.group {
        case .connection, .transactions, .pubsub: break
        case .string, .bitmap, .hyperloglog, .list, .hash, .set, .sortedSet, .geo, .stream, .generic, .scripting,
            .server, .cluster:
            shards = .all
        }
    }
}
