// What may stand before an address of -l: which protocol the listener speaks, and a tag.

import Memcached

extension BoundAddress {
    /// Takes `proto[ascii]:`, then `tag[name]:` or `tag_name_:`, off the front of `text`. A tag tells a proxy's
    /// routes where a request came from: here it has nobody to tell, and is only checked.
    mutating func takePrefixes(_ text: inout Substring) {
        if let word = take("proto", "[", "]", from: &text, wrong: "Invalid protocol spec") {
            language = MemcachedProtocol.allCases.first { "\($0)" == word }
            if word == "proxy" {
                problem = "Server not built with proxy: \"proto[proxy\""
            } else if language == nil && problem == nil {
                problem = "Invalid protocol spec: \"[\(word)]\""
            }
        }
        for (open, close) in [("[", "]"), ("_", "_")] {
            guard let tag = take("tag", open, close, from: &text, wrong: "Invalid tag in socket config") else {
                continue
            }
            if !(1...8).contains(tag.utf8.count) && problem == nil {
                problem = "Listener tags must be between 1 and 8 characters: \"\(tag)\""
            }
        }
    }

    /// The word between `open` and `close` behind `name`, which a colon must follow; nil if there is none.
    private mutating func take(
        _ name: String, _ open: String, _ close: String, from text: inout Substring, wrong: String
    ) -> String? {
        guard text.hasPrefix(name + open) else { return nil }
        let rest = text.dropFirst(name.count)
        let inside = rest.dropFirst()
        guard let end = inside.firstIndex(of: Character(close)),
            inside[inside.index(after: end)...].hasPrefix(":")
        else {
            problem = "\(wrong): \"\(rest)\""
            return nil
        }
        text = inside[inside.index(after: end)...].dropFirst()
        return String(inside[..<end])
    }
}
