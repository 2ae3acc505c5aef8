// flush_all, verbosity, cache_memlimit, shutdown, refresh_certs.

import Base
import Engine
import Synchronization

extension MemcachedSession {
    /// `flush_all [seconds] [noreply]`.
    func flushAll(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        let quiet = isQuiet(line, input)
        counters.add(.cmdFlush)
        guard frontEnd.settings.isFlushEnabled else {
            if !quiet { output.append(Reply.flushForbidden) }
            return
        }
        var cursor = line.cursor
        var seconds: Int32 = 0
        if let token = cursor.next(input), !input.holds("noreply", at: token) {
            guard let number = input.exptime(token) else {
                if !quiet { output.append(Reply.badExptime) }
                return
            }
            seconds = number
        }
        flush(at: seconds > 0 ? Self.expiry(seconds, now: now) : Milliseconds(0))
        if !quiet { output.append(Reply.ok) }
    }

    /// - Parameter time: 0 is now.
    func flush(at time: Milliseconds) {
        // memcached's clock is at 62 when it starts, and its mark lies a second back.
        let clock = 61 + frontEnd.control.facts().uptimeSeconds
        let seconds = time.rawValue == 0 ? 0 : Self.secondsLeft(until: time, now: now)
        frontEnd.oldestLive.store(clock + Int(seconds), ordering: .relaxed)
        // Also forgets a flush that was to come: memcached has one mark.
        engine.scheduleFlush(database, at: time)
        if time.rawValue == 0 { engine.flush(database) }
    }

    /// `verbosity n [noreply]`.
    func verbosity(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        var cursor = line.cursor
        let quiet = isQuiet(line, input)
        guard let token = cursor.next(input), let level = input.unsigned(token), level <= UInt64(UInt32.max)
        else {
            if !quiet { output.append(Reply.badLine) }
            return
        }
        frontEnd.control.setVerbosity(min(2, Int(level)))
        if !quiet { output.append(Reply.ok) }
    }

    /// `shutdown [graceful]`: the connection closes at once, the others when they are served.
    func shutdown(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        guard frontEnd.settings.isShutdownEnabled else {
            output.append(Reply.shutdownDisabled)
            return .served(end: line.next)
        }
        var cursor = line.cursor
        let mode = cursor.next(input)
        if let mode, !input.holds("graceful", at: mode) || cursor.hasMore(input) {
            output.append(Reply.badShutdownMode)
            return .served(end: line.next)
        }
        frontEnd.control.shutdown(isGraceful: mode != nil)
        return .closed(end: line.next)
    }

    /// `cache_memlimit megabytes [noreply]`.
    func cacheMemoryLimit(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        var cursor = line.cursor
        let quiet = isQuiet(line, input)
        guard let token = cursor.next(input) else { return output.append(Reply.badLine) }
        let reply: StaticString
        if let megabytes = input.unsigned(token), megabytes <= UInt64(UInt32.max) {
            if megabytes < 8 {
                reply = Reply.limitTooSmall
            } else if megabytes > 1_000_000_000 {
                reply = Reply.limitNotMegabytes
            } else {
                reply = frontEnd.control.setMemoryLimit(Int(megabytes) << 20) ? Reply.ok : Reply.limitRefused
            }
        } else {
            reply = Reply.error
        }
        if !quiet { output.append(reply) }
    }

    /// `refresh_certs [noreply]`.
    func refreshCertificates(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        let quiet = isQuiet(line, input)
        let problem = frontEnd.control.refreshCertificates()
        if quiet { return }
        if let problem {
            output.append(problem)
            output.append("\r\n" as StaticString)
        } else {
            output.append(Reply.ok)
        }
    }
}
