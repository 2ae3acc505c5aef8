// What a client wants to hear of the keys that it keeps copies of. Source: Redis CLIENT TRACKING.

import Base
import Synchronization

struct TrackingOptions: OptionSet, Sendable {
    let rawValue: UInt8
    static let on = TrackingOptions(rawValue: 1)
    /// All changes to keys with its prefixes, whether it read them or not.
    static let broadcast = TrackingOptions(rawValue: 2)
    /// Only what is read by the command or transaction behind CLIENT CACHING YES.
    static let optIn = TrackingOptions(rawValue: 4)
    /// All but what is read by the command or transaction behind CLIENT CACHING NO.
    static let optOut = TrackingOptions(rawValue: 8)
    /// Nothing of what the client changes itself.
    static let noLoop = TrackingOptions(rawValue: 16)
    /// Who should be told is gone.
    static let brokenRedirect = TrackingOptions(rawValue: 32)
}

/// A client that has asked for tracking at some time, from then to its end. Tables hold it, also when it is gone.
///
/// Whatever it is to hear goes to its own worker's inbox first, and never changes it: nobody else looks in here.
final class TrackedClient: @unchecked Sendable {
    // Sendable: what is not constant belongs to the client's worker's thread.
    let id: UInt64
    let inbox: InvalidationInbox
    /// nil once it is gone.
    weak var session: RESPSession?

    var options: TrackingOptions = []
    /// Who is told instead of it.
    var redirect: ClientRecord?
    /// Ascending by bytes.
    var prefixes: [[UInt8]] = [] {
        didSet { size = prefixes.reduce(0) { $0 + Self.size(ofPrefix: $1.count) } }
    }
    /// Bytes held for them, here and in `BroadcastPrefixes`.
    private(set) var size = 0
    /// CLIENT CACHING was said, and the command or transaction that it is about is not over.
    var isCachingSaid = false
    /// Hashes of keys that it was not known to hold before the reading command that is being served, or as many of
    /// them as matter.
    var fresh: [UInt64] = []

    init(_ session: RESPSession) {
        id = session.record.peer.id
        inbox = session.listening.invalidations
        self.session = session
    }

    static func size(ofPrefix count: Int) -> Int { 2 &* count &+ 256 }

    /// Whether keys that are read now are to be remembered.
    var remembersReads: Bool {
        if !options.contains(.on) || options.contains(.broadcast) { return false }
        if options.contains(.optIn) { return isCachingSaid }
        return !(options.contains(.optOut) && isCachingSaid)
    }
}
