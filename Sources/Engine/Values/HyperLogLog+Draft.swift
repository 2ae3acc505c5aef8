// A HyperLogLog being changed apart from its item: what a sparse one needs, whose size changes with its registers.

import Base

extension HyperLogLog {
    /// A copy of a HyperLogLog that may grow and become dense.
    @safe
    struct Draft: ~Copyable {
        private var base: UnsafeMutablePointer<UInt8>
        private var capacity: Int
        private(set) var count: Int

        /// All registers 0, sparse, with a cardinality of 0.
        init() {
            self.init(capacity: 64)
            count = HyperLogLog.headerSize + 2
            var bytes = self.bytes
            for (offset, letter) in "HYLL".utf8.enumerated() { bytes[offset] = letter }
            bytes[4] = 1
            for offset in 5..<HyperLogLog.headerSize { bytes[offset] = 0 }
            bytes[HyperLogLog.headerSize] = 0x7F
            bytes[HyperLogLog.headerSize + 1] = 0xFF
        }

        /// - Parameter bytes: a HyperLogLog, corrupted or not.
        init(copying source: RawSpan) {
            self.init(capacity: source.byteCount + 16)
            count = source.byteCount
            unsafe source.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(start: base, count: count).copyMemory(from: $0) }
        }

        private init(capacity: Int) {
            self.capacity = capacity
            unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            count = 0
        }

        deinit { unsafe base.deallocate() }

        var span: RawSpan {
            @_lifetime(borrow self) borrowing get {
                // SAFETY: base holds count initialised bytes for as long as self is borrowed.
                unsafe _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: count), borrowing: self)
            }
        }

        /// The bytes, to change. Not to be kept over what changes their number.
        private var bytes: MutableSpan<UInt8> {
            @_lifetime(&self) mutating get {
                // SAFETY: as above, and self is borrowed for the change.
                unsafe _overrideLifetime(MutableSpan(_unsafeStart: base, count: count), mutating: &self)
            }
        }

        mutating func invalidateCardinality() {
            var bytes = self.bytes
            HyperLogLog.invalidateCardinality(&bytes)
        }

        /// Raises a register, if it is lower. Returns whether it was; nil if the runs up to it are corrupted.
        /// - Parameter sparseSizeMax: a change that makes it longer makes it dense instead.
        mutating func raise(_ register: Register, sparseSizeMax: Int) -> Bool? {
            if HyperLogLog.isDense(span) {
                var bytes = self.bytes
                return HyperLogLog.raiseDense(&bytes, register)
            }
            if register.value > Run.valueMax { return raiseDense(register) }

            var before = HyperLogLog.headerSize
            var offset = HyperLogLog.headerSize
            var first = 0
            var found: Run?
            while offset < count {
                guard let run = HyperLogLog.run(span, at: offset), first + run.count <= HyperLogLog.registerCount else {
                    return nil
                }
                if register.index < first + run.count {
                    found = run
                    break
                }
                before = offset
                offset += run.size
                first += run.count
            }
            guard let run = found else { return nil }
            if run.value >= register.value { return false }

            // The run in up to three: what is before the register, the register, what is behind it.
            var pieces = InlineArray<5, UInt8>(repeating: 0)
            var size = 0
            Self.append(run.value, register.index - first, to: &pieces, &size)
            Self.append(register.value, 1, to: &pieces, &size)
            Self.append(run.value, first + run.count - 1 - register.index, to: &pieces, &size)
            let growth = size - run.size
            if growth > 0 && count + growth > sparseSizeMax { return raiseDense(register) }
            resize(at: offset + run.size, by: growth)
            var bytes = self.bytes
            for index in 0..<size { bytes[offset + index] = pieces[index] }
            merge(from: before)
            return true
        }

        private static func append(
            _ value: UInt8, _ length: Int, to pieces: inout InlineArray<5, UInt8>, _ size: inout Int
        ) {
            if length == 0 { return }
            if value > 0 {
                pieces[size] = 0x80 | (value - 1) << 2 | UInt8(length - 1)
            } else if length <= Run.shortZerosMax {
                pieces[size] = UInt8(length - 1)
            } else {
                pieces[size] = 0x40 | UInt8((length - 1) >> 8)
                size += 1
                pieces[size] = UInt8((length - 1) & 0xFF)
            }
            size += 1
        }

        /// Joins neighbours of the same value within five steps: Redis' way, or the bytes would not be the same.
        private mutating func merge(from start: Int) {
            var offset = start
            for _ in 0..<5 {
                guard offset < count else { return }
                let byte = span[offset]
                if byte & 0x80 == 0 {
                    offset += byte & 0x40 == 0 ? 1 : 2
                    continue
                }
                if offset + 1 < count {
                    let next = span[offset + 1]
                    let length = Int(byte & 3 + next & 3) + 2
                    if byte & 0xFC == next & 0xFC && length <= Run.valuesMax {
                        var bytes = self.bytes
                        bytes[offset] = byte & 0xFC | UInt8(length - 1)
                        resize(at: offset + 2, by: -1)
                        continue
                    }
                }
                offset += 1
            }
        }

        /// Moves what begins at `offset` by `growth` bytes.
        private mutating func resize(at offset: Int, by growth: Int) {
            precondition(offset + growth >= HyperLogLog.headerSize && offset <= count)
            if growth == 0 { return }
            if count + growth > capacity {
                let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
                unsafe larger.update(from: base, count: count)
                unsafe base.deallocate()
                unsafe base = larger
                capacity *= 2
            }
            // SAFETY: both places lie within the capacity, which is at least 16 above what it was before any growth of 3.
            unsafe UnsafeMutableRawPointer(base + offset + growth).copyMemory(from: base + offset, byteCount: count - offset)
            count += growth
        }

        // MARK: Becoming dense

        private mutating func raiseDense(_ register: Register) -> Bool? {
            guard becomeDense() else { return nil }
            var bytes = self.bytes
            return HyperLogLog.raiseDense(&bytes, register)
        }

        /// False, and nothing changed, if the runs are corrupted.
        mutating func becomeDense() -> Bool {
            if HyperLogLog.isDense(span) { return true }
            var dense = Draft(capacity: HyperLogLog.denseSize)
            dense.count = HyperLogLog.denseSize
            var bytes = dense.bytes
            for offset in 0..<HyperLogLog.headerSize { bytes[offset] = span[offset] }
            bytes[4] = 0
            for offset in HyperLogLog.headerSize..<HyperLogLog.denseSize { bytes[offset] = 0 }
            let isWhole = HyperLogLog.walk(span) { start, run in
                if run.value == 0 { return }
                for index in start..<start + run.count {
                    _ = dense.raise(Register(index: index, value: run.value), sparseSizeMax: 0)
                }
            }
            guard isWhole else { return false }
            self = dense
            return true
        }
    }
}
