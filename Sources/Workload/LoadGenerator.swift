// One run of the load generator, from connecting to the report.

/// Sends a workload to a server and measures the answers.
public final class LoadGenerator: Sendable {
    private let options: WorkloadOptions

    /// - Throws: `.options` if the settings cannot work together.
    public init(_ options: WorkloadOptions) throws(WorkloadError) {
        if let problem = options.validate() { throw .options(problem) }
        self.options = options
    }

    /// Connects, preloads, measures; blocks the calling thread until the report is there.
    /// - Parameter onProgress: called twice a second on a worker's thread.
    public func run(
        onProgress: @escaping @Sendable (WorkloadProgress) -> Void
    ) throws(WorkloadError) -> WorkloadReport {
        fatalError("the reactor is not merged yet")
    }
}
