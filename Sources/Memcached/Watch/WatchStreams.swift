// The streams that `watch` takes, by memcached's names.

import Base

/// What a watcher wants to see, or what a log line is about.
struct WatchStreams: OptionSet, Sendable {
    let rawValue: UInt16

    /// Each item looked up by a command.
    static let fetchers = WatchStreams(rawValue: 1)
    /// Each attempt to store an item.
    static let mutations = WatchStreams(rawValue: 2)
    static let evictions = WatchStreams(rawValue: 4)
    /// Connections opened and closed.
    static let connevents = WatchStreams(rawValue: 8)
    static let deletions = WatchStreams(rawValue: 16)
    /// What the server does with its memory when told to: crawls, pages moved.
    static let sysevents = WatchStreams(rawValue: 32)
    /// Of raw commands and of a proxy: memcached itself writes no line of the first, and there is no proxy here.
    static let silent = WatchStreams(rawValue: 64)

    /// Streams whose events are found while commands are served.
    static let ofCommands: WatchStreams = [.fetchers, .mutations, .deletions]

    /// - Returns: nil for an unknown name.
    init?(name: RawSpan) {
        if name.equals("fetchers") {
            self = .fetchers
        } else if name.equals("mutations") {
            self = .mutations
        } else if name.equals("evictions") {
            self = .evictions
        } else if name.equals("connevents") {
            self = .connevents
        } else if name.equals("deletions") {
            self = .deletions
        } else if name.equals("sysevents") {
            self = .sysevents
        } else if name.equals("rawcmds") || name.equals("proxyreqs") || name.equals("proxyevents")
            || name.equals("proxyuser")
        {
            self = .silent
        } else {
            return nil
        }
    }

    init(rawValue: UInt16) { self.rawValue = rawValue }
}
