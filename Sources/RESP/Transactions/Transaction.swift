// The commands of a transaction while they wait for EXEC.

import Base
import Engine

/// What came since MULTI: the commands' bytes one behind the other, and where their arguments lie.
///
/// Copied, since the input they came in is gone when EXEC comes. Used by the session's worker only.
final class Transaction {
    private var bytes = OutputBuffer(capacity: 256)
    let slots = Scratch<ArgumentSlot>(capacity: 8)
    let commands = Scratch<QueuedRequest>(capacity: 4)
    private(set) var count = 0
    private var slotCount = 0
    /// Where the commands' keys live.
    private(set) var shards = ShardSet()
    /// Some command may need memory, so that EXEC is refused while there is none.
    private(set) var needsMemory = false
    /// A command was refused when it came: EXEC will refuse them all.
    var isFlawed = false

    deinit {
        slots.deallocate()
        commands.deallocate()
    }

    /// Bytes held: arguments, their places, and a record for each command.
    var size: Int {
        bytes.count &+ slotCount &* MemoryLayout<ArgumentSlot>.stride &+ count &* MemoryLayout<QueuedRequest>.stride
    }

    /// What `append` would add to `size`.
    static func size(of request: Request) -> Int {
        var size = MemoryLayout<QueuedRequest>.stride &+ request.count &* MemoryLayout<ArgumentSlot>.stride
        for index in 0..<request.count { size &+= request[index].byteCount }
        return size
    }

    /// - Parameter spec: of the subcommand, if the command has any.
    func append(_ queued: QueuedRequest, _ request: Request, _ spec: CommandSpec, _ engine: EngineHandle) {
        slots.reserve(slotCount &+ request.count)
        commands.reserve(count &+ 1)
        var kept = queued
        kept.firstSlot = UInt32(truncatingIfNeeded: slotCount)
        for index in 0..<request.count {
            let argument = request[index]
            slots[slotCount] = ArgumentSlot(
                offset: UInt32(truncatingIfNeeded: bytes.count), size: UInt32(truncatingIfNeeded: argument.byteCount))
            slotCount &+= 1
            bytes.append(argument)
        }
        commands[count] = kept
        count &+= 1
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
        case .string, .bitmap, .hyperloglog, .list, .hash, .set, .sortedSet, .geo, .stream, .generic, .scripting, .server,
            .cluster:
            shards = .all
        }
    }

    /// Hands the bytes over: the places in `slots` are places in them.
    func takeBytes() -> OutputBuffer {
        var taken = OutputBuffer(capacity: 64)
        swap(&taken, &bytes)
        return taken
    }
}
