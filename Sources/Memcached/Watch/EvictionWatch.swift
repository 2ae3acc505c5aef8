// Evictions for watchers, wherever they happen: told by the engine on whatever thread needs the room.

import Base
import Engine

/// Follows the engine while somebody watches evictions.
final class EvictionWatch: ChangeListener {
    private let hub: WatchHub
    private let database: DatabaseIndex

    init(_ hub: WatchHub, _ database: DatabaseIndex) {
        self.hub = hub
        self.database = database
    }

    /// Under the shard's lock: the line waits in the common log until a command's end or the next tick signals it.
    func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView) {
        guard kind == .evicted && database == self.database else { return }
        hub.write(.evictions, type: "eviction", in: hub.commonLog) { $0.appendEviction(item) }
    }

    func keyspaceFlushed(database: DatabaseIndex?) {}
    func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle) {}
}
