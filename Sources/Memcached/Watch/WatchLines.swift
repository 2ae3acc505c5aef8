// What a watcher's lines say, in memcached's words.
//
//     item_get   key=k status=found clsid=1 cfd=30 size=3
//     item_store key=k status=stored cmd=set ttl=0 clsid=1 cfd=30 size=3
//     deleted    key=k cmd=delete clsid=1 size=3
//     eviction   key=k fetch=yes ttl=-1 la=4 clsid=1 size=3
//     conn_new   rip=127.0.0.1 rport=40000 transport=tcp cfd=30
//     conn_close rip=127.0.0.1 rport=40000 transport=tcp reason=normal cfd=30
//
// Source: memcached 1.6.45, logger.c.

import Base
import Engine

/// What a command found at a key.
enum FetchStatus {
    case notFound, found, flushed, expired

    var name: StaticString {
        switch self {
        case .notFound: "not_found"
        case .found: "found"
        case .flushed: "flushed"
        case .expired: "expired"
        }
    }
}

/// An item as far as log lines tell of it.
struct ItemTraits {
    var status = FetchStatus.notFound
    /// 0 without an item.
    var classIndex = 0
    /// Of the value.
    var size = 0
    /// Seconds, 0 for never.
    var timeToLive: Int64 = 0

    init() {}

    init(_ item: borrowing ItemView, now: Milliseconds) {
        guard item.kind == .string else { return }
        guard !item.isExpired else {
            status = .expired
            return
        }
        status = .found
        classIndex = item.sizeClassIndex
        size = item.valueSize
        timeToLive = item.expiry.rawValue == 0 ? 0 : MemcachedSession.secondsLeft(until: item.expiry, now: now)
    }
}

extension OutputBuffer {
    private mutating func append(field name: StaticString, _ value: Int) {
        append(name)
        append(decimal: value)
    }

    mutating func appendFetch(_ key: RawSpan, _ traits: ItemTraits, fd: Int32) {
        append(" key=")
        append(uriEncoded: key)
        append(" status=")
        append(traits.status.name)
        append(field: " clsid=", traits.classIndex)
        append(field: " cfd=", Int(fd))
        append(field: " size=", traits.size)
    }

    mutating func appendStore(
        _ key: RawSpan, _ outcome: StoreOutcome, command: StaticString, _ traits: ItemTraits, fd: Int32
    ) {
        append(" key=")
        append(uriEncoded: key)
        append(" status=")
        append(outcome.watchName)
        append(" cmd=")
        append(command)
        append(field: " ttl=", Int(traits.timeToLive))
        append(field: " clsid=", traits.classIndex)
        append(field: " cfd=", Int(fd))
        append(field: " size=", traits.size)
    }

    mutating func appendDeletion(_ key: RawSpan, command: StaticString, _ traits: ItemTraits) {
        append(" key=")
        append(uriEncoded: key)
        append(" cmd=")
        append(command)
        append(field: " clsid=", traits.classIndex)
        append(field: " size=", traits.size)
    }

    mutating func appendEviction(_ item: borrowing ItemView) {
        append(" key=")
        append(uriEncoded: item.key)
        append(item.isFetched ? " fetch=yes" : " fetch=no")
        append(" ttl=")
        if item.expiry.rawValue == 0 {
            append("-1")
        } else {
            append(decimal: max(0, (item.expiry.rawValue - item.accessedAt.rawValue - item.idleMilliseconds) / 1000))
        }
        append(field: " la=", Int(item.idleMilliseconds / 1000))
        append(field: " clsid=", item.sizeClassIndex)
        append(field: " size=", item.valueSize)
    }

    mutating func appendPeer(_ peer: WatchedPeer) {
        append(" rip=")
        append(peer.address)
        append(field: " rport=", peer.port)
        append(" transport=")
        append(peer.isLocal ? "local" as StaticString : "tcp")
    }
}

/// The other end of a connection, as connevents name it.
struct WatchedPeer {
    var address = "unix"
    var port = 0
    var isLocal = true

    /// - Parameter text: `127.0.0.1:40000` or `[::1]:40000`.
    init(_ text: String, isUnixSocket: Bool) {
        guard !isUnixSocket, let colon = text.lastIndex(of: ":") else { return }
        address = text[..<colon].filter { $0 != "[" && $0 != "]" }
        port = Int(text[text.index(after: colon)...]) ?? 0
        isLocal = false
    }
}

extension StoreOutcome {
    fileprivate var watchName: StaticString {
        switch self {
        case .stored: "stored"
        case .notStored, .otherKind: "not_stored"
        case .exists: "exists"
        case .notFound: "not_found"
        case .tooLarge: "too_large"
        case .outOfMemory: "no_memory"
        }
    }
}
