// Integers and times among arguments, by Redis' rules.

import Base
import Engine

enum TimeUnit {
    case seconds, milliseconds
}

extension RawSpan {
    /// A canonical signed 64-bit integer, or nil. Source: Redis getLongLongFromObject.
    @inline(__always)
    var integer: Int64? { canonicalSignedDecimal() }
}

extension RESPSession {
    /// A database's number, or nil after an error reply.
    func databaseIndex(_ text: RawSpan, _ output: inout OutputBuffer) -> DatabaseIndex? {
        guard let value = text.integer else {
            failInteger(&output)
            return nil
        }
        guard Int32(exactly: value) != nil else {
            fail("ERR value is out of range, value must between -2147483648 and 2147483647", &output)
            return nil
        }
        guard value >= 0 && value < Int64(frontEnd.engine.databaseCount) else {
            fail("ERR DB index is out of range", &output)
            return nil
        }
        return DatabaseIndex(Int(value))
    }

    enum ExpiryArgument {
        case at(Milliseconds)
        case notAnInteger
        case outOfRange
    }

    /// An expiry that must lie after 1970, as SET and its like take it.
    func expiry(_ text: RawSpan, _ unit: TimeUnit, isAbsolute: Bool) -> ExpiryArgument {
        guard let value = text.integer else { return .notAnInteger }
        guard value > 0, let time = time(value, unit, isAbsolute: isAbsolute) else { return .outOfRange }
        return .at(time)
    }

    /// `value` as a point in time, or nil if it cannot be one.
    func time(_ value: Int64, _ unit: TimeUnit, isAbsolute: Bool) -> Milliseconds? {
        let (milliseconds, overflow) = value.multipliedReportingOverflow(by: unit == .seconds ? 1000 : 1)
        if overflow { return nil }
        if isAbsolute { return Milliseconds(milliseconds) }
        let (sum, carry) = milliseconds.addingReportingOverflow(engine.now.rawValue)
        return carry ? nil : Milliseconds(sum)
    }

    func failExpiry(_ command: StaticString, _ output: inout OutputBuffer) {
        countError()
        output.append("-ERR invalid expire time in '")
        output.append(command)
        output.append("' command\r\n")
    }
}
