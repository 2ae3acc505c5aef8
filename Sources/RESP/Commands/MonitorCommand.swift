// MONITOR: every command as it is served. Source: Redis 7 command reference, MONITOR.

import Base
import Engine
import Synchronization

extension RESPSession {
    func monitor(_ output: inout OutputBuffer) {
        // Who is inside EXEC cannot be shown what is served meanwhile.
        guard !isExecuting else { return fail("ERR MONITOR isn't allowed for DENY BLOCKING client", &output) }
        if monitorFeed == nil {
            let feed = MonitorFeed(record)
            monitorFeed = feed
            record.isMonitor.store(true, ordering: .relaxed)
            frontEnd.metering.monitors.add(feed)
            frontEnd.metering.judge()
            judgeAdmission()
        }
        output.appendOK()
    }

    /// It does not want to see more.
    func endMonitoring() {
        guard let feed = monitorFeed else { return }
        monitorFeed = nil
        record.isMonitor.store(false, ordering: .relaxed)
        frontEnd.metering.monitors.remove(feed)
        frontEnd.metering.judge()
        judgeAdmission()
    }

    /// Says what there is to see. False: it fell behind, and the conversation is over.
    func sayMonitored(_ output: inout OutputBuffer) -> Bool {
        guard let feed = monitorFeed else { return true }
        guard let lines = feed.take() else { return false }
        output.append(lines.span.rawBytes)
        return true
    }
}
