// The sub-options of memcached's -o that have a counterpart in the engine.

import Engine

extension MemcachedCommandLine {
    /// - Parameter argument: checked.
    /// - Returns: whether `name` is one of them; it is then in effect.
    mutating func applyToEngine(_ name: String, _ argument: String?) -> Bool {
        switch name {
        case "track_sizes": settings.tracksItemSizes = true
        case "slab_reassign": settings.isPageMoveEnabled = true
        case "no_slab_reassign": settings.isPageMoveEnabled = false
        case "no_slab_automove": settings.compactionPolicy = .onDemand
        case "slab_automove":
            let level = argument.flatMap { UInt8($0) } ?? 1
            settings.compactionPolicy = CompactionPolicy(rawValue: level) ?? .background
        // Without its maintainer memcached has one queue, and so ranks by age alone.
        case "lru_maintainer", "no_lru_maintainer":
            settings.weighsUse = name == "lru_maintainer"
            settings.reportedRows["lru_maintainer_thread"] = settings.weighsUse ? "yes" : "no"
        default: return false
        }
        return true
    }
}
