// Every bound of the base rooms, with its reason. Rooms above keep theirs beside what they bound.

public enum Limits {
    /// Turns of the spin loop before a waiter yields: about two microseconds, twice a usual critical section.
    static let lockSpinsBeforeYield = 200

    /// Of a waiter that yields, between two looks at whether there is something better to do: on a machine with more to
    /// do than it has cores each may cost a quantum.
    static let lockYieldsBetweenTurns = 16

    /// What a worker reads from a socket in one call. Large enough that a deep pipeline is one read, small enough
    /// to stay in the second-level cache.
    public static let inputScratchSize = 64 * 1024

    /// A worker's output scratch grows to this and is then written out before more requests are served.
    public static let outputSoftSize = 128 * 1024

    /// Values of at least this size are sent from where they lie instead of being copied.
    public static let sharedValueSizeMin = 16 * 1024

    /// Unsent reply bytes a connection may have before it is no longer read.
    public static let unsentSizeMax = 1024 * 1024
}
