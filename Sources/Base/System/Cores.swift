// Which cores a thread may run on: a measurement that wanders between cores measures the wandering.

import CIntrinsics
import Glibc

public enum Cores {
    /// Bits of 1024 cores, as many as the C library's own set has.
    private static let wordCount = 16

    /// The cores that the calling thread may run on, ascending; empty if the system does not tell.
    public static var ofThisThread: [Int] {
        var words = [UInt64](repeating: 0, count: wordCount)
        // SAFETY: the array is ours for the call, and its count is told.
        guard unsafe duet_get_cores(&words, wordCount) > 0 else { return [] }
        return (0..<wordCount * 64).filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    }

    /// Has the calling thread run on `cores` alone, and so each thread and process that it starts from now on.
    public static func keepThisThread(on cores: [Int]) throws(SystemError) {
        var words = [UInt64](repeating: 0, count: wordCount)
        for core in cores where core >= 0 && core < wordCount * 64 {
            words[core / 64] |= 1 << UInt64(core % 64)
        }
        // SAFETY: as above.
        guard unsafe duet_set_cores(words, wordCount) == 0 else { throw .latest("sched_setaffinity") }
    }
}
