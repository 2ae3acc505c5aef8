// watch: the command, the connection that it turns into a watcher, and the life of connections as events.

import Base
import Engine
import Synchronization
import Transport

extension MemcachedSession {
    /// `watch [stream …]`; without a name, fetchers.
    func watch(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        if let refusal = watchRefusal(line) {
            output.append(refusal)
            return .served(end: line.next)
        }
        guard let streams = watchStreams(line, input) else {
            output.append(Reply.error)
            return .served(end: line.next)
        }
        guard let connection else {
            output.append(Reply.watcherFailed)
            return .served(end: line.next)
        }
        guard let watcher = frontEnd.addWatcher(streams, wake: { connection.wake() }) else {
            output.append(Reply.watcherTooMany)
            return .served(end: line.next)
        }
        self.watcher = watcher
        if !isQuiet(line, input) { output.append(Reply.ok) }
        return .watching(end: line.next)
    }

    /// Nil if one of the names is unknown.
    private func watchStreams(_ line: Line, _ input: RawSpan) -> WatchStreams? {
        var streams: WatchStreams = []
        var cursor = line.cursor
        while let token = cursor.next(input) {
            // Taken off before memcached looks at the names.
            if input.holds("noreply", at: token) && !cursor.hasMore(input) { break }
            guard let stream = WatchStreams(name: input.slice(token)) else { return nil }
            streams.formUnion(stream)
        }
        return streams.isEmpty ? .fetchers : streams
    }

    private func watchRefusal(_ line: Line) -> StaticString? {
        if !frontEnd.settings.isWatchEnabled { return Reply.watchForbidden }
        return line.text.start == pipelineStart ? nil : Reply.watchNotFirst
    }

    /// Lines wait for this connection, or for others that it is the pump of.
    func connectionWoken(_ output: inout OutputBuffer, now: Milliseconds) -> Progress.Next {
        if let originWait { return wakeUp(from: originWait) }
        if isHeldByPause { return wakeUpFromPause() }
        guard let watcher else { return .read }
        hub.pump(for: watcher)
        sendLines(watcher, &output)
        return .wait
    }

    /// The socket has taken everything: there may be more by now.
    func connectionDrained(_ output: inout OutputBuffer, now: Milliseconds) {
        if let watcher { sendLines(watcher, &output) }
    }

    /// A reader that is behind gets nothing: its lines wait in the watcher, whose buffer is bounded.
    private func sendLines(_ watcher: Watcher, _ output: inout OutputBuffer) {
        if let connection, connection.unsentByteCount > 0 { return }
        watcher.take(into: &output)
    }

    // MARK: The life of connections

    func connectionOpened(_ output: inout OutputBuffer, now: Milliseconds) {
        guard let connection else { return }
        if hub.verbosity > 1 {
            // memcached ends the first two with a full stop, the third without.
            let words =
                switch offered {
                case .ascii: "new ascii client connection."
                case .binary: "new binary client connection."
                case .negotiating: "new auto-negotiating client connection"
                }
            frontEnd.control.logTraffic("<\(fd) \(words)")
        }
        guard hub.isWatching(.connevents) else { return }
        let peer = WatchedPeer(connection.remoteAddress, isUnixSocket: connection.isUnixSocket)
        hub.write(.connevents, type: "conn_new", in: log) { line in
            line.appendPeer(peer)
            line.append(" cfd=")
            line.append(decimal: Int(connection.fd))
        }
        hub.signal()
    }

    /// What the first byte said.
    func logProtocol(isBinary: Bool) {
        if hub.verbosity < 2 { return }
        frontEnd.control.logTraffic("\(fd): Client using the \(isBinary ? "binary" : "ascii") protocol")
    }

    func connectionClosed() {
        leavePause()
        if let watcher { frontEnd.removeWatcher(watcher) }
        watcher = nil
        guard let connection else { return }
        if hub.verbosity > 1 { frontEnd.control.logTraffic("<\(connection.fd) connection closed.") }
        guard hub.isWatching(.connevents) else { return }
        let peer = WatchedPeer(connection.remoteAddress, isUnixSocket: connection.isUnixSocket)
        let reason = connection.endReason
        hub.write(.connevents, type: "conn_close", in: log) { line in
            line.appendPeer(peer)
            line.append(" reason=")
            line.append(reason.watchName)
            line.append(" cfd=")
            line.append(decimal: Int(connection.fd))
        }
        hub.signal()
    }
}

extension Connection.EndReason {
    /// memcached's word.
    fileprivate var watchName: StaticString {
        switch self {
        case .normal: "normal"
        case .error: "error"
        case .idleTimeout: "idle_timeout"
        case .shutdown: "shutdown"
        }
    }
}

extension MemcachedFrontEnd {
    /// - Returns: nil if there are as many watchers as may be.
    func addWatcher(_ streams: WatchStreams, wake: @escaping @Sendable () -> Void) -> Watcher? {
        let watcher = hub.add(streams, wake: wake)
        followEvictions()
        return watcher
    }

    func removeWatcher(_ watcher: Watcher) {
        hub.remove(watcher)
        followEvictions()
    }

    /// The engine tells of evictions only while somebody wants to know.
    private func followEvictions() {
        evictionWatch.withLock { present in
            let isWanted = hub.isWatching(.evictions)
            if isWanted == (present != nil) { return }
            if let listener = present {
                engine.removeChangeListener(listener)
                present = nil
            } else {
                let listener = EvictionWatch(hub, settings.database)
                engine.addChangeListener(listener, to: .evicted)
                present = listener
            }
        }
    }
}
