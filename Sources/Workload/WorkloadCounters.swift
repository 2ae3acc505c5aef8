// What a run counts, one row a thread, so that the progress line can look without stopping anybody.

/// Everything counted since the generator started, preload included; the report subtracts what came before
/// measuring.
enum WorkloadCounter: Int, CaseIterable, Sendable {
    /// Requests answered, of every kind, errors among them.
    case requests
    /// Keys asked for by answered reads; hits and misses add up to them unless there were errors.
    case keysRead
    case hits
    case misses
    /// Stores answered with success; those that fill a miss are counted here and in `fills`.
    case stores
    case fills
    case errors
    /// Requests that were under way when their connection ended or the run gave up waiting.
    case unanswered
    case connectionsLost
    case bytesSent
    case bytesReceived
    /// Sum over answered requests, for a live mean.
    case latencyNanoseconds
}
