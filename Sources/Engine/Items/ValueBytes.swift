// Moving value bytes about, for the verbs that change part of a value.

import Base
import Glibc

extension EngineHandle {
    // SAFETY of all three: the caller sized `target`; an empty range may have no address and is left alone.

    @inline(__always)
    static func move(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, at offset: Int) {
        guard source.count > 0 else { return }
        precondition(offset >= 0 && offset + source.count <= target.count)
        // A large value that stays where it is costs nothing.
        if unsafe UnsafeRawPointer(target.baseAddress! + offset) == source.baseAddress! { return }
        unsafe _ = memmove(target.baseAddress! + offset, source.baseAddress!, source.count)
    }

    @inline(__always)
    static func write(_ bytes: RawSpan, into target: UnsafeMutableRawBufferPointer, at offset: Int) {
        unsafe bytes.withUnsafeBytes { unsafe move($0, into: target, at: offset) }
    }

    static func zero(_ target: UnsafeMutableRawBufferPointer, _ start: Int, _ end: Int) {
        precondition(start >= 0 && start <= end && end <= target.count)
        if end > start { unsafe _ = memset(target.baseAddress! + start, 0, end - start) }
    }
}
