// What clients subscribe to: a channel, a pattern of channels, or a shard channel, and who hears it on which worker.

import Base
import Engine
import Transport

/// The three kinds of subscription. Names of one kind say nothing about those of another.
enum ChannelKind: Int, CaseIterable, Sendable {
    case channel, pattern, shard
}

/// One name that somebody is subscribed to. Its mutable side belongs to the lock of `Channels` that it was found under.
final class Channel: @unchecked Sendable {
    let kind: ChannelKind
    let name: [UInt8]
    /// Of the name.
    let hash: UInt64
    /// Counts what was published here, so that a subscriber hears nothing of before its time, wherever that waits.
    private(set) var sequence: UInt64 = 0
    /// By worker, only those with subscribers.
    private var audiences: [Audience] = []

    /// On one worker.
    private final class Audience {
        let listening: Listening
        let subscribers = Subscribers()
        /// Subscriptions.
        var count = 1

        init(_ listening: Listening) { self.listening = listening }
    }

    init(_ kind: ChannelKind, _ name: [UInt8], hash: UInt64) {
        self.kind = kind
        self.name = name
        self.hash = hash
    }

    func isNamed(_ other: RawSpan) -> Bool {
        let name = name
        return other.equals(name.span.rawBytes)
    }

    /// Whom it has on a worker.
    func subscribers(of listening: Listening) -> Subscribers? {
        audiences.first { $0.listening === listening }?.subscribers
    }

    var subscriberCount: Int { audiences.reduce(0) { $0 + $1.count } }
    var isDeserted: Bool { audiences.isEmpty }

    /// One more on a worker. Returns whom it belongs to there.
    func join(_ listening: Listening) -> Subscribers {
        for index in audiences.indices where audiences[index].listening === listening {
            audiences[index].count += 1
            return audiences[index].subscribers
        }
        let audience = Audience(listening)
        audiences.append(audience)
        return audience.subscribers
    }

    func leave(_ listening: Listening) {
        guard let index = audiences.firstIndex(where: { $0.listening === listening }) else { return }
        audiences[index].count -= 1
        if audiences[index].count == 0 { audiences.remove(at: index) }
    }

    /// Puts a message into the mailbox of each worker with subscribers. Returns how many those are.
    /// - Parameter large: the message's bytes, if they are too many to be copied under locks.
    /// - Parameter own: a worker that looks by itself.
    /// - Parameter toRing: gets the others whose mailboxes were empty, who do not know yet.
    func post(
        _ message: borrowing PublishedMessage, _ large: SharedBytes?, from own: Listening?,
        _ toRing: inout [Listening]
    ) -> Int {
        sequence &+= 1
        var count = 0
        for audience in audiences {
            let isFirst = audience.listening.post(message, large, sequence, to: audience.subscribers)
            if isFirst && audience.listening !== own { toRing.append(audience.listening) }
            count &+= audience.count
        }
        return count
    }
}

/// The subscribers of one channel on one worker. That worker's thread only.
final class Subscribers: @unchecked Sendable {
    private(set) var all: [Subscription] = []

    // Under the lock of the worker's mailbox, for any thread:
    /// Bytes of the messages that wait there.
    var waitingSize = 0
    /// The first message that was too much; 0 if there is none.
    var lostFrom: UInt64 = 0

    func add(_ subscription: Subscription) {
        subscription.place = all.count
        all.append(subscription)
    }

    func remove(_ subscription: Subscription) {
        let last = all.removeLast()
        guard last !== subscription else { return }
        last.place = subscription.place
        all[subscription.place] = last
    }
}

/// One client's subscription to one channel. Its worker's thread only.
final class Subscription {
    unowned let session: RESPSession
    /// The session's; nil for a conversation of a test.
    let connection: Connection?
    let channel: Channel
    let subscribers: Subscribers
    /// Messages up to here are from before.
    let since: UInt64
    /// Ascending in the client: the order in which it subscribed.
    let number: Int
    /// In `subscribers`.
    fileprivate(set) var place = 0

    init(_ session: RESPSession, _ channel: Channel, _ subscribers: Subscribers, since: UInt64, number: Int) {
        self.session = session
        connection = session.record.peer.connection
        self.channel = channel
        self.subscribers = subscribers
        self.since = since
        self.number = number
    }

    /// Bytes that it holds, here and in `Channels`.
    static func size(_ name: RawSpan) -> Int { 2 &* name.byteCount &+ 256 }
}

/// All that one client is subscribed to. Its worker's thread only.
final class Subscriptions {
    private var byName = [[[UInt8]: Subscription]](repeating: [:], count: ChannelKind.allCases.count)
    private var lastNumber = 0
    /// Bytes held.
    var size = 0
    /// What a client of no connection was told since it last said something.
    var heard: [UInt8] = []

    func count(_ kind: ChannelKind) -> Int { byName[kind.rawValue].count }
    var isEmpty: Bool { byName.allSatisfy(\.isEmpty) }

    /// The number that a subscription reply tells. Source: Redis clientSubscriptionsCount.
    func told(_ kind: ChannelKind) -> Int {
        kind == .shard ? count(.shard) : count(.channel) + count(.pattern)
    }

    func find(_ kind: ChannelKind, _ name: [UInt8]) -> Subscription? { byName[kind.rawValue][name] }

    func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    func insert(_ subscription: Subscription) {
        byName[subscription.channel.kind.rawValue][subscription.channel.name] = subscription
    }

    func remove(_ kind: ChannelKind, _ name: [UInt8]) -> Subscription? {
        byName[kind.rawValue].removeValue(forKey: name)
    }

    /// In the order in which they were made.
    func all(_ kind: ChannelKind) -> [Subscription] {
        byName[kind.rawValue].values.sorted { $0.number < $1.number }
    }
}
