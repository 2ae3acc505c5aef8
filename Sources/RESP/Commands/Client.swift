// CLIENT: who is connected, and the end of some. Source: Redis 7 command reference, CLIENT LIST, CLIENT KILL.

import Base
import Engine
import Synchronization
import Transport

extension RESPSession {
    func client(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: ClientSubcommand = subcommand(.client, request, &output) else { return }
        record.lastCommand.store(lastCommand, ordering: .relaxed)
        record.lastActiveAt.store(engine.now.rawValue, ordering: .relaxed)
        switch subcommand {
        case .id: output.appendInteger(Int64(truncatingIfNeeded: record.peer.id))
        case .getname:
            let name = record.names.withLock { $0.name }
            name.isEmpty ? output.appendNull(version) : output.appendBulk(name)
        case .setname:
            guard Self.isPlain(request[2]) else { return failName(&output) }
            setName(request[2])
            output.appendOK()
        case .setinfo: clientSetinfo(request, &output)
        case .info: output.appendVerbatim(record.line(now: engine.now) + "\n", version)
        case .list: clientList(request, &output)
        case .kill: clientKill(request, &output)
        case .unblock: clientUnblock(request, &output)
        case .pause: clientPause(request, &output)
        case .unpause:
            frontEnd.setPause(.none, until: engine.now)
            output.appendOK()
        case .reply: clientReply(request, &output)
        case .noEvict: clientSwitch(request, &output) { keepsClient($0) }
        case .noTouch: clientSwitch(request, &output) { leaveAccess($0) }
        case .getredir: clientGetredir(&output)
        case .trackinginfo: clientTrackinginfo(&output)
        case .tracking: clientTracking(request, &output)
        case .caching: clientCaching(request, &output)
        case .help: help(.client, request, &output)
        }
    }

    private func clientUnblock(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 4 else {
            countError()
            output.append("-ERR unknown subcommand or wrong number of arguments for '")
            appendErrorText(request[1], RESPLimits.errorTextSizeMax, &output)
            output.append("'. Try CLIENT HELP.\r\n")
            return
        }
        let isError = request.count == 4 && request[3].equalsIgnoringCase("error")
        guard request.count == 3 || isError || request[3].equalsIgnoringCase("timeout") else {
            return fail("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR", &output)
        }
        guard let id = request[2].integer else { return failInteger(&output) }
        let client = frontEnd.clients.find(UInt64(bitPattern: id))
        output.appendInteger(client?.wake(isError ? .interrupted : .timedOut) == true ? 1 : 0)
    }

    private func clientSetinfo(_ request: Request, _ output: inout OutputBuffer) {
        let isName = request[2].equalsIgnoringCase("lib-name")
        guard isName || request[2].equalsIgnoringCase("lib-ver") else {
            countError()
            output.append("-ERR Unrecognized option '")
            appendErrorText(request[2], RESPLimits.errorTextSizeMax, &output)
            output.append("'\r\n")
            return
        }
        guard Self.isPlain(request[3]) else {
            return isName
                ? fail("ERR lib-name cannot contain spaces, newlines or special characters.", &output)
                : fail("ERR lib-ver cannot contain spaces, newlines or special characters.", &output)
        }
        let text = request[3].copiedText()
        record.names.withLock { names in
            if isName { names.libraryName = text } else { names.libraryVersion = text }
        }
        output.appendOK()
    }

    /// A type of clients. We have no master, so that nobody is of its kind.
    private static func kind(_ type: RawSpan) -> (known: Bool, kind: ClientKind?) {
        if type.equalsIgnoringCase("normal") { return (true, .normal) }
        if type.equalsIgnoringCase("pubsub") { return (true, .pubsub) }
        if type.equalsIgnoringCase("replica") || type.equalsIgnoringCase("slave") { return (true, .replica) }
        return (type.equalsIgnoringCase("master"), nil)
    }

    private func failType(_ type: RawSpan, _ output: inout OutputBuffer) {
        countError()
        output.append("-ERR Unknown client type '")
        appendErrorText(type, RESPLimits.errorTextSizeMax, &output)
        output.append("'\r\n")
    }

    private func clientList(_ request: Request, _ output: inout OutputBuffer) {
        var chosen = frontEnd.clients.all()
        if request.count == 4 && request[2].equalsIgnoringCase("type") {
            let (isKnown, kind) = Self.kind(request[3])
            guard isKnown else { return failType(request[3], &output) }
            chosen = chosen.filter { $0.kind == kind }
        } else if request.count > 3 && request[2].equalsIgnoringCase("id") {
            var wanted: Set<UInt64> = []
            for index in 3..<request.count {
                guard let id = request[index].unsignedDecimal() else { return fail("ERR Invalid client ID", &output) }
                wanted.insert(id)
            }
            chosen = chosen.filter { wanted.contains($0.peer.id) }
        } else if request.count > 2 {
            return failSyntax(&output)
        }
        output.appendVerbatim(chosen.map { $0.line(now: engine.now) + "\n" }.joined(), version)
    }

    // MARK: KILL

    private func clientKill(_ request: Request, _ output: inout OutputBuffer) {
        if request.count == 3 {
            // The old form: an address, and this very client is not spared.
            let address = request[2].copiedText()
            guard let victim = frontEnd.clients.all().first(where: { $0.peer.address == address }) else {
                return fail("ERR No such client", &output)
            }
            end(victim)
            return output.appendOK()
        }
        guard let filter = killFilter(request, &output) else { return }
        var count = 0
        for client in frontEnd.clients.all() where filter.accepts(client, me: record) {
            count += 1
            end(client)
        }
        output.appendInteger(count)
    }

    private func end(_ client: ClientRecord) {
        // Our own connection closes behind the reply.
        if client === record { ending = .close } else { client.peer.connection?.close() }
    }

    private func killFilter(_ request: Request, _ output: inout OutputBuffer) -> KillFilter? {
        var filter = KillFilter()
        var index = 2
        while index + 1 < request.count {
            let value = request[index + 1]
            if request[index].equalsIgnoringCase("id") {
                guard let id = value.integer, id > 0 else {
                    fail("ERR client-id should be greater than 0", &output)
                    return nil
                }
                filter.id = UInt64(id)
            } else if request[index].equalsIgnoringCase("type") {
                let (isKnown, kind) = Self.kind(value)
                guard isKnown else {
                    failType(value, &output)
                    return nil
                }
                filter.isOfKind = true
                filter.kind = kind
            } else if request[index].equalsIgnoringCase("addr") {
                filter.address = value.copiedText()
            } else if request[index].equalsIgnoringCase("laddr") {
                filter.localAddress = value.copiedText()
            } else if request[index].equalsIgnoringCase("user") {
                guard let grant = frontEnd.access.grant(value.copiedBytes()) else {
                    fail(made: "ERR No such user '\(value.copiedText())'", &output)
                    return nil
                }
                filter.userID = grant.id
            } else if request[index].equalsIgnoringCase("skipme"), value.equalsIgnoringCase("yes") {
                filter.skipsMe = true
            } else if request[index].equalsIgnoringCase("skipme"), value.equalsIgnoringCase("no") {
                filter.skipsMe = false
            } else {
                break
            }
            index += 2
        }
        guard index == request.count else {
            failSyntax(&output)
            return nil
        }
        return filter
    }
}

/// Whom CLIENT KILL means: all that is given must hold.
private struct KillFilter {
    var id: UInt64?
    var address: String?
    var localAddress: String?
    /// Only those of `kind`: nil is none of ours.
    var isOfKind = false
    var kind: ClientKind?
    var userID: UInt64?
    var skipsMe = true

    func accepts(_ client: ClientRecord, me: ClientRecord) -> Bool {
        if skipsMe && client === me { return false }
        if isOfKind && client.kind != kind { return false }
        if let id, client.peer.id != id { return false }
        if let address, client.peer.address != address { return false }
        if let userID, client.userID.load(ordering: .relaxed) != userID { return false }
        if let localAddress, client.peer.localAddress != localAddress { return false }
        return true
    }
}
