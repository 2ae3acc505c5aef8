// Libraries of functions on their way from one place to another: their code, and the name that it gives itself.

import Base
import RDB

/// What became of libraries of functions.
public struct LibraryOutcome: Sendable, Equatable {
    /// Are there now.
    public var stored = 0
    /// Others of their names are there, and are as they were.
    public var present = KeyTally()
    /// The target did not take them, or has no place for functions; of a comparison: are not the same.
    public var refused = KeyTally()

    public init() {}

    /// Of what is there now or not, in lines for people.
    var lines: [String] {
        (stored > 0 ? ["\(stored.libraries), too"] : [])
            + present.lines(
                under: "\(present.count.libraries) there already, left as they are (--replace overwrites):")
            + refused.lines(under: "\(refused.count.libraries) refused:")
    }
}

extension Int {
    /// So many libraries, in words.
    var libraries: String { self == 1 ? "1 library of functions" : "\(self) libraries of functions" }
}

enum LibraryCode {
    /// The name in the first line of a library's code, as in `#!lua name=counters`. Source: Redis FUNCTION LOAD.
    static func name(_ code: RawSpan) -> [UInt8] {
        let line = code.slice(0, code.firstIndex(of: 10) ?? code.byteCount).copiedText()
        let word = line.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("name=") }
        return Array((word?.dropFirst(5) ?? "?").utf8)
    }
}

extension ServerLink {
    /// The code of all libraries of functions that a RESP server has; one that knows no functions has none.
    /// - Returns: why there are none, too, if we may not ask.
    mutating func libraries() throws(MigrationFault) -> (code: [[UInt8]], refusal: String?) {
        let doing = "fetching libraries of functions"
        append(["FUNCTION", "DUMP"])
        try flush(while: doing)
        let line = try receiveLine(while: doing) { $0.copiedText() }
        if line.hasPrefix("-ERR unknown command") { return ([], nil) }
        if line.hasPrefix("-") { return ([], String(line.dropFirst())) }
        guard line.hasPrefix("$"), let size = Int(line.dropFirst()), size >= 0 else { throw strange(line) }
        var payload = OutputBuffer(capacity: 4096)
        try receiveValue(size, into: &payload, while: doing)
        var code: [[UInt8]] = []
        do throws(LibraryPayload.Fault) {
            _ = try LibraryPayload.read(payload.span, sizeMax: .max) { library -> Result<Void, Never> in
                code.append(library.copiedBytes())
                return .success(())
            }
        } catch {
            throw MigrationFault("\(server) sends libraries of functions that cannot be read: \(error)")
        }
        return (code, nil)
    }
}
