// Clients that want to hear of all keys with a prefix, and what changed there since they were last told.
// Source: Redis tracking.c, PrefixTable.

import Base
import Synchronization

/// The prefixes of all clients in BCAST mode. Any thread.
///
/// All under one lock, held for a search and a copy of the key: it is taken for each change while somebody has a
/// prefix.
/// Lock order: shards; then this; then a worker's inbox.
final class BroadcastPrefixes: Sendable {
    /// The clients of one prefix on one worker, and what they are to be told. Guarded by the prefixes' lock.
    final class Audience: @unchecked Sendable {
        let prefix: [UInt8]
        fileprivate let inbox: InvalidationInbox
        fileprivate var clients: [UInt64: TrackedClient] = [:]
        /// Each with the client that changed it last, if that wants to hear nothing of it; else 0.
        fileprivate var changed: [[UInt8]: UInt64] = [:]
        fileprivate var size = 0
        fileprivate var isFlooded = false

        fileprivate init(_ prefix: [UInt8], _ inbox: InvalidationInbox) {
            self.prefix = prefix
            self.inbox = inbox
        }

        fileprivate var isSilent: Bool { changed.isEmpty && !isFlooded }
    }

    /// What an audience is to be told.
    struct News {
        /// Ascending by bytes, each with the client that hears nothing of it, or 0.
        var keys: [(key: [UInt8], writer: UInt64)] = []
        /// More changed than is listed: it may be anything.
        var isFlooded = false
        var clients: [TrackedClient] = []
    }

    private struct Prefix {
        let bytes: [UInt8]
        var audiences: [Audience] = []
        /// The place of the longest other prefix that this one begins with; -1 if there is none.
        var parent = -1
    }

    /// Ascending by bytes. Those that a key begins with are the last one that is not greater than it, or in that one's
    /// chain of parents: whatever lies between a prefix and a key that begins with it begins with it too.
    private let prefixes = Spinning<[Prefix]>([])
    private let counted = Atomic<Int>(0)

    /// Source: Redis INFO tracking_total_prefixes.
    var count: Int { counted.load(ordering: .relaxed) }

    // MARK: Clients

    /// `client` wants to hear of keys that begin with one of `new`, which it did not before. Its worker's thread.
    func add(_ new: [[UInt8]], for client: TrackedClient) {
        prefixes.withLock { prefixes in
            for bytes in new {
                let place = Self.firstPlace(prefixes) { Self.compare($0, bytes) >= 0 }
                if place == prefixes.count || prefixes[place].bytes != bytes {
                    prefixes.insert(Prefix(bytes: bytes), at: place)
                }
                if let known = prefixes[place].audiences.first(where: { $0.inbox === client.inbox }) {
                    known.clients[client.id] = client
                } else {
                    let audience = Audience(bytes, client.inbox)
                    audience.clients[client.id] = client
                    prefixes[place].audiences.append(audience)
                }
            }
            link(&prefixes)
        }
    }

    /// It wants to hear of none of `old` any more.
    func remove(_ old: [[UInt8]], for client: TrackedClient) {
        if old.isEmpty { return }
        prefixes.withLock { prefixes in
            for bytes in old {
                let place = Self.firstPlace(prefixes) { Self.compare($0, bytes) >= 0 }
                guard place < prefixes.count, prefixes[place].bytes == bytes else { continue }
                for audience in prefixes[place].audiences where audience.inbox === client.inbox {
                    audience.clients[client.id] = nil
                }
                prefixes[place].audiences.removeAll { $0.clients.isEmpty }
            }
            prefixes.removeAll { $0.audiences.isEmpty }
            link(&prefixes)
        }
    }

    /// Finds all parents anew.
    private func link(_ prefixes: inout [Prefix]) {
        var chain: [Int] = []
        for place in prefixes.indices {
            while let last = chain.last, !prefixes[place].bytes.starts(with: prefixes[last].bytes) {
                chain.removeLast()
            }
            prefixes[place].parent = chain.last ?? -1
            chain.append(place)
        }
        counted.store(prefixes.count, ordering: .relaxed)
    }

    private static func compare(_ a: [UInt8], _ b: [UInt8]) -> Int { a.span.rawBytes.compare(b.span.rawBytes) }

    /// The first place for which `body` holds; it holds for all behind it.
    private static func firstPlace(_ prefixes: [Prefix], where body: ([UInt8]) -> Bool) -> Int {
        var low = 0
        var high = prefixes.count
        while low < high {
            let middle = (low + high) / 2
            if body(prefixes[middle].bytes) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    // MARK: Changes

    /// `key` changed: whom that concerns is told at the next turn of its worker. Under the key's shard.
    /// - Parameter writer: who changed it, if he wants to hear nothing of it; else 0.
    func note(_ key: RawSpan, by writer: UInt64) {
        var awoken: [Audience] = []
        prefixes.withLock { prefixes in
            for place in Self.places(prefixes, key) {
                for audience in prefixes[place].audiences {
                    if audience.isSilent { awoken.append(audience) }
                    Self.note(key.copiedBytes(), writer, audience)
                }
            }
        }
        for audience in awoken { audience.inbox.post(.prefix(audience)) }
    }

    /// The places of all that `key` begins with.
    private static func places(_ prefixes: [Prefix], _ key: RawSpan) -> [Int] {
        var found: [Int] = []
        var place = firstPlace(prefixes) { $0.span.rawBytes.compare(key) > 0 } - 1
        while place >= 0 {
            let bytes = prefixes[place].bytes
            if key.byteCount >= bytes.count && key.slice(0, bytes.count).equals(bytes.span.rawBytes) {
                found.append(place)
            }
            place = prefixes[place].parent
        }
        return found
    }

    private static func note(_ key: [UInt8], _ writer: UInt64, _ audience: Audience) {
        if audience.isFlooded { return }
        if audience.changed.updateValue(writer, forKey: key) == nil { audience.size += key.count + 64 }
        guard audience.size > RESPLimits.broadcastSizeMax else { return }
        audience.changed = [:]
        audience.isFlooded = true
    }

    /// Who would be told of `key`; for tests.
    func told(_ key: [UInt8]) -> [TrackedClient] {
        prefixes.withLock { prefixes in
            Self.places(prefixes, key.span.rawBytes).flatMap { place in
                prefixes[place].audiences.flatMap { $0.clients.values }
            }
        }
    }

    /// What changed since the last call. The audience's worker's thread.
    func takeNews(for audience: Audience) -> News {
        var changed: [[UInt8]: UInt64] = [:]
        var news = News()
        prefixes.withLock { _ in
            swap(&changed, &audience.changed)
            news.isFlooded = audience.isFlooded
            audience.isFlooded = false
            audience.size = 0
            news.clients = Array(audience.clients.values)
        }
        news.keys = changed.map { (key: $0.key, writer: $0.value) }
        news.keys.sort { Self.compare($0.key, $1.key) < 0 }
        return news
    }
}
