// Users of the front-end as the server around it defines and keeps them, and the news of a change.

import Base
import Synchronization
import Transport

extension RESPFrontEnd {
    /// Whether a client need not say who he is. Source: Redis' default user, `nopass`.
    public var letsEverybodyIn: Bool { access.defaultGrant.user.needsNoPassword }

    /// Defines users at start, as redis.conf has them. Before any client is there.
    /// - Parameter lines: the words of each line, without `user`; the name first.
    /// - Returns: nil, or why nothing was changed.
    public func defineUsers(_ lines: [[String]]) -> String? {
        var users: [AccessUser] = []
        for line in lines {
            let words = line.map { Array($0.utf8) }
            switch AccessRules.user(words, allowsAllChannels: access.allowsAllChannels) {
            case .success(let user): users.append(user)
            case .failure(let error): return error.text
            }
        }
        for user in users { access.define(user) }
        return nil
    }

    /// What is wrong with a user's line of redis.conf, as its words without `user`; nil if nothing is.
    public static func fault(ofUser line: [String]) -> String? {
        switch AccessRules.user(line.map { Array($0.utf8) }, allowsAllChannels: false) {
        case .success: nil
        case .failure(let error): error.text
        }
    }

    /// Reads `RESPSettings.accessFile`, whose users take the place of all others.
    /// - Returns: nil, or why nothing was changed.
    public func loadUsers() -> String? { loadUsers(by: nil) }

    /// All users as lines of redis.conf, without their ends.
    public var userLines: [String] { access.users.map { String(decoding: $0.line, as: UTF8.self) } }

    func loadUsers(by session: RESPSession?) -> String? {
        let path = currentSettings.accessFile
        let text: [UInt8]
        do throws(SystemError) {
            text = try Files.read(path)
        } catch {
            return "Error loading ACLs, opening file '\(path)': \(error.reason)"
        }
        switch AccessRules.users(ofFile: text, named: path, allowsAllChannels: access.allowsAllChannels) {
        case .success(let users): announce(access.replaceAll(users), by: session)
        case .failure(let error): return error.text
        }
        return nil
    }

    /// - Returns: nil, or why the file is as it was.
    func saveUsers() -> String? {
        var text: [UInt8] = []
        for user in access.users { text += user.line + [10] }
        do throws(SystemError) {
            try Files.replace(currentSettings.accessFile, with: text)
            return nil
        } catch {
            control.log(level: 3, "ACL SAVE could not write \(currentSettings.accessFile): \(error.reason)")
            return error.reason
        }
    }

    /// Ends the conversations of deleted users and of subscribers whose channels were taken from their users, and has
    /// commands that wait for keys judged anew. Other sessions find out for themselves when they next have something
    /// to do.
    /// - Parameter session: whose command it was; its own end comes behind the reply.
    func announce(_ change: AccessDirectory.Change, by session: RESPSession?) {
        if channels.hasSubscribers && !change.changed.isEmpty {
            let all = workers.withLock { $0.values.map(\.listening) }
            for listening in all { listening.closeRevoked(change.changed, channels) }
        }
        if change.deleted.isEmpty && parkedClients.count == 0 { return }
        for client in clients.all() {
            let id = client.userID.load(ordering: .relaxed)
            if change.deleted.contains(id) {
                if client === session?.record { session?.ending = .close } else { client.peer.connection?.close() }
            } else if change.changed.contains(id) && client.waitsForKeys.load(ordering: .sequentiallyConsistent) {
                _ = client.wake(.rulesChanged)
            }
        }
    }
}
