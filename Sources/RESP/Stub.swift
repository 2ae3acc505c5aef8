// TEMPORARY: what the door needs in order to compile.
import Base
import Engine
import Transport
struct ArgumentSlot: BitwiseCopyable {}
struct QueuedRequest: BitwiseCopyable {}
struct CommandSpec { var name = ""; var subcommands: [CommandSpec] = [] }
enum Command: UInt8 { case get; var spec: CommandSpec { CommandSpec() } }
final class RESPSession: Session {
    init(_ frontEnd: RESPFrontEnd, _ context: WorkerContext, _ record: ClientRecord) {}
    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress { Progress(consumed: input.byteCount, next: .close) }
}
