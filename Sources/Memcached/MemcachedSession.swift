// One connection's conversation in memcached text.

import Base
import Engine
import Transport

final class MemcachedSession: Session {
    var engine: EngineHandle
    let counters: Counters<MemcachedCounter>
    let frontEnd: MemcachedFrontEnd

    init(frontEnd: MemcachedFrontEnd, engine: EngineHandle, counters: Counters<MemcachedCounter>) {
        self.frontEnd = frontEnd
        self.engine = engine
        self.counters = counters
    }

    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        engine.now = now
        return Progress(consumed: 0)
    }
}
