// What the four access bytes of an item mean, and how a hit changes them.

import Base

/// How this wake-up stamps the items it touches. A trivial value that the handle renews with its clock.
///
///     LRU    | clock in units of 64 ms, wraps after 8.7 years                       |
///     LFU    | minute of the last decay (16) | unused (8) | logarithmic counter (8) |
///
/// Source: Redis, "Using Redis as an LRU cache" (LFU counter, factor and decay time).
struct AccessPolicy: Sendable {
    static let unitShift: Int64 = 6
    static let counterStart: UInt32 = 5

    private(set) var isLFU = false
    /// A hit is more than a stamp, or nothing at all.
    private var isUnusual = false
    private var leavesAccess = false
    private var frequency = FrequencyTuning()
    private(set) var stamp: UInt32 = 0

    @inline(__always)
    init(
        isLFU: Bool, now: Milliseconds, leavesAccess: Bool = false, frequency: FrequencyTuning = FrequencyTuning()
    ) {
        self.isLFU = isLFU
        self.frequency = frequency
        self.leavesAccess = leavesAccess
        isUnusual = isLFU || leavesAccess
        stamp = Self.stamp(now, isLFU: isLFU)
    }

    @inline(__always)
    private static func stamp(_ now: Milliseconds, isLFU: Bool) -> UInt32 {
        isLFU
            ? UInt32(truncatingIfNeeded: now.rawValue / 60_000) & 0xFFFF
            : UInt32(truncatingIfNeeded: now.rawValue >> unitShift)
    }

    /// The access bytes of a new item.
    @inline(__always)
    var fresh: UInt32 { isLFU ? stamp << 16 | Self.counterStart : stamp }

    /// Records a hit.
    @inline(__always)
    func touch(_ item: Item, random: inout SplitMix64) {
        if isUnusual {
            touchCounter(item, random: &random)
        } else if item.access != stamp {
            item.access = stamp
        }
    }

    @inline(never)
    private func touchCounter(_ item: Item, random: inout SplitMix64) {
        if leavesAccess { return }
        var counter = UInt32(decayed(item.access))
        if counter < 255 {
            let base = counter > Self.counterStart ? counter - Self.counterStart : 0
            if random.next() % (UInt64(base) * UInt64(frequency.logFactor) + 1) == 0 { counter += 1 }
        }
        item.access = stamp << 16 | counter
    }

    private func decayed(_ access: UInt32) -> UInt8 {
        let minutes = (stamp &- access >> 16) & 0xFFFF
        let counter = access & 0xFF
        let lost = frequency.decayMinutes == 0 ? 0 : minutes / frequency.decayMinutes
        return UInt8(lost >= counter ? 0 : counter - lost)
    }

    /// Clock units since the last access; under LFU, minutes.
    @inline(__always)
    func age(_ access: UInt32) -> UInt32 {
        isLFU ? (stamp &- access >> 16) & 0xFFFF : stamp &- access
    }

    /// The access bytes of an item that nobody looked at for so long; nil under LFU, which does not know.
    func access(idleMilliseconds: Int64) -> UInt32? {
        // Half of what the clock can tell, or the item would seem to come from the future.
        isLFU ? nil : stamp &- UInt32(min(max(0, idleMilliseconds) >> Self.unitShift, Int64(Int32.max)))
    }

    /// The access bytes of an item with this counter; nil under LRU, which has none.
    func access(frequency: UInt8) -> UInt32? { isLFU ? stamp << 16 | UInt32(frequency) : nil }

    func idleMilliseconds(_ access: UInt32, now: Milliseconds) -> Int64 {
        Int64(age(access)) * (isLFU ? 60_000 : 1 << Self.unitShift)
    }

    func frequency(_ access: UInt32, now: Milliseconds) -> UInt8? { isLFU ? decayed(access) : nil }
}

/// How the counters of the LFU policies grow and fade. Source: redis.conf `lfu-log-factor`, `lfu-decay-time`.
public struct FrequencyTuning: Sendable, Equatable {
    /// The larger, the more hits it takes to come to 255; 0 counts each.
    public var logFactor: UInt32 = 10
    /// Minutes in which a counter loses one; 0 is never.
    public var decayMinutes: UInt32 = 1

    public init() {}

    init(code: UInt64) {
        logFactor = UInt32(truncatingIfNeeded: code)
        decayMinutes = UInt32(truncatingIfNeeded: code >> 32)
    }

    var code: UInt64 { UInt64(decayMinutes) << 32 | UInt64(logFactor) }
}

extension EvictionPolicy {
    var isVolatile: Bool {
        switch self {
        case .volatileLRU, .volatileLFU, .volatileRandom, .volatileTTL: true
        case .noEviction, .allKeysLRU, .allKeysLFU, .allKeysRandom: false
        }
    }

    public var isLFU: Bool { self == .allKeysLFU || self == .volatileLFU }

    var code: UInt8 { UInt8(Self.allCases.firstIndex(of: self)!) }

    init(code: UInt8) { self = Self.allCases[Int(code)] }
}
