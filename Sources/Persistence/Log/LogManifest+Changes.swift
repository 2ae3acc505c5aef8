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
    /// - Returns: the names of what is history now.
    mutating func startBase(_ prefix: String, keeping increment: String) -> [String] {
        let old = ([base].compactMap { $0 }) + increments.filter { $0.name != increment }
        let sequence = (base?.sequence ?? 0) + 1
        base = File(name: LogNames.base(prefix, sequence), sequence: sequence)
        increments = increments.filter { $0.name == increment }
        history += old
        return history.map(\.name)
    }

    mutating func forgetHistory() { history = [] }
}
