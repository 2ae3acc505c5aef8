// Bits of strings: one, many, the first of them. Source: Redis 7.2 command reference, group "bitmap".

import Base
import Engine
import Synchronization

/// Which bits a command is about, as two arguments give them.
private struct BitRange {
    var start: Int64 = 0
    /// nil: to the end.
    var end: Int64?
    var countsBits = false

    /// The bits among those of `size` bytes: both ends included, negative ones counted from the end, clipped.
    func bits(in size: Int) -> Range<Int> {
        let total = Int64(countsBits ? size << 3 : size)
        let first = max(0, start < 0 ? total &+ start : start)
        let last = end.map { min(total - 1, max(0, $0 < 0 ? total &+ $0 : $0)) } ?? total - 1
        if first > last { return 0..<0 }
        return countsBits ? Int(first)..<Int(last) + 1 : Int(first) << 3..<(Int(last) + 1) << 3
    }
}

extension RESPSession {
    /// A bit's place, or nil after an error reply.
    private func bitOffset(_ text: RawSpan, _ output: inout OutputBuffer) -> Int? {
        let sizeMax = frontEnd.bulkSizeMax.load(ordering: .relaxed)
        guard let offset = text.integer, offset >= 0, offset >> 3 < Int64(sizeMax) else {
            fail("ERR bit offset is not an integer or out of range", &output)
            return nil
        }
        return Int(offset)
    }

    func setbit(_ request: Request, _ output: inout OutputBuffer) {
        guard let offset = bitOffset(request[2], &output) else { return }
        guard let bit = request[3].integer, bit == 0 || bit == 1 else {
            return fail("ERR bit is not an integer or out of range", &output)
        }
        let place = offset >> 3
        let mask: UInt8 = 0x80 >> UInt8(offset & 7)
        var wasSet = false
        let outcome = engine.edit(request.key(in: database), sizeMin: place + 1) { bytes in
            let byte = bytes[place]
            wasSet = byte & mask != 0
            if wasSet == (bit == 1) { return false }
            bytes[place] = byte ^ mask
            return true
        }
        switch outcome {
        case .stored, .notStored: output.appendInteger(wasSet ? 1 : 0)
        case .otherKind: failKind(&output)
        case .tooLarge: failSize(&output)
        case .outOfMemory: failMemory(&output)
        case .exists, .notFound: preconditionFailure("no condition was given")
        }
    }

    func getbit(_ request: Request, _ output: inout OutputBuffer) {
        guard let offset = bitOffset(request[2], &output) else { return }
        let outcome = engine.get(request.key(in: database)) { item in
            output.appendInteger(Int64(item.value.bitField(at: offset, width: 1)))
        }
        switch outcome {
        case .hit: break
        case .miss, .expired: output.appendInteger(0)
        case .otherKind: failKind(&output)
        }
    }

    /// Whether a range of BITCOUNT and BITPOS counts bits; nil after an error reply.
    private func countsBits(_ unit: RawSpan, _ output: inout OutputBuffer) -> Bool? {
        if unit.equalsIgnoringCase("bit") { return true }
        if unit.equalsIgnoringCase("byte") { return false }
        failSyntax(&output)
        return nil
    }

    func bitcount(_ request: Request, _ output: inout OutputBuffer) {
        var range = BitRange()
        var isEmpty = false
        switch request.count {
        case 2: break
        case 4, 5:
            guard let start = request[2].integer, let end = request[3].integer else { return failInteger(&output) }
            if request.count == 5 {
                guard let unit = countsBits(request[4], &output) else { return }
                range.countsBits = unit
            }
            isEmpty = start < 0 && end < 0 && start > end
            range.start = start
            range.end = end
        default: return failSyntax(&output)
        }
        let outcome = engine.get(request.key(in: database)) { item in
            let value = item.value
            output.appendInteger(isEmpty ? 0 : value.setBitCount(range.bits(in: value.byteCount)))
        }
        switch outcome {
        case .hit: break
        case .miss, .expired: output.appendInteger(0)
        case .otherKind: failKind(&output)
        }
    }

    func bitpos(_ request: Request, _ output: inout OutputBuffer) {
        guard let bit = request[2].integer else { return failInteger(&output) }
        guard bit == 0 || bit == 1 else { return fail("ERR The bit argument must be 1 or 0.", &output) }
        var range = BitRange()
        guard request.count <= 6 else { return failSyntax(&output) }
        if request.count > 3 {
            guard let start = request[3].integer else { return failInteger(&output) }
            range.start = start
            if request.count == 6 {
                guard let unit = countsBits(request[5], &output) else { return }
                range.countsBits = unit
            }
            if request.count > 4 {
                guard let end = request[4].integer else { return failInteger(&output) }
                range.end = end
            }
        }
        let outcome = engine.get(request.key(in: database)) { item in
            let value = item.value
            let bits = range.bits(in: value.byteCount)
            if let found = value.firstBit(bit == 1, in: bits) {
                output.appendInteger(found)
            } else {
                // Behind the string there is nothing but zeros, unless an end was given.
                output.appendInteger(bit == 0 && range.end == nil && !bits.isEmpty ? bits.upperBound : -1)
            }
        }
        switch outcome {
        case .hit: break
        case .miss, .expired: output.appendInteger(bit == 0 ? 0 : -1)
        case .otherKind: failKind(&output)
        }
    }

    func bitop(_ request: Request, _ output: inout OutputBuffer) {
        let word = request[1]
        let operation: BitOperation
        if word.equalsIgnoringCase("and") {
            operation = .and
        } else if word.equalsIgnoringCase("or") {
            operation = .or
        } else if word.equalsIgnoringCase("xor") {
            operation = .xor
        } else if word.equalsIgnoringCase("not") {
            operation = .not
        } else {
            return failSyntax(&output)
        }
        if operation == .not && request.count != 4 {
            return fail("ERR BITOP NOT must be called with a single source key.", &output)
        }
        combine(operation, request, &output)
    }

    private func combine(_ operation: BitOperation, _ request: Request, _ output: inout OutputBuffer) {
        let (shards, count) = gatherKeys(request, from: 2, step: 1)
        let hashes = hashes
        let database = database
        var size = 0
        var outcome = StoreOutcome.stored
        engine.section(shards) { engine in
            // The longest decides the size before the first is read.
            for index in 1..<count {
                let key = Key(request[2 &+ index], hash: KeyHash(rawValue: hashes[index]), in: database)
                _ = engine.look(key) { item in
                    if item.kind == .string { size = max(size, item.value.byteCount) } else { outcome = .otherKind }
                }
                if outcome == .otherKind { return }
            }
            let destination = Key(request[2], hash: KeyHash(rawValue: hashes[0]), in: database)
            if size == 0 {
                _ = engine.delete(destination)
                return
            }
            guard var combination = BitCombination(operation, size: size) else {
                outcome = .outOfMemory
                return
            }
            for index in 1..<count {
                let key = Key(request[2 &+ index], hash: KeyHash(rawValue: hashes[index]), in: database)
                // That it is missing was told.
                let found = reason.during(.nothing) { engine.get(key) { item in combination.add(item.value) } }
                if found != .hit { combination.add(RawSpan()) }
            }
            guard let result = combination.take() else { return }
            var options = StoreOptions()
            options.isRaw = true
            outcome = engine.store(destination, handingOver: result, options)
        }
        switch outcome {
        case .stored: output.appendInteger(size)
        case .otherKind: failKind(&output)
        case .outOfMemory: failMemory(&output)
        case .tooLarge: failSize(&output)
        case .notStored, .exists, .notFound: preconditionFailure("no condition was given")
        }
    }
}
