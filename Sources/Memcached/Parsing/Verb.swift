// The names of commands, recognised eight bytes at a time.

import Base

/// A command of the text protocol.
enum Verb: UInt8 {
    case get, gets, gat, gats
    case set, add, replace, append, prepend, cas
    case metaGet, metaSet, metaDelete, metaArithmetic, metaNoop, metaDebug
    case delete, incr, decr, touch
    case flushAll, version, verbosity, quit, stats, cacheMemoryLimit
    case slabs, lru, shutdown, refreshCertificates
    case lruCrawler, watch
    case unknown

    /// Whether a block of data follows the line.
    var hasBlock: Bool {
        switch self {
        case .set, .add, .replace, .append, .prepend, .cas, .metaSet: true
        case .get, .gets, .gat, .gats, .metaGet, .metaDelete, .metaArithmetic, .metaNoop, .metaDebug, .delete,
            .incr, .decr, .touch, .flushAll, .version, .verbosity, .quit, .stats, .cacheMemoryLimit, .slabs,
            .lru, .shutdown, .refreshCertificates, .lruCrawler, .watch, .unknown:
            false
        }
    }

    /// - Parameter name: the line up to its first blank; case matters.
    init(_ name: RawSpan) {
        guard name.byteCount <= 8 else {
            self = Self.long(name)
            return
        }
        var word: UInt64 = 0
        for index in 0..<name.byteCount { word |= UInt64(name[index]) << UInt64(index &* 8) }
        self = Self.short(word)
    }

    private static func short(_ word: UInt64) -> Verb {
        switch word {
        case Words.get: .get
        case Words.gets: .gets
        case Words.set: .set
        case Words.mg: .metaGet
        case Words.ms: .metaSet
        case Words.md: .metaDelete
        case Words.ma: .metaArithmetic
        case Words.mn: .metaNoop
        case Words.me: .metaDebug
        case Words.add: .add
        case Words.cas: .cas
        case Words.gat: .gat
        case Words.gats: .gats
        case Words.incr: .incr
        case Words.decr: .decr
        case Words.touch: .touch
        case Words.delete: .delete
        case Words.replace: .replace
        case Words.append: .append
        case Words.prepend: .prepend
        case Words.version: .version
        case Words.quit: .quit
        case Words.stats: .stats
        case Words.slabs: .slabs
        case Words.lru: .lru
        case Words.shutdown: .shutdown
        case Words.watch: .watch
        default: .unknown
        }
    }

    private static func long(_ name: RawSpan) -> Verb {
        if name.equals("flush_all") { return .flushAll }
        if name.equals("verbosity") { return .verbosity }
        if name.equals("cache_memlimit") { return .cacheMemoryLimit }
        if name.equals("lru_crawler") { return .lruCrawler }
        if name.equals("refresh_certs") { return .refreshCertificates }
        return .unknown
    }
}

/// Names as numbers: the first byte lowest, zeros behind.
enum Words {
    static var mg: UInt64 { 0x676D }
    static var ms: UInt64 { 0x736D }
    static var md: UInt64 { 0x646D }
    static var ma: UInt64 { 0x616D }
    static var mn: UInt64 { 0x6E6D }
    static var me: UInt64 { 0x656D }
    static var get: UInt64 { 0x74_6567 }
    static var gat: UInt64 { 0x74_6167 }
    static var set: UInt64 { 0x74_6573 }
    static var add: UInt64 { 0x64_6461 }
    static var cas: UInt64 { 0x73_6163 }
    static var gets: UInt64 { 0x7374_6567 }
    static var gats: UInt64 { 0x7374_6167 }
    static var incr: UInt64 { 0x7263_6E69 }
    static var decr: UInt64 { 0x7263_6564 }
    static var quit: UInt64 { 0x7469_7571 }
    static var touch: UInt64 { 0x68_6375_6F74 }
    static var watch: UInt64 { 0x68_6374_6177 }
    static var stats: UInt64 { 0x73_7461_7473 }
    static var slabs: UInt64 { 0x73_6261_6C73 }
    static var lru: UInt64 { 0x75_726C }
    static var shutdown: UInt64 { 0x6E77_6F64_7475_6873 }
    static var delete: UInt64 { 0x6574_656C_6564 }
    static var append: UInt64 { 0x646E_6570_7061 }
    static var replace: UInt64 { 0x65_6361_6C70_6572 }
    static var prepend: UInt64 { 0x64_6E65_7065_7270 }
    static var version: UInt64 { 0x6E_6F69_7372_6576 }
}
