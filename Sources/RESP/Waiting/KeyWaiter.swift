// A client's command that waits for keys, and what it does to the first that has something.

import Base
import Engine

/// What such a command does, whether at once or after waiting.
enum KeyOperation: Sendable {
    /// Takes one element off a list, or up to so many in an array of their own.
    case pop(Side, countMax: Int?)
    /// Takes an element off a list and gives it to the target.
    case move(Side, Side)
    /// As `pop`, of a sorted set.
    case popSorted(isHighest: Bool, countMax: Int?, ProtocolVersion)
    /// Reads entries of streams.
    case readStreams(StreamWait)

    /// What a key must hold to have something for it.
    var kind: ValueKind {
        switch self {
        case .pop, .move: .list
        case .popSorted: .sortedSet
        case .readStreams: .stream
        }
    }

    /// Whether a key that holds something of the kind has something for it. In a section of all its keys.
    func isReady(_ engine: inout EngineHandle) -> Bool {
        switch self {
        case .pop, .move, .popSorted: true
        case .readStreams(let wait): wait.isReady(&engine)
        }
    }

    /// Keys whose shards it needs besides that of the key that is ready.
    var sectionKeys: [WatchedKey] {
        if case .readStreams(let wait) = self { wait.keys } else { [] }
    }

    /// Whether it is over when a key does not hold the kind any more.
    var mindsLoss: Bool {
        if case .readStreams(let wait) = self { wait.reader != nil } else { false }
    }

    var hasTarget: Bool {
        if case .move = self { true } else { false }
    }

    /// Does it to `key` and writes the reply, if that holds something of the kind. In a section that holds its shard.
    /// - Parameter target: what `hasTarget` means, its shard held too; else any key.
    func perform(
        _ key: Key, target: Key, _ engine: inout EngineHandle, _ reply: inout OutputBuffer
    ) -> EditOutcome {
        switch self {
        case .pop(let side, let countMax):
            return ListTaking.pop(key, side, countMax: countMax, &engine, &reply)
        case .move(let from, let to):
            return ListTaking.move(key, from, to: target, to, &engine, &reply)
        case .popSorted(let isHighest, let countMax, let version):
            return SortedSetTaking.pop(key, isHighest: isHighest, countMax: countMax, version, &engine, &reply)
        case .readStreams(let wait):
            wait.perform(&engine, &reply)
            return .done
        }
    }
}

/// A client whose command waits.
final class KeyWaiter: Sendable {
    let client: ClientRecord
    /// Of its waiting: what comes later is another one's.
    let ticket: UInt64
    /// Higher than that of all who wait for one of its keys already.
    let arrival: UInt64
    let keys: [WatchedKey]
    let target: WatchedKey?
    let operation: KeyOperation

    init(
        _ client: ClientRecord, _ ticket: UInt64, arrival: UInt64, _ keys: [WatchedKey], target: WatchedKey?,
        _ operation: KeyOperation
    ) {
        self.client = client
        self.ticket = ticket
        self.arrival = arrival
        self.keys = keys
        self.target = target
        self.operation = operation
    }

    var isParked: Bool { client.parking.isParked(ticket) }

    /// Does it to `key`, which holds something of the kind, and writes the reply.
    func perform(_ key: Key, _ engine: inout EngineHandle, _ reply: inout OutputBuffer) {
        let outcome: EditOutcome
        if let target {
            let bytes = target.bytes
            let place = Key(bytes.span.rawBytes, hash: target.hash, in: target.database)
            outcome = operation.perform(key, target: place, &engine, &reply)
        } else {
            outcome = operation.perform(key, target: key, &engine, &reply)
        }
        if outcome == .otherKind {
            reply.append("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")
        }
    }
}
