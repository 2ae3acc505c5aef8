// One server's side of a RESP conversation.

/// Sends requests and returns what comes back, up to the answer of an ECHO behind each.
final class RESPSide {
    private let wire: Wire
    private static let marker = "$8\r\n<marker>\r\n"
    private static let probe = "*2\r\n$4\r\nECHO\r\n\(marker)"

    init(unix path: String) throws { wire = try Wire(unix: path) }

    /// Empties all databases, goes back to the first one and to protocol `version`.
    func reset(_ version: Int) throws {
        for request in [["RESET"], ["HELLO", "\(version)"], ["FLUSHALL"]] { _ = try ask(request) }
    }

    func ask(_ words: [String]) throws -> [UInt8] {
        try wire.ask(Self.request(words), ending: Self.probe, Self.marker)
    }

    /// The replies to several requests that are sent at once.
    func ask(together requests: [[String]]) throws -> [UInt8] {
        try wire.ask(requests.flatMap(Self.request), ending: Self.probe, Self.marker)
    }

    static func request(_ words: [String]) -> [UInt8] {
        words.reduce(into: bytes("*\(words.count)\r\n")) { request, word in
            let word = bytes(word)
            request += bytes("$\(word.count)\r\n") + word + [13, 10]
        }
    }

    /// The bulk strings of a reply, in order.
    static func bulks(_ reply: [UInt8]) -> [String] {
        var found: [String] = []
        var rest = reply[...]
        while let end = rest.firstIndex(of: 10) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            let digits = String(decoding: line.dropFirst().dropLast(), as: UTF8.self)
            guard line.first == UInt8(ascii: "$"), let size = Int(digits), size >= 0 else { continue }
            found.append(String(String.UnicodeScalarView(rest.prefix(size).map { Unicode.Scalar($0) })))
            rest = rest.dropFirst(size + 2)
        }
        return found
    }
}
