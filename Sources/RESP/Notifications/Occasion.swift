// What a command is about to tell of the keys that it changes. This is the one place where a new command is given its
// event; what the engine's feed tells besides (that a key is gone, is new, has an expiry) follows by itself.

import Engine

/// What a thread is at, as the code that the engine tells with each change (`ReasonMark`).
///
///     | event: 7 bits | second event: 7 bits | replaces: 1 | tells misses: 1 |
struct Occasion: Equatable {
    private(set) var code: UInt16

    init(code: UInt16) { self.code = code }

    /// - Parameter also: told right behind the first.
    init(_ event: KeyEvent, also: KeyEvent = .unsaid, tellsMisses: Bool = false) {
        code = UInt16(event.rawValue) | UInt16(also.rawValue) << 7 | (tellsMisses ? Self.missing : 0)
    }

    private static let replacing: UInt16 = 1 << 14
    private static let missing: UInt16 = 1 << 15

    /// What is done by nobody's wish, or for clients that have waited.
    static var quiet: Occasion { Occasion(.nothing) }

    var event: KeyEvent { KeyEvent(rawValue: UInt8(code & 127)) ?? .nothing }
    var also: KeyEvent { KeyEvent(rawValue: UInt8(code >> 7 & 127)) ?? .unsaid }

    /// The old value goes for the sake of a new one: neither its end nor the new one's beginning is an event.
    var isReplacing: Bool {
        get { code & Self.replacing != 0 }
        set { code = newValue ? code | Self.replacing : code & ~Self.replacing }
    }

    /// Whether a key that is not there is told of. A thread that says nothing only reads with verbs that read.
    var tellsMisses: Bool { code & Self.missing != 0 || event == .unsaid }

    /// By raw value of `Command`.
    static let table: [UInt16] = Command.allCases.map { Occasion(of: $0).code }

    private init(of command: Command) {
        let spec = CommandTable.specs[Int(command.rawValue)]
        self.init(
            command.event,
            tellsMisses: command.readsBesides || (spec.flags.contains(.read) && !command.onlyLooksOn))
    }
}

extension Command {
    /// What is told of a key that it gives a new value, or takes something from.
    fileprivate var event: KeyEvent {
        switch self {
        case .set, .setnx, .setex, .psetex, .getset, .mset, .msetnx, .bitop: .set
        case .append: .append
        case .setrange: .setrange
        case .incr, .decr, .incrby, .decrby: .incrby
        case .incrbyfloat: .incrbyfloat
        case .setbit, .bitfield: .setbit
        case .pfadd, .pfmerge: .pfadd
        case .rename, .renamenx: .renameTo
        case .move: .moveTo
        case .copy: .copyTo
        case .restore, .restoreAsking: .restore
        case .sort: .sortstore
        case .lpush, .lpushx: .lpush
        case .rpush, .rpushx: .rpush
        case .lpop: .lpop
        case .rpop: .rpop
        case .linsert: .linsert
        case .lset: .lset
        case .lrem: .lrem
        case .ltrim: .ltrim
        case .sadd: .sadd
        case .srem, .smove: .srem
        case .spop: .spop
        case .sinterstore: .sinterstore
        case .sunionstore: .sunionstore
        case .sdiffstore: .sdiffstore
        case .hset, .hmset, .hsetnx: .hset
        case .hincrby: .hincrby
        case .hincrbyfloat: .hincrbyfloat
        case .hdel: .hdel
        case .zadd, .geoadd: .zadd
        case .zincrby: .zincr
        case .zrem: .zrem
        case .zremrangebyrank: .zremrangebyrank
        case .zremrangebyscore: .zremrangebyscore
        case .zremrangebylex: .zremrangebylex
        case .zpopmin: .zpopmin
        case .zpopmax: .zpopmax
        case .zunionstore: .zunionstore
        case .zinterstore: .zinterstore
        case .zdiffstore: .zdiffstore
        case .zrangestore: .zrangestore
        case .geosearchstore: .geosearchstore
        case .georadius, .georadiusbymember: .georadiusstore
        case .xadd: .xadd
        case .xtrim: .xtrim
        case .xdel: .xdel
        case .xsetid: .xsetid
        // The others change no value, or say themselves what they do to which key (those that move, wait, or have
        // subcommands).
        default: .nothing
        }
    }

    /// It writes, and looks keys up as who reads does.
    fileprivate var readsBesides: Bool {
        switch self {
        case .getset, .getdel, .getex, .set, .bitop, .pfmerge, .pfcount, .copy, .sort, .sinterstore, .sunionstore,
            .sdiffstore, .zunionstore, .zinterstore, .zdiffstore, .zrangestore, .geosearchstore, .georadius,
            .georadiusbymember, .xreadgroup, .xack, .xclaim, .xautoclaim, .xinfo, .bitfield:
            true
        default: false
        }
    }

    /// It reads, and a key that is not there is no news to it. Source: Redis LOOKUP_NONOTIFY.
    fileprivate var onlyLooksOn: Bool {
        switch self {
        case .object, .memory, .randomkey, .keys, .scan, .dbsize: true
        default: false
        }
    }
}

extension ReasonMark {
    var occasion: Occasion {
        get { Occasion(code: code) }
        // What is no news stays so, whatever is done.
        nonmutating set { if code != Self.noNews { code = newValue.code } }
    }

    /// Has other events told while `body` runs.
    func during<R>(_ event: KeyEvent, _ body: () -> R) -> R {
        let before = code
        occasion = Occasion(event)
        defer { code = before }
        return body()
    }

    /// Has another event told behind that of the command.
    func add(_ event: KeyEvent) {
        occasion = Occasion(occasion.event, also: event, tellsMisses: occasion.tellsMisses)
    }
}

extension EngineHandle {
    /// Deletes what `key` holds, as part of giving it another value: `isLast` if there is none to come. In a section
    /// that holds the key, and before the new value is put there under the same reason.
    mutating func clear(_ key: Key, isLast: Bool) {
        let mark = reason
        if isLast {
            _ = delete(key)
            return
        }
        mark.occasion.isReplacing = true
        // What was not there is new.
        if delete(key) != .deleted { mark.occasion.isReplacing = false }
    }
}
