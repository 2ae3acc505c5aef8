// What becomes of a manifest while the log is written.

extension LogManifest {
    /// Adds an increment behind the others.
    /// - Returns: its name.
    mutating func addIncrement(_ prefix: String) -> String {
        let sequence = (increments.last?.sequence ?? 0) + 1
        let name = LogNames.increment(prefix, sequence)
        increments.append(File(name: name, sequence: sequence))
        return name
    }

    /// Begins anew with a base, and with the increment that began at its moment. What was there before is history.
    /// - Parameter least: the base's number is above it, and above that of the one before.
    /// - Returns: the names of what is history now.
    mutating func startBase(
        _ prefix: String, isSnapshot: Bool, above least: Int, keeping increment: String
    ) -> [String] {
        let old = ([base].compactMap { $0 }) + increments.filter { $0.name != increment }
        let sequence = max(base?.sequence ?? 0, least) + 1
        base = File(name: LogNames.base(prefix, sequence, isSnapshot: isSnapshot), sequence: sequence)
        increments = increments.filter { $0.name == increment }
        history += old
        return history.map(\.name)
    }

    mutating func forgetHistory() { history = [] }
}
