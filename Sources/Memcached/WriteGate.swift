// While the disk fails that writes are meant for: reads go on, and no write is answered as if it were kept.

import Base
import Synchronization

extension MemcachedFrontEnd {
    /// Whether writes are refused, as `SERVER_ERROR out of disk`. Sessions look once a batch. Any thread.
    public var isReadOnly: Bool {
        get { self[detour: Detours.readOnly] }
        set { self[detour: Detours.readOnly] = newValue }
    }
}

extension MemcachedFrontEnd {
    /// Whether the data is being loaded: datagrams are then dropped, as datagrams may be. Connections wait outside.
    /// Any thread.
    public var isLoading: Bool {
        get { dropsDatagrams.load(ordering: .relaxed) }
        set { dropsDatagrams.store(newValue, ordering: .relaxed) }
    }
}

extension Verb {
    /// Whether the command is there to change something. `mg` is not, though its flags may touch.
    var changesItems: Bool {
        switch self {
        case .set, .add, .replace, .append, .prepend, .cas, .metaSet, .metaDelete, .metaArithmetic, .delete, .incr,
            .decr, .touch, .gat, .gats, .flushAll:
            true
        case .get, .gets, .metaGet, .metaNoop, .metaDebug, .version, .verbosity, .quit, .stats, .cacheMemoryLimit,
            .slabs, .lru, .shutdown, .refreshCertificates, .lruCrawler, .watch, .unknown:
            false
        }
    }
}

extension BinaryOpcode {
    var changesItems: Bool {
        switch self {
        case .set, .add, .replace, .delete, .increment, .decrement, .flush, .append, .prepend, .setQ, .addQ, .replaceQ,
            .deleteQ, .incrementQ, .decrementQ, .flushQ, .appendQ, .prependQ, .touch, .gat, .gatQ, .gatK, .gatKQ:
            true
        case .get, .getQ, .getK, .getKQ, .quit, .quitQ, .noop, .version, .stat, .verbosity, .saslMechanisms, .saslStart,
            .saslStep:
            false
        }
    }
}

extension MemcachedSession {
    /// Refuses a command that writes, its block with it. Nil if it may be served, or is so wrong that who serves it
    /// will say so.
    func refuseWrite(_ verb: Verb, _ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served? {
        guard verb.changesItems, let blockSize = blockSize(verb, line, input) else { return nil }
        if !isQuiet(line, input) { output.append(Reply.outOfDisk) }
        return .refused(end: line.next, blockSize: blockSize)
    }

    /// The size of the block behind a line, its end counted; nil if the line does not tell it.
    func blockSize(_ verb: Verb, _ line: Line, _ input: RawSpan) -> Int? {
        guard verb.hasBlock else { return 0 }
        var cursor = line.cursor
        // `set key flags exptime bytes`, `ms key bytes`.
        for _ in 0..<(verb == .metaSet ? 1 : 3) { guard cursor.next(input) != nil else { return nil } }
        guard let token = cursor.next(input), let size = input.unsigned(token), size <= UInt64(Self.valueSizeMax)
        else { return nil }
        return Int(size) + 2
    }

    /// As `refuseWrite` of text. Also a quiet command is told: its silence would mean that it was done.
    func refuseWrite(_ opcode: BinaryOpcode, _ request: BinaryRequest, _ output: inout OutputBuffer) -> Served? {
        guard opcode.changesItems else { return nil }
        output.append(errorFor: request, .outOfDisk)
        return .served(end: request.end)
    }
}
