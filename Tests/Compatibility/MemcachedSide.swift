// One server's side of a memcached conversation.

/// Sends requests and returns replies that can be compared with another server's.
final class MemcachedSide {
    private let wire: Wire
    private var numbers = ServersNumbers()

    init(unix path: String) throws { wire = try Wire(unix: path) }

    /// Forgets numbers and items.
    func reset() throws {
        numbers = ServersNumbers()
        _ = try wire.ask(bytes("flush_all\r\n"), ending: "mn\r\n", "MN\r\n")
    }

    func ask(_ request: MemcachedRequest) throws -> [UInt8] {
        let reply = try wire.ask(bytes(filled(request)), ending: "mn\r\n", "MN\r\n")
        return numbers.comparable(reply, request.key)
    }

    private func filled(_ request: MemcachedRequest) -> String {
        guard request.text.contains("{") else { return request.text }
        return request.text.replacing("{1}", with: numbers.cas(of: request.key, back: 1))
            .replacing("{2}", with: numbers.cas(of: request.key, back: 2))
    }
}
