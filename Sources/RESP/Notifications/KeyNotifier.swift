// Keyspace notifications: the engine's changes as messages to subscribers, whichever door they came through.

import Base
import Engine
import Synchronization

/// Publishes what happens to keys, if it is wanted.
///
/// A change is told under its key's shard, and published there: so a key's events are heard in the order in which they
/// happened, whichever worker they happened on. Lock order: shards, a channel's lock, a mailbox: nobody holds one of
/// the latter and wants a shard. A worker whose mailbox was empty is rung at once, since who made the change may be no
/// session that would do it later. That is a system call under a shard, one for each time that the worker looks.
final class KeyNotifier: ChangeListener {
    private let channels: Channels
    /// For hashing alone.
    private let handle: EngineHandle
    private let wanted = Atomic<UInt16>(0)

    init(_ engine: Engine, _ channels: Channels) {
        self.channels = channels
        handle = engine.makeHandle()
    }

    var classes: KeyEventClasses {
        get { KeyEventClasses(rawValue: wanted.load(ordering: .relaxed)) }
        set { wanted.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// What the engine must tell for events of these classes.
    static func kinds(for classes: KeyEventClasses) -> ChangeKinds {
        if classes.isDisjoint(with: [.keyspace, .keyevent]) { return [] }
        var kinds: ChangeKinds = []
        if classes.contains(.new) { kinds.insert(.creations) }
        if classes.contains(.missed) { kinds.insert(.misses) }
        if classes.contains(.expired) { kinds.insert(ChangeKinds(.expired)) }
        if classes.contains(.evicted) { kinds.insert(.evicted) }
        let asked: KeyEventClasses = [.generic, .string, .list, .set, .hash, .sortedSet, .stream, .new]
        if !classes.isDisjoint(with: asked) {
            for kind in [ChangeKind.stored, .expirySet, .deleted] { kinds.insert(ChangeKinds(kind)) }
        }
        return kinds
    }

    // MARK: Changes

    func keyspaceChanged(
        _ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView, _ reason: ChangeReason
    ) {
        guard channels.isHeard else { return }
        if reason.code == ReasonMark.noNews && kind != .expired && kind != .evicted { return }
        let occasion = Occasion(code: reason.code)
        switch kind {
        case .stored: tellStored(occasion, reason.manner, item, database)
        case .expirySet: tell(item.expiry.rawValue == 0 ? .persist : .expire, item.key, database)
        case .marked: break
        case .deleted: tellDeleted(occasion, reason.manner, item.key, database)
        case .expired: tell(.expired, item.key, database)
        case .evicted: tell(.evicted, item.key, database)
        }
    }

    private func tellStored(
        _ occasion: Occasion, _ manner: ChangeManner, _ item: borrowing ItemView, _ database: DatabaseIndex
    ) {
        let event = event(occasion.event, manner)
        // Whatever was there before, Redis puts a new key in its place.
        if event == .restore { tell(.new, item.key, database) }
        tell(event, item.key, database)
        if event == .set && manner != .keptExpiry && item.expiry.rawValue != 0 { tell(.expire, item.key, database) }
        tell(occasion.also, item.key, database)
    }

    private func event(_ said: KeyEvent, _ manner: ChangeManner) -> KeyEvent {
        guard said == .unsaid else { return said }
        return switch manner {
        case .plain, .keptExpiry: .set
        // Redis adds at the end alone; who hears of it reads the value anyway.
        case .extended: .append
        // As Redis of DECR.
        case .counted: .incrby
        case .moved, .emptied: .nothing
        }
    }

    private func tellDeleted(_ occasion: Occasion, _ manner: ChangeManner, _ key: RawSpan, _ database: DatabaseIndex) {
        if occasion.isReplacing { return }
        switch manner {
        case .moved: return tell(occasion.event == .moveTo ? .moveFrom : .renameFrom, key, database)
        case .emptied:
            tell(occasion.event, key, database)
            tell(occasion.also, key, database)
        case .plain, .keptExpiry, .extended, .counted: break
        }
        tell(.del, key, database)
    }

    func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView) {
        preconditionFailure("changes are told with their reason")
    }

    func itemCreated(database: DatabaseIndex, item: borrowing ItemView, _ reason: ChangeReason) {
        guard channels.isHeard, reason.code != ReasonMark.noNews else { return }
        let occasion = Occasion(code: reason.code)
        if occasion.isReplacing || occasion.event == .restore { return }
        tell(.new, item.key, database)
    }

    func keyMissed(_ key: Key, _ reason: ChangeReason) {
        guard channels.isHeard, reason.code != ReasonMark.noNews, Occasion(code: reason.code).tellsMisses else {
            return
        }
        tell(.keymiss, key.bytes, key.database)
    }

    func keyspaceFlushed(database: DatabaseIndex?) {}

    func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle) {}

    // MARK: Messages

    /// An event without a change. Under the key's shard.
    func hear(_ event: KeyEvent, _ key: RawSpan, _ database: DatabaseIndex) {
        if channels.isHeard && !classes.isEmpty { tell(event, key, database) }
    }

    /// Source: Redis notifyKeyspaceEvent.
    func tell(_ event: KeyEvent, _ key: RawSpan, _ database: DatabaseIndex) {
        let classes = classes
        guard !classes.isDisjoint(with: event.eventClass) else { return }
        var word = OutputBuffer(capacity: 64)
        word.append(event.name)
        if classes.contains(.keyspace) { publish("__keyspace@", database, key, word.span) }
        if classes.contains(.keyevent) { publish("__keyevent@", database, word.span, key) }
    }

    private func publish(_ prefix: StaticString, _ database: DatabaseIndex, _ name: RawSpan, _ message: RawSpan) {
        var channel = OutputBuffer(capacity: 64 + name.byteCount)
        channel.append(prefix)
        channel.append(decimal: Int(database.rawValue))
        channel.append("__:")
        channel.append(name)
        let hash = handle.hash(channel.span).rawValue
        _ = channels.publish(.channel, channel.span, hash: hash, message, from: nil)
    }
}

extension RESPFrontEnd {
    /// Has these events told from now on. Any thread, also one that holds shards: CONFIG SET may be in a transaction.
    func notify(of classes: KeyEventClasses) {
        guard classes != notifier.classes else { return }
        notifier.classes = classes
        engine.follow(KeyNotifier.kinds(for: classes), keyEvents)
        hasSettledEvents.store(false, ordering: .relaxed)
    }

    /// What nobody wants to hear any more costs nothing any more. Not while holding shards.
    func settleKeyEvents() {
        if hasSettledEvents.exchange(true, ordering: .relaxed) { return }
        engine.settleChangeKinds()
    }
}
