// All users of a front-end, and what was refused to them.

import Base
import Synchronization

/// Any thread. Lock order: shards; then this. Nobody waits for anything while he has it.
final class AccessDirectory: Sendable {
    private struct State {
        var grants: [[UInt8]: AccessGrant] = [:]
        var lastID: UInt64 = 0
        var allowsAllChannels = false
        var log = AccessLog()
    }

    /// Whom a change concerns, by `AccessGrant.id`.
    struct Change {
        var changed: Set<UInt64> = []
        var deleted: Set<UInt64> = []
    }

    private let state: Mutex<State>
    /// Counts up with each change: a session compares it once a batch.
    let generation = Atomic<UInt64>(0)
    /// Whether nobody has to say who he is.
    let isOpen = Atomic<Bool>(true)

    init() {
        var state = State()
        state.grants[Self.defaultName] = AccessGrant(.makeDefault(), id: 0)
        self.state = Mutex(state)
    }

    static let defaultName = Array("default".utf8)

    // MARK: Asking

    var defaultGrant: AccessGrant { state.withLock { $0.grants[Self.defaultName]! } }

    func grant(_ name: [UInt8]) -> AccessGrant? { state.withLock { $0.grants[name] } }

    /// What has become of a snapshot; nil if the user was deleted.
    func renewed(_ grant: AccessGrant) -> AccessGrant? {
        let present = self.grant(grant.user.name)
        return present?.id == grant.id ? present : nil
    }

    /// In the order of their names' bytes.
    var users: [AccessUser] {
        let users = state.withLock { $0.grants.values.map(\.user) }
        return users.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    var allowsAllChannels: Bool { state.withLock { $0.allowsAllChannels } }

    /// Lets somebody in who proves that he is `name`.
    /// - Parameter take: called before a change of the user can come to pass, so that whoever changes him
    ///   finds the session.
    func authenticate(_ name: [UInt8], _ password: RawSpan, _ take: (AccessGrant) -> Void) -> Bool {
        let hash = AccessUser.hash(password)
        return state.withLock { state in
            guard let grant = state.grants[name], grant.user.accepts(hash) else { return false }
            take(grant)
            return true
        }
    }

    // MARK: Changing

    private func put(_ user: AccessUser, _ state: inout State) -> UInt64 {
        let id: UInt64
        if let present = state.grants[user.name] {
            id = present.id
        } else {
            state.lastID += 1
            id = state.lastID
        }
        state.grants[user.name] = AccessGrant(user, id: id)
        note(user)
        return id
    }

    private func note(_ user: AccessUser) {
        if user.name == Self.defaultName { isOpen.store(user.needsNoPassword && user.isOn, ordering: .relaxed) }
        generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    func define(_ user: AccessUser) { state.withLock { _ = put(user, &$0) } }

    /// What is configured and not said by rules.
    func take(_ settings: RESPSettings) {
        state.withLock { state in
            state.allowsAllChannels = settings.newUsersHaveAllChannels
            state.log.countMax = settings.accessLogCountMax
        }
    }

    /// Applies all rules or none.
    /// - Returns: the user's id, or the error without its code.
    /// Source: Redis 7 ACLStringSetUser.
    func set(_ name: [UInt8], _ rules: [[UInt8]]) -> Result<UInt64, AccessError> {
        let merged: [[UInt8]]
        switch AccessRules.merged(rules) {
        case .success(let whole): merged = whole
        case .failure(let start):
            let text = "Unmatched parenthesis in acl selector starting at '\(AccessRules.shown(start.rule))'."
            return .failure(AccessError(text: text))
        }
        return state.withLock { state in
            var user = state.grants[name]?.user ?? AccessUser(name, allowsAllChannels: state.allowsAllChannels)
            for rule in merged {
                do throws(RuleFault) {
                    try user.apply(rule, allowsAllChannels: state.allowsAllChannels)
                } catch {
                    let text = "Error in ACL SETUSER modifier '\(AccessRules.shown(rule))': \(error.text)"
                    return .failure(AccessError(text: text))
                }
            }
            return .success(put(user, &state))
        }
    }

    /// Source: redis.conf `requirepass`, which is the default user's only password.
    func setDefault(password: [UInt8]?) -> UInt64 {
        state.withLock { state in
            var user = state.grants[Self.defaultName]!.user
            user.set(password: password)
            return put(user, &state)
        }
    }

    /// - Returns: how many there were, and their ids.
    func delete(_ names: [[UInt8]]) -> Change {
        state.withLock { state in
            var change = Change()
            for name in names where name != Self.defaultName {
                if let grant = state.grants.removeValue(forKey: name) { change.deleted.insert(grant.id) }
            }
            generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
            return change
        }
    }

    /// Puts `users` in the place of all. The default user stays himself, with new rules; those of all others are gone,
    /// even if there is one of the same name. Source: Redis 7 ACLLoadFromFile.
    func replaceAll(_ users: [AccessUser]) -> Change {
        state.withLock { state in
            var change = Change()
            for grant in state.grants.values where grant.id != 0 { change.deleted.insert(grant.id) }
            change.changed.insert(0)
            state.grants = state.grants.filter { $0.value.id == 0 }
            var hasDefault = false
            for user in users {
                if user.name == Self.defaultName { hasDefault = true }
                _ = put(user, &state)
            }
            if !hasDefault { _ = put(.makeDefault(), &state) }
            return change
        }
    }

    // MARK: The log

    func log(_ entry: AccessLog.Entry, now: Milliseconds) { state.withLock { $0.log.add(entry, now: now) } }
    func logged(_ countMax: Int) -> [AccessLog.Entry] { state.withLock { Array($0.log.entries.prefix(countMax)) } }
    func clearLog() { state.withLock { $0.log.removeAll() } }
}

/// An error's text, without its code.
struct AccessError: Error {
    var text: String
}
