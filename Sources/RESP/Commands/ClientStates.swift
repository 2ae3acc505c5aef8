// CLIENT PAUSE, REPLY, NO-EVICT, NO-TOUCH: what holds for a client, or for all of them, from here on.
// Source: Redis 7.2 command reference.

import Base
import Engine
import Synchronization

extension RESPSession {
    func clientPause(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 4 else { return failSubcommand(.client, request, &output) }
        var kind = ClientPause.Kind.all
        if request.count == 4 {
            if request[3].equalsIgnoringCase("write") {
                kind = .writes
            } else if !request[3].equalsIgnoringCase("all") {
                return fail("ERR CLIENT PAUSE mode must be WRITE or ALL", &output)
            }
        }
        guard let deadline = deadline(milliseconds: request[2], &output) else { return }
        frontEnd.setPause(kind, until: deadline.time ?? engine.now)
        output.appendOK()
    }

    /// CLIENT REPLY (ON | OFF | SKIP): only ON has a reply.
    func clientReply(_ request: Request, _ output: inout OutputBuffer) {
        if request[2].equalsIgnoringCase("on") {
            replies = .on
            output.appendOK()
        } else if request[2].equalsIgnoringCase("off") {
            replies = .off
        } else if request[2].equalsIgnoringCase("skip") {
            // While there are none anyway, there is none to skip. One of two SKIPs is itself skipped first.
            if replies != .off { replies = replies == .on ? .skip : .skipNext }
        } else {
            failSyntax(&output)
        }
    }

    /// Takes back the reply of one command, if its client wants none. Outside of EXEC, once a command.
    func dropReply(after mark: Int, _ output: inout OutputBuffer) {
        switch replies {
        case .on: return
        case .off: break
        case .skipNext:
            // This was SKIP itself; the next one is meant.
            replies = .skip
        case .skip: replies = .on
        }
        output.truncate(to: mark)
    }

    func clientSwitch(_ request: Request, _ output: inout OutputBuffer, _ set: (Bool) -> Void) {
        if request[2].equalsIgnoringCase("on") {
            set(true)
        } else if request[2].equalsIgnoringCase("off") {
            set(false)
        } else {
            return failSyntax(&output)
        }
        output.appendOK()
    }

    func keepsClient(_ isKept: Bool) { record.isKept.store(isKept, ordering: .relaxed) }

    func leaveAccess(_ leaves: Bool) {
        record.leavesAccess.store(leaves, ordering: .relaxed)
        engine.leavesAccess = leaves
    }
}
