// A disk whose power fails: what was not synced may be there, in part, in any order, or not. Calls may fail before.

import Base
import Glibc
import Persistence

/// Files in memory. Of a file all is kept that a sync covered, and of what came later some blocks; a name is sure when
/// its folder was synced after it was given, as `rename` and `makeFolder` do.
final class PowerDisk: Disk {
    private final class File {
        var durable: [UInt8] = []
        var content: [UInt8] = []
        /// Content was taken away, and nobody synced that.
        var mayBeLonger = false
        /// A sync failed. The next ones say that all is well, and are wrong.
        var isSick = false
    }

    private struct State {
        var files: [String: File] = [:]
        /// The names that are sure, and what they stand for.
        var durableNames: [String: File] = [:]
        var open: [Int32: File] = [:]
        var lastDescriptor: Int32 = 100
        var isOff = false
        /// One call of so many fails; 0 is none.
        var faultRate = 0
        var random = SplitMix64(seed: 0)
        var faultCount = 0

        mutating func isFault() -> Bool {
            guard faultRate > 0, random.next(below: faultRate) == 0 else { return false }
            faultCount += 1
            return true
        }
    }

    // Guarded by the monitor with everything that it leads to.
    private let state = Monitor(State())

    /// Has one call of `rate` fail from now on, or none if that is 0.
    func fail(oneOf rate: Int, seed: UInt64) {
        state.look { state in
            state.faultRate = rate
            state.random = SplitMix64(seed: seed)
        }
    }

    var faultCount: Int { state.look { $0.faultCount } }

    private static let fault = SystemError(call: "fault", code: EIO)

    /// - Parameter mayFail: without having done anything.
    private func on<R>(
        mayFail: Bool = true, _ body: (inout State) throws(SystemError) -> R
    ) throws(SystemError) -> R {
        let result: Result<R, SystemError> = state.look { state in
            guard !state.isOff else { return .failure(SystemError(call: "off", code: EIO)) }
            if mayFail && state.isFault() { return .failure(Self.fault) }
            do throws(SystemError) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    func create(_ path: String) throws(SystemError) -> Int32 {
        try on { state in
            let file = File()
            state.files[path] = file
            return Self.open(file, &state)
        }
    }

    func openToAppend(_ path: String) throws(SystemError) -> Int32 {
        try on { state in
            let file = state.files[path] ?? File()
            state.files[path] = file
            return Self.open(file, &state)
        }
    }

    private static func open(_ file: File, _ state: inout State) -> Int32 {
        state.lastDescriptor += 1
        state.open[state.lastDescriptor] = file
        return state.lastDescriptor
    }

    func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) {
        let bytes = bytes.copiedBytes()
        try on(mayFail: false) { state throws(SystemError) in
            let file = state.open[descriptor]!
            // A write to an increment that fails is tried again a second later: that has tests of its own.
            let isIncrement = state.files.contains { $0.value === file && $0.key.hasSuffix(".incr.aof") }
            guard !isIncrement && state.isFault() else { return file.content += bytes }
            file.content += bytes.prefix(state.random.next(below: bytes.count + 1))
            throw Self.fault
        }
    }

    func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) {
        try on { state in
            let file = state.open[descriptor]!
            file.content.removeLast(file.content.count - size)
            file.mayBeLonger = true
            // Whatever is written now is new.
            if size == 0 { file.isSick = false }
        }
    }

    func makeFolder(_ path: String) throws(SystemError) {}

    func startWriting(_ descriptor: Int32, from offset: Int, count: Int) {}

    func syncData(_ descriptor: Int32) throws(SystemError) { try sync(descriptor) }

    func sync(_ descriptor: Int32) throws(SystemError) {
        try on(mayFail: false) { state throws(SystemError) in
            let file = state.open[descriptor]!
            if state.isFault() {
                file.isSick = true
                throw Self.fault
            }
            if file.isSick { return }
            file.durable = file.content
            file.mayBeLonger = false
        }
    }

    func close(_ descriptor: Int32) { state.look { $0.open[descriptor] = nil } }

    func rename(_ path: String, to target: String) throws(SystemError) {
        try on { state throws(SystemError) in
            state.files[target] = state.files.removeValue(forKey: path)
            // It has the new name, and nobody knows for how long.
            if state.isFault() { throw Self.fault }
            state.durableNames = state.files
        }
    }

    func syncFolder(of path: String) throws(SystemError) { try on { state in state.durableNames = state.files } }

    func remove(_ path: String) { state.look { state in if !state.isOff { state.files[path] = nil } } }

    /// The end: nothing works any more.
    /// - Returns: the files that are there when the power is back, by the last part of their names.
    func fail(_ random: inout SplitMix64) -> [String: [UInt8]] {
        var random2 = random
        defer { random = random2 }
        return state.look { state in
            state.isOff = true
            var left: [String: [UInt8]] = [:]
            let names = Set(state.files.keys).union(state.durableNames.keys)
            for name in names.sorted() {
                // A name that is not sure is the old one, or the new one.
                let isNew = state.durableNames[name] !== state.files[name] && random2.next(below: 2) == 0
                guard let file = isNew ? state.files[name] : state.durableNames[name] else { continue }
                left[String(name.split(separator: "/").last!)] = Self.survivors(of: file, &random2)
            }
            return left
        }
    }

    private static func survivors(of file: File, _ random: inout SplitMix64) -> [UInt8] {
        guard file.content.count > file.durable.count else { return file.durable }
        // So much the file had grown, as far as anybody knows; blocks of it were written, others were not.
        let size = file.durable.count + random.next(below: file.content.count - file.durable.count + 1)
        var bytes = file.durable + [UInt8](repeating: 0, count: size - file.durable.count)
        var start = file.durable.count
        while start < size {
            let end = min(size, (start / 512 + 1) * 512)
            if random.next(below: 3) > 0 { bytes.replaceSubrange(start..<end, with: file.content[start..<end]) }
            start = end
        }
        return bytes
    }
}
