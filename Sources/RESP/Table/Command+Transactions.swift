// The rows of the commands that make several others one.

extension CommandSpec {
    private static let anytime: Flags = [.noScript, .whileLoading, .whileStale, .fast, .whileBusy]

    static let multi = CommandSpec(
        "multi", arity: 1, anytime, .transactions, .transaction, since: "1.2.0",
        "Begins a transaction: commands are queued until EXEC.")

    static let exec = CommandSpec(
        "exec", arity: 1, [.noScript, .whileLoading, .whileStale, .skipsSlowLog], .transactions, .transaction,
        since: "1.2.0", complexity: "That of the queued commands together.",
        "Executes the queued commands with nothing in between.")

    static let discard = CommandSpec(
        "discard", arity: 1, anytime, .transactions, .transaction, since: "2.0.0",
        complexity: "O(N), N being the number of queued commands", "Drops the queued commands.")

    static let watch = CommandSpec(
        "watch", arity: -2, anytime, .transactions, .transaction, keys: .all("RO"), since: "2.2.0",
        complexity: "O(N), N being the number of keys", "Lets the next EXEC do nothing if one of the keys changes.",
        syntax: "key...")

    static let unwatch = CommandSpec(
        "unwatch", arity: 1, anytime, .transactions, .transaction, since: "2.2.0",
        complexity: "O(N), N being the number of watched keys", "Forgets all watched keys.")
}
