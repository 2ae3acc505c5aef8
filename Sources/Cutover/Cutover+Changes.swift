// What goes from the keyspace is decided: nothing of it may come back from the old server.

public import Engine

extension Cutover: ChangeListener {
    public func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView) {
        switch kind {
        case .deleted, .expired, .evicted: if covers(database) { remember(item.keyHash, database) }
        case .stored, .expirySet, .marked: break
        }
    }

    public func keyspaceFlushed(database: DatabaseIndex?) {
        guard let database else { return finish(.flushed) }
        guard covers(database) else { return }
        if origin.language == .memcached { finish(.flushed) } else { close(database, because: "flushed") }
    }

    /// Which of the old server's keys are which here nobody could tell any more.
    public func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle) {
        guard covers(a) || covers(b) else { return }
        if origin.language == .memcached { return finish(.swapped) }
        for database in [a, b] where covers(database) { close(database, because: "exchanged for another") }
    }
}
