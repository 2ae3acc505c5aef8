// What a session holds of its user: a snapshot that never changes. A change of the user's rules makes another one.

final class AccessGrant: Sendable {
    let user: AccessUser
    /// Another one if a user of the same name is made after this one was deleted; 0 is the default user.
    let id: UInt64
    let table: AccessTable

    init(_ user: AccessUser, id: UInt64) {
        self.user = user
        self.id = id
        table = AccessTable(user)
    }

    deinit { table.deallocate() }
}
