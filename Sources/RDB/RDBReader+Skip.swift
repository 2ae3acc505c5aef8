// Passing over a value that nobody wants: where it ends, and nothing else of it.

import Base

extension RDBReader {
    /// Passes over a value whose type was read. What is packed in a string is not looked into.
    mutating func skip(_ type: ValueType) throws(RDBFault) {
        switch type {
        case .string, .zipmapHash, .ziplistList, .integerSet, .ziplistSortedSet, .ziplistHash, .listpackHash,
            .listpackSortedSet, .listpackSet:
            try skipString()
        case .list, .set, .quicklist:
            for _ in 0..<(try elementCount(mayBeNone: true)) { try skipString() }
        case .hash:
            for _ in 0..<(try elementCount(sizeMin: 2, mayBeNone: true)) {
                try skipString()
                try skipString()
            }
        case .textSortedSet:
            for _ in 0..<(try elementCount(sizeMin: 2, mayBeNone: true)) {
                try skipString()
                let size = try byte()
                if size < 253 { try skip(UInt64(size)) }
            }
        case .sortedSet:
            for _ in 0..<(try elementCount(sizeMin: 9, mayBeNone: true)) {
                try skipString()
                try skip(8)
            }
        case .listpackQuicklist:
            for _ in 0..<(try elementCount(sizeMin: 2, mayBeNone: true)) {
                _ = try integer()
                try skipString()
            }
        case .stream, .stream2, .stream3: try skipStream(type)
        case .module, .moduleSelfContained: throw .module
        }
    }

    /// Passes over what a module wrote, part by part, to the mark of its end. A module's own field has a part more in
    /// front, which looks the same. Source: Redis rdb.c, rdbLoadCheckModuleValue.
    mutating func skipModuleParts() throws(RDBFault) {
        while true {
            switch try integer() {
            case ModulePart.end: return
            case ModulePart.signed, ModulePart.unsigned: _ = try integer()
            case ModulePart.float: try skip(4)
            case ModulePart.double: try skip(8)
            case ModulePart.string: try skipString()
            default: throw .corrupt
            }
        }
    }

    private mutating func skipStream(_ type: ValueType) throws(RDBFault) {
        for _ in 0..<(try elementCount(sizeMin: 2, mayBeNone: true)) {
            try skipString()
            try skipString()
        }
        // Its count and its last ID; then its first one, the highest that is gone, and how many ever were.
        try skipIntegers(type == .stream ? 3 : 8)
        for _ in 0..<(try elementCount(sizeMin: 6, mayBeNone: true)) {
            try skipString()
            try skipIntegers(type == .stream ? 2 : 3)
            for _ in 0..<(try elementCount(sizeMin: 25, mayBeNone: true)) {
                try skip(24)
                try skipIntegers(1)
            }
            for _ in 0..<(try elementCount(sizeMin: 10, mayBeNone: true)) {
                try skipString()
                try skip(type == .stream3 ? 16 : 8)
                let count = try elementCount(sizeMin: 16, mayBeNone: true)
                try skip(UInt64(count * 16))
            }
        }
    }

    private mutating func skipIntegers(_ count: Int) throws(RDBFault) {
        for _ in 0..<count { _ = try integer() }
    }
}
