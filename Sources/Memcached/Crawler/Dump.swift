// Dumps: every item of the database, or of some size classes, as lines, streamed.
//
// A dump takes a batch of buckets, writes their items, and is interrupted as soon as the output is full or enough
// buckets were seen; the transport calls again when the reader has taken most of what was written. So memory is
// bounded by the transport's own bounds, however many items there are and however slow the reader is.

import Base
import Engine

/// A dump under way on a connection.
struct Dump {
    enum Format {
        /// `lru_crawler metadump`: what there is to know of an item.
        case meta
        /// `lru_crawler mgdump`: a command that reads the item.
        case metaGet
        /// `stats cachedump`: key, size and expiry.
        case cache
    }

    let format: Format
    let classes: SizeClassSet
    /// Where the walk stands: the engine's scan cursor.
    var cursor: UInt64 = 0
    /// Of a cachedump.
    var itemsLeft = Int.max
    var bytesLeft = Int.max

    init(format: Format, classes: SizeClassSet) {
        self.format = format
        self.classes = classes
    }
}

extension MemcachedSession {
    /// Writes the next part of `dump`. The command's line stays in the input until the dump is over: it is what
    /// the connection is busy with.
    func continueDump(_ line: Line, _ output: inout OutputBuffer) -> Served {
        guard var dump else { return .served(end: line.next) }
        var stepsLeft = DumpLimits.stepsPerTurn
        repeat {
            dump.cursor = engine.scan(database, from: dump.cursor, count: DumpLimits.stepItemCount) { item in
                dump.append(item, &output, processStartedAt: frontEnd.startedAt)
            }
            stepsLeft -= 1
            if dump.cursor == 0 || dump.itemsLeft == 0 || dump.bytesLeft == 0 {
                output.append(dump.format == .metaGet ? Reply.metaMiss : Reply.end)
                self.dump = nil
                resumeOffset = 0
                return .served(end: line.next)
            }
        } while stepsLeft > 0 && !output.isOverSoftLimit
        self.dump = dump
        resumeOffset = line.arguments &- line.text.start
        return .interrupted
    }
}

extension Dump {
    /// One item's line, if the dump is about it.
    mutating func append(_ item: borrowing ItemView, _ output: inout OutputBuffer, processStartedAt: Milliseconds) {
        // Other kinds, and keys that no command of this door can name, are not there for it.
        guard item.kind == .string, 1...MemcachedSession.keySizeMax ~= item.key.byteCount,
            classes == .all || classes.contains(item.sizeClassIndex)
        else { return }
        switch format {
        case .meta: appendMeta(item, &output)
        case .metaGet: appendMetaGet(item, &output)
        case .cache: appendCache(item, &output, processStartedAt)
        }
    }

    /// `key=k exp=-1 la=1795689750 cas=1 fetch=no cls=1 size=69 flags=0 `, a line feed alone behind it.
    /// Source: memcached 1.6.45, crawler_metadump_eval.
    private func appendMeta(_ item: borrowing ItemView, _ output: inout OutputBuffer) {
        output.append("key=")
        output.append(uriEncoded: item.key)
        output.append(" exp=")
        if item.expiry.rawValue == 0 {
            output.append("-1")
        } else {
            output.append(decimal: item.expirySeconds)
        }
        output.append(" la=")
        output.append(decimal: item.accessedAt.seconds)
        MemcachedSession.appendFacts(item, &output)
        output.append(" flags=")
        output.append(decimal: UInt64(item.flags))
        output.append(" \n")
    }

    /// `mg key`, in base64 if the key was stored so or cannot be written otherwise.
    private func appendMetaGet(_ item: borrowing ItemView, _ output: inout OutputBuffer) {
        output.append("mg ")
        if item.hasBinaryKey || !item.key.isPlainKey {
            output.append(base64: item.key)
            output.append(" b\r\n")
        } else {
            output.append(item.key)
            output.append("\r\n")
        }
    }

    /// `ITEM key [3 b; 1795689850 s]`. Source: memcached, item_cachedump.
    private mutating func appendCache(
        _ item: borrowing ItemView, _ output: inout OutputBuffer, _ processStartedAt: Milliseconds
    ) {
        guard itemsLeft > 0 && bytesLeft > 0 && item.key.isPlainKey else { return }
        let mark = output.count
        output.append("ITEM ")
        output.append(item.key)
        output.append(" [")
        output.append(decimal: item.valueSize)
        output.append(" b; ")
        // An item without expiry shows when the server began: memcached's clock counts from there.
        output.append(
            decimal: item.expiry.rawValue == 0 ? processStartedAt.seconds : item.expirySeconds)
        output.append(" s]\r\n")
        let size = output.count &- mark
        if size > bytesLeft {
            output.truncate(to: mark)
            bytesLeft = 0
        } else {
            bytesLeft -= size
            itemsLeft -= 1
        }
    }
}

extension ItemView {
    /// When the time runs out, in seconds since 1970; a begun second counts whole.
    fileprivate var expirySeconds: Int64 { (expiry.rawValue + 999) / 1000 }
}

extension RawSpan {
    /// Whether this is a key that a command line can hold as it is: no blank, no control byte.
    var isPlainKey: Bool { firstBlankOrControl(from: 0) == byteCount }
}

extension OutputBuffer {
    /// Appends `bytes` with all but letters, digits and `-._~` written as `%2C`.
    /// Source: memcached, uriencode; RFC 3986, section 2.3.
    mutating func append(uriEncoded bytes: RawSpan) {
        for index in 0..<bytes.byteCount {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                append(byte)
            default:
                append(UInt8(ascii: "%"))
                append(Self.hexDigit(byte >> 4))
                append(Self.hexDigit(byte & 15))
            }
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }
}

enum DumpLimits {
    /// Items shown under one hold of a shard's lock: with a hundred bytes each, a few microseconds.
    static let stepItemCount = 32

    /// Steps in one turn of the connection. A dump of rare classes writes little: it must not hold up the worker.
    static let stepsPerTurn = 128

    /// A cachedump's reply. Source: memcached, item_cachedump.
    static let cacheDumpSizeMax = 2 << 20
}
