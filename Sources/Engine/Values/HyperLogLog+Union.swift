// The registers of several HyperLogLogs together, a byte each.

import Base

extension HyperLogLog {
    /// The highest value that each register has in any of the HyperLogLogs added.
    @safe
    public struct Union: ~Copyable {
        private let base: UnsafeMutablePointer<UInt8>
        /// Whether one of those added was dense.
        public private(set) var hasDense = false

        /// Of none: all registers are 0.
        public init() {
            unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: HyperLogLog.registerCount)
            unsafe base.initialize(repeating: 0, count: HyperLogLog.registerCount)
        }

        deinit { unsafe base.deallocate() }

        public enum Addition: Sendable {
            case added
            case notOne
            case corrupted
        }

        /// Adds what a string holds. After `.corrupted` some registers may have been raised.
        public mutating func add(_ bytes: RawSpan) -> Addition {
            guard HyperLogLog.isOne(bytes) else { return .notOne }
            if HyperLogLog.isDense(bytes) {
                hasDense = true
                for index in 0..<HyperLogLog.registerCount { raise(index, to: HyperLogLog.denseValue(bytes, index)) }
                return .added
            }
            let isWhole = HyperLogLog.walk(bytes) { start, run in
                if run.value == 0 { return }
                for index in start..<start + run.count { raise(index, to: run.value) }
            }
            return isWhole ? .added : .corrupted
        }

        /// The register at `index`, 0 ..< registerCount.
        public func register(_ index: Int) -> Register {
            precondition(index >= 0 && index < HyperLogLog.registerCount)
            return unsafe Register(index: index, value: base[index])  // SAFETY: the index was checked.
        }

        private func raise(_ index: Int, to value: UInt8) {
            precondition(index >= 0 && index < HyperLogLog.registerCount)
            if unsafe base[index] < value { unsafe base[index] = value }  // SAFETY: the index was checked.
        }

        /// How many different elements all of them saw, about.
        public var cardinality: UInt64 {
            var histogram = HyperLogLog.Histogram(repeating: 0)
            for index in 0..<HyperLogLog.registerCount { histogram[Int(register(index).value)] &+= 1 }
            return HyperLogLog.estimate(histogram)
        }
    }
}
