// Short ways to speak to the engine in tests.

import Base
import Engine
import Testing

/// An engine with one handle and verbs on strings.
struct TestEngine: ~Copyable {
    let engine: Engine
    var handle: EngineHandle

    init(
        memoryLimit: Int = 0, policy: EvictionPolicy = .noEviction, shards: Int? = 4, databases: Int = 4,
        seed: UInt64 = 1
    ) {
        var options = EngineOptions()
        options.memoryLimit = memoryLimit
        options.evictionPolicy = policy
        options.shardCount = shards
        options.databaseCount = databases
        options.hashSeed = seed
        // All of them: so that every test of snapshots is one of this, too.
        options.lockedWalkSizeMax = 0
        engine = Engine(options)
        handle = engine.makeHandle()
        handle.now = Milliseconds(1_000_000)
    }

    mutating func withKey<R>(_ key: [UInt8], _ database: Int = 0, _ body: (inout EngineHandle, Key) -> R) -> R {
        let span = unsafe key.span.bytes
        let key = handle.key(span, in: DatabaseIndex(database))
        return body(&handle, key)
    }

    mutating func get(_ key: String, _ database: Int = 0) -> [UInt8]? {
        var result: [UInt8]?
        _ = withKey(Array(key.utf8), database) { handle, key in
            handle.get(key) { item in result = item.value.copiedBytes() }
        }
        return result
    }

    mutating func text(_ key: String, _ database: Int = 0) -> String? {
        get(key, database).map { String(decoding: $0, as: UTF8.self) }
    }

    @discardableResult
    mutating func set(_ key: String, _ value: String, _ options: StoreOptions = StoreOptions(), _ database: Int = 0)
        -> StoreOutcome
    {
        set(key, Array(value.utf8), options, database)
    }

    @discardableResult
    mutating func set(_ key: String, _ value: [UInt8], _ options: StoreOptions = StoreOptions(), _ database: Int = 0)
        -> StoreOutcome
    {
        let value = unsafe value.span.bytes
        return withKey(Array(key.utf8), database) { handle, key in handle.store(key, value, options) }
    }

    /// Flags, CAS and expiry of an item.
    mutating func facts(_ key: String, _ database: Int = 0) -> (flags: UInt32, cas: UInt64, expiry: Int64)? {
        var result: (UInt32, UInt64, Int64)?
        _ = withKey(Array(key.utf8), database) { handle, key in
            handle.look(key) { item in result = (item.flags, item.cas, item.expiry.rawValue) }
        }
        return result
    }

    func check(_ context: String = "") {
        engine.checkInvariants { Issue.record("\(context): \($0)") }
    }
}
