// Every channel, pattern and shard channel that somebody is subscribed to.

import Base
import Engine
import Synchronization

/// The channels of one front-end. Any thread.
///
/// A message is posted under the lock of its channel, to all workers at once: so all subscribers of a channel hear its
/// messages in one order. These locks are leaves, but for the workers' mailboxes: who holds one wants no shard.
final class Channels: Sendable {
    private typealias Stripe = [UInt64: [Channel]]

    private struct Patterns {
        var byName: [[UInt8]: Channel] = [:]
        var inOrder: [Channel] = []
    }

    private let stripes = (0..<16).map { _ in Spinning(Stripe()) }
    private let patterns = Spinning(Patterns())
    private let counts = InlineArray<3, Atomic<Int>> { _ in Atomic(0) }

    /// Whether a message on a channel could be heard by anybody.
    var isHeard: Bool { count(.channel) > 0 || count(.pattern) > 0 }

    /// How many channels of this kind have subscribers.
    func count(_ kind: ChannelKind) -> Int { counts[kind.rawValue].load(ordering: .relaxed) }

    private func stripe(_ hash: UInt64) -> Spinning<Stripe> { stripes[Int(truncatingIfNeeded: hash & 15)] }

    // MARK: Subscribing

    /// A session of `listening`'s worker joins. That worker's thread.
    func join(
        _ kind: ChannelKind, _ name: [UInt8], hash: UInt64, _ listening: Listening
    ) -> (channel: Channel, subscribers: Subscribers, since: UInt64) {
        if kind == .pattern {
            return patterns.withLock { patterns in
                let channel: Channel
                if let known = patterns.byName[name] {
                    channel = known
                } else {
                    channel = Channel(kind, name, hash: hash)
                    patterns.byName[name] = channel
                    patterns.inOrder.append(channel)
                    counts[kind.rawValue].wrappingAdd(1, ordering: .relaxed)
                }
                return (channel, channel.join(listening), channel.sequence)
            }
        }
        return stripe(hash).withLock { stripe in
            let channel: Channel
            if let known = stripe[hash]?.first(where: { $0.kind == kind && $0.name == name }) {
                channel = known
            } else {
                channel = Channel(kind, name, hash: hash)
                stripe[hash, default: []].append(channel)
                counts[kind.rawValue].wrappingAdd(1, ordering: .relaxed)
            }
            return (channel, channel.join(listening), channel.sequence)
        }
    }

    /// One that joined leaves.
    func leave(_ channel: Channel, _ listening: Listening) {
        if channel.kind == .pattern {
            return patterns.withLock { patterns in
                channel.leave(listening)
                guard channel.isDeserted else { return }
                patterns.byName[channel.name] = nil
                patterns.inOrder.removeAll { $0 === channel }
                counts[channel.kind.rawValue].wrappingSubtract(1, ordering: .relaxed)
            }
        }
        stripe(channel.hash).withLock { stripe in
            channel.leave(listening)
            guard channel.isDeserted else { return }
            stripe[channel.hash]?.removeAll { $0 === channel }
            if stripe[channel.hash]?.isEmpty == true { stripe[channel.hash] = nil }
            counts[channel.kind.rawValue].wrappingSubtract(1, ordering: .relaxed)
        }
    }

    // MARK: Publishing

    /// Sends `message` to the subscribers of `name`, and if it is no shard channel to those of matching patterns.
    /// - Parameter own: the publisher's worker: it looks into its mailbox, and tells the others to look, when it is
    ///   done. nil if there is none that would: all are told at once.
    /// - Returns: how many will hear it; who is subscribed in several ways counts several times.
    /// Source: Redis pubsubPublishMessage.
    func publish(
        _ kind: ChannelKind, _ name: RawSpan, hash: UInt64, _ message: RawSpan, from own: Listening?
    ) -> Int {
        var count = 0
        var toRing: [Listening] = []
        if self.count(kind) > 0 {
            let message = PublishedMessage(kind, pattern: RawSpan(), name, message)
            if message.isLarge {
                count = publishLarge(kind, name, hash: hash, message, from: own, &toRing)
            } else {
                count = stripe(hash).withLock { stripe in
                    Self.find(kind, name, hash: hash, in: stripe)?.post(message, nil, from: own, &toRing) ?? 0
                }
            }
        }
        if kind == .channel && self.count(.pattern) > 0 {
            for pattern in patterns.withLock({ $0.inOrder }) {
                let text = pattern.name
                guard Glob(text.span.rawBytes).matches(name) else { continue }
                let message = PublishedMessage(.pattern, pattern: text.span.rawBytes, name, message)
                let large = message.isLarge ? message.form() : nil
                count += patterns.withLock { _ in pattern.post(message, large, from: own, &toRing) }
                large?.release()
            }
        }
        if !toRing.isEmpty { if let own { own.owe(toRing) } else { for other in toRing { other.ring() } } }
        return count
    }

    /// The message is made without the lock, if anybody is to hear it.
    @inline(never)
    private func publishLarge(
        _ kind: ChannelKind, _ name: RawSpan, hash: UInt64, _ message: borrowing PublishedMessage, from own: Listening?,
        _ toRing: inout [Listening]
    ) -> Int {
        let stripe = stripe(hash)
        guard let found = stripe.withLock({ Self.find(kind, name, hash: hash, in: $0) }) else { return 0 }
        let large = message.form()
        defer { large.release() }
        return stripe.withLock { _ in found.post(message, large, from: own, &toRing) }
    }

    private static func find(_ kind: ChannelKind, _ name: RawSpan, hash: UInt64, in stripe: Stripe) -> Channel? {
        guard let channels = stripe[hash] else { return nil }
        for channel in channels where channel.kind == kind && channel.isNamed(name) { return channel }
        return nil
    }

    // MARK: What there is

    /// Whether anybody is subscribed to anything.
    var hasSubscribers: Bool { ChannelKind.allCases.contains { count($0) > 0 } }

    /// The subscribers on a worker, channel by channel.
    func subscribers(of listening: Listening) -> [Subscribers] {
        let named = stripes.flatMap { stripe in
            stripe.withLock { stripe in stripe.values.flatMap { $0 }.compactMap { $0.subscribers(of: listening) } }
        }
        return named + patterns.withLock { $0.inOrder.compactMap { $0.subscribers(of: listening) } }
    }

    /// The names of this kind that `pattern` matches.
    func names(_ kind: ChannelKind, like pattern: [UInt8]?) -> [[UInt8]] {
        var names: [[UInt8]] = []
        for stripe in stripes {
            let here = stripe.withLock { stripe in
                stripe.values.flatMap { $0 }.filter { $0.kind == kind }.map(\.name)
            }
            for name in here {
                if let pattern, !Glob(pattern.span.rawBytes).matches(name.span.rawBytes) { continue }
                names.append(name)
            }
        }
        return names
    }

    func subscriberCount(_ kind: ChannelKind, _ name: RawSpan, hash: UInt64) -> Int {
        stripe(hash).withLock { stripe in
            stripe[hash]?.first { $0.kind == kind && $0.isNamed(name) }?.subscriberCount ?? 0
        }
    }
}
