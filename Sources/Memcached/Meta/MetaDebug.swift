// me: what there is to know of an item, in words.

import Base
import Engine

extension MemcachedSession {
    func metaDebug(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        guard let (token, flags, _) = metaArguments(line, input, &output) else { return }
        counters.add(.cmdMeta)
        let fault = Self.fault(flags, keySize: token.count)
        if fault == .badLine || fault == .tooMany { return output.append(Self.text(of: fault)) }
        let isDecoded = withKey(token, flags, input) { key in
            let found = engine.look(key) { item in appendDescription(item, &output) }
            if !found { output.append("EN\r\n") }
        }
        if !isDecoded { output.append(Reply.badKey) }
    }

    private func appendDescription(_ item: borrowing ItemView, _ output: inout OutputBuffer) {
        output.append("ME ")
        if item.hasBinaryKey { output.append(base64: item.key) } else { output.append(item.key) }
        output.append(" exp=")
        if item.expiry.rawValue == 0 {
            output.append("-1")
        } else {
            output.append(decimal: Self.secondsLeft(until: item.expiry, now: now))
        }
        output.append(" la=")
        output.append(decimal: item.idleMilliseconds / 1000)
        Self.appendFacts(item, &output)
        output.append("\r\n")
    }

    /// What `me` and metadump tell alike: ` cas=1 fetch=no cls=1 size=69`.
    static func appendFacts(_ item: borrowing ItemView, _ output: inout OutputBuffer) {
        output.append(" cas=")
        output.append(decimal: item.cas)
        output.append(item.isFetched ? " fetch=yes" : " fetch=no")
        output.append(" cls=")
        output.append(decimal: item.sizeClassIndex)
        output.append(" size=")
        output.append(decimal: item.footprint)
    }
}
