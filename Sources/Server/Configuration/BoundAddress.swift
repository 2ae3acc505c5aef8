// One word of `bind` or `-l`: a host, perhaps with a port of its own, perhaps one that may be missing.

import Memcached

/// What a word says about TLS, whatever the door's default is. Source: memcached's `-l`.
enum TLSPrefix: String, CaseIterable, Sendable {
    /// No TLS.
    case notls
    /// TLS that asks for no client certificate.
    case btls
    /// TLS that requires one.
    case mtls
}

/// `127.0.0.1`, `[::1]:11212`, `localhost:11212`, `*`, `-::1`, `notls:127.0.0.1:11212`.
struct BoundAddress: Equatable, Sendable {
    var host: String
    var port: Int
    /// A leading `-`: no error if the machine lacks the address.
    var isOptional = false
    var tls: TLSPrefix?
    /// What stood where a port should, if it is none.
    var badPort: String?
    /// What the listener is to speak; nil leaves it to the door.
    var language: MemcachedProtocol?
    /// What is wrong with the word, in memcached's words.
    var problem: String?

    /// - Parameter port: the one to use unless the word brings its own.
    init(_ word: String, port: Int) {
        var text = word[...]
        if text.hasPrefix("-") {
            isOptional = true
            text = text.dropFirst()
        }
        for prefix in TLSPrefix.allCases where text.hasPrefix(prefix.rawValue + ":") {
            tls = prefix
            text = text.dropFirst(prefix.rawValue.count + 1)
        }
        self.port = port
        host = ""
        takePrefixes(&text)
        host = String(text)
        if text.hasPrefix("["), text.firstIndex(of: "]") == nil {
            problem = problem ?? "Invalid IPV6 address: \"\(text)\""
        } else if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.hasPrefix(":") { takePort(rest.dropFirst()) }
        } else if text.filter({ $0 == ":" }).count == 1, let colon = text.firstIndex(of: ":") {
            host = String(text[..<colon])
            takePort(text[text.index(after: colon)...])
        }
    }

    private mutating func takePort(_ text: Substring) {
        if let number = UInt16(text) {
            port = Int(number)
        } else {
            badPort = String(text)
            problem = problem ?? "Invalid port number: \"\(text)\""
        }
    }
}
