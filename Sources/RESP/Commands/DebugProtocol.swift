// DEBUG PROTOCOL: an example of each type of reply. Source: Redis 7 debugCommand.

import Base

extension RESPSession {
    func debugProtocol(_ type: RawSpan, _ output: inout OutputBuffer) {
        let isThree = version == .three
        if type.equalsIgnoringCase("string") {
            output.appendBulk("Hello World")
        } else if type.equalsIgnoringCase("integer") {
            output.appendInteger(12345)
        } else if type.equalsIgnoringCase("double") {
            output.appendDouble(3.141, version)
        } else if type.equalsIgnoringCase("null") {
            output.appendNull(version)
        } else if type.equalsIgnoringCase("array") {
            output.appendArray(3)
            for number in 0..<3 { output.appendInteger(number) }
        } else if type.equalsIgnoringCase("set") {
            output.appendSet(3, version)
            for number in 0..<3 { output.appendInteger(number) }
        } else if type.equalsIgnoringCase("map") {
            output.appendMap(3, version)
            for number in 0..<3 {
                output.appendInteger(number)
                appendTruth(number == 1, &output)
            }
        } else if type.equalsIgnoringCase("attrib") {
            let attribute: StaticString = "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n"
            if isThree { output.append(attribute) }
            output.appendBulk("Some real reply following the attribute")
        } else if type.equalsIgnoringCase("push") {
            guard isThree else { return fail("ERR RESP2 is not supported by this command", &output) }
            output.append(">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n" as StaticString)
            output.appendBulk("Some real reply following the push reply")
        } else if type.equalsIgnoringCase("verbatim") {
            output.appendVerbatim("This is a verbatim\nstring", version)
        } else if type.equalsIgnoringCase("true") {
            appendTruth(true, &output)
        } else if type.equalsIgnoringCase("false") {
            appendTruth(false, &output)
        } else if type.equalsIgnoringCase("bignum") {
            let number: StaticString = "1234567999999999999999999999999999999"
            guard isThree else { return output.appendBulk(number) }
            output.append("(" as StaticString)
            output.append(number)
            output.append("\r\n" as StaticString)
        } else {
            fail(
                """
                ERR Wrong protocol type name. Please use one of the following: \
                string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false
                """, &output)
        }
    }

    private func appendTruth(_ isTrue: Bool, _ output: inout OutputBuffer) {
        guard version == .three else { return output.appendInteger(isTrue ? 1 : 0) }
        output.append(isTrue ? "#t\r\n" : "#f\r\n" as StaticString)
    }
}
