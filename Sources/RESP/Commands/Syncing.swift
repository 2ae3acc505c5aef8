// A snapshot for whoever asks as `redis-cli --rdb` does. Source: Redis 7 replication.c, syncCommand, replconfCommand.

import Base
import Engine
import Synchronization
import Transport

/// Why SYNC would not be what a client asked for before.
enum SyncRefusal {
    case none
    /// It is a replica, which wants what comes after the snapshot, too.
    case replica
}

extension RESPSession {
    /// What a client says of itself before SYNC. Only what asks for nothing but a snapshot is agreed to.
    func replconf(_ request: Request, _ output: inout OutputBuffer) {
        if request.count.isMultiple(of: 2) { return failSyntax(&output) }
        var index = 1
        while index < request.count {
            let (option, value) = (request[index], request[index + 1])
            if option.equalsIgnoringCase("rdb-only") {
                guard let number = value.integer else { return failInteger(&output) }
                if number == 0 { return refuse(.replica, &output) }
            } else if option.equalsIgnoringCase("listening-port") || option.equalsIgnoringCase("ip-address") {
                return refuse(.replica, &output)
            } else if option.equalsIgnoringCase("rdb-filter-only") {
                guard filterSnapshot(value, &output) else { return }
            } else if option.equalsIgnoringCase("capa") {
                // What the client could take; it takes a snapshot of known size as well.
                if value.equalsIgnoringCase("duet-fields") { takesOwnFields = true }
            } else {
                countError()
                output.append("-ERR Unrecognized REPLCONF option: ")
                appendErrorText(option, RESPLimits.errorTextSizeMax, &output)
                return output.append("\r\n")
            }
            index += 2
        }
        output.appendOK()
    }

    /// Only the parts that `names` says are to be sent. Source: Redis 7 replconfCommand, `rdb-filter-only`.
    private func filterSnapshot(_ names: RawSpan, _ output: inout OutputBuffer) -> Bool {
        guard let line = InlineRequest(names) else {
            fail("ERR Missing rdb-filter-only values", &output)
            return false
        }
        wantedParts = .nothing
        for word in line.words {
            let name = line.span.slice(Int(word.offset), Int(word.offset + word.size))
            guard name.equalsIgnoringCase("functions") else {
                countError()
                output.append("-ERR Unsupported rdb-filter-only option: ")
                appendErrorText(name, RESPLimits.errorTextSizeMax, &output)
                output.append("\r\n")
                return false
            }
            wantedParts = .functions
        }
        return true
    }

    private func refuse(_ reason: SyncRefusal, _ output: inout OutputBuffer) {
        syncRefusal = reason
        failSync(&output)
    }

    private func failSync(_ output: inout OutputBuffer) {
        switch syncRefusal {
        case .none: preconditionFailure("nothing stands against it")
        case .replica:
            fail("ERR no replication here: SYNC sends one snapshot, and nothing follows it", &output)
        }
    }

    func psync(_ output: inout OutputBuffer) {
        syncRefusal = .replica
        failSync(&output)
    }

    /// Sends a snapshot of all databases and closes the connection: no stream of changes follows. Newlines come before
    /// it while it is made, then `$<size>`, a line end, and the file.
    func sync(_ request: Request, _ output: inout OutputBuffer) {
        guard syncRefusal == .none else { return failSync(&output) }
        let transfer = SnapshotTransfer(record, now: engine.now)
        frontEnd.transfers.add(transfer, of: record)
        self.transfer = transfer
        record.isReplica.store(true, ordering: .relaxed)
        // Nobody but the transfer lets it go on.
        let ticket = park(request, .sync, until: nil)
        _ = record.parking.claim(ticket)
        frontEnd.control.startExport(of: wantedParts) { export in
            switch export {
            case .file(let file): transfer.begin(file)
            case .failed(let reason): transfer.fail(reason)
            }
        }
    }

    /// Goes on with sending. One piece is on its way at a time.
    func send(_ transfer: SnapshotTransfer, _ output: inout OutputBuffer) -> Progress.Next {
        if let connection = record.peer.connection, connection.unsentByteCount > 0 { return .wait }
        switch transfer.next() {
        case .wait: return .wait
        case .signOfLife:
            output.append("\n")
            return .wait
        case .piece(let piece):
            if !isSendingSnapshot {
                isSendingSnapshot = true
                output.appendLine("$", transfer.size)
            }
            output.append(shared: piece)
            return .wait
        case .end: return .close
        case .failed(let reason):
            if isSendingSnapshot { return .abort }
            fail(made: "ERR \(reason)", &output)
            endTransfer()
            ending = .none
            unpark()
            publish()
            return .yield
        }
    }

    /// What was sent has left.
    func connectionDrained(_ output: inout OutputBuffer, now: Milliseconds) {
        guard let transfer else { return }
        // Only who is woken can end the connection.
        if send(transfer, &output) != .wait { record.peer.connection?.wake() }
    }

    func endTransfer() {
        guard let transfer else { return }
        transfer.cancel()
        self.transfer = nil
        frontEnd.transfers.remove(record)
    }
}
