// Where Duet answers otherwise than memcached 1.6.18 on purpose, in streams. Single lines are in MemcachedLineTests.

enum MemcachedDifference {
    /// Whether the two replies to `request` differ in a way that has a reason here.
    static func isKnown(_ request: String, theirs: [UInt8], ours: [UInt8]) -> Bool {
        let theirs = String(decoding: theirs, as: UTF8.self)
        let ours = String(decoding: ours, as: UTF8.self)
        // md names what is wrong with a flag as the others do, since 1.6.19; before it had one text for all.
        if request.hasPrefix("md "), theirs == "CLIENT_ERROR invalid or duplicate flag\r\n" {
            return ours.hasPrefix("CLIENT_ERROR ")
        }
        // The token of F is a token like others; 1.6.18 called the whole line wrong.
        if request.hasPrefix("ms "), theirs == "CLIENT_ERROR bad command line format\r\n" {
            return ours == "CLIENT_ERROR bad token in command line format\r\n"
        }
        return false
    }
}
