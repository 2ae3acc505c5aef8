// Commands on several keys at once: their shards are held together, so that nothing comes between.

import Base
import Engine

extension RESPSession {
    /// Hashes the keys at arguments `first`, `first` + step …, leaving the hashes in `hashes`; returns their shards.
    /// The first keys are loaded into the cache before the shards are taken, so that these are held for a shorter time.
    func gatherKeys(_ request: Request, from first: Int = 1, step: Int) -> (shards: ShardSet, count: Int) {
        let count = (request.count &- first) / step
        return (gatherKeys(request, from: first, step: step, count: count), count)
    }

    /// As above, of `count` keys.
    func gatherKeys(_ request: Request, from first: Int, step: Int = 1, count: Int) -> ShardSet {
        hashes.reserve(count)
        var shards = ShardSet()
        for index in 0..<count {
            let hash = engine.hash(request[first &+ index &* step])
            hashes[index] = hash.rawValue
            engine.insert(hash, into: &shards)
            if index < RESPLimits.batchCountMax { engine.prefetchBucket(hash, in: database) }
        }
        for index in 0..<min(count, RESPLimits.batchCountMax) {
            engine.prefetchItem(KeyHash(rawValue: hashes[index]), in: database)
        }
        return shards
    }

    /// Runs `body` for each key in order, all shards held, loading a chunk of keys into the cache before its turn.
    @inline(__always)
    func section(
        _ request: Request, step: Int, _ shards: ShardSet, _ count: Int,
        _ body: (inout EngineHandle, Key, _ index: Int) -> Void
    ) {
        let hashes = hashes
        let database = database
        engine.section(shards) { engine in
            var start = 0
            while start < count {
                let end = min(start &+ RESPLimits.batchCountMax, count)
                if start > 0 {
                    for index in start..<end { engine.prefetchBucket(KeyHash(rawValue: hashes[index]), in: database) }
                    for index in start..<end { engine.prefetchItem(KeyHash(rawValue: hashes[index]), in: database) }
                }
                for index in start..<end {
                    let key = Key(
                        request[1 &+ index &* step], hash: KeyHash(rawValue: hashes[index]), in: database)
                    body(&engine, key, index)
                }
                start = end
            }
        }
    }

    func mget(_ request: Request, _ output: inout OutputBuffer) {
        let (shards, count) = gatherKeys(request, step: 1)
        let version = version
        output.appendArray(count)
        section(request, step: 1, shards, count) { engine, key, _ in
            switch engine.get(key, { item in output.appendBulk(valueOf: item) }) {
            case .hit: break
            case .miss, .expired, .otherKind: output.appendNull(version)
            }
        }
    }

    func mset(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count % 2 == 1 else { return refusePairs("mset", &output) }
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        let (shards, count) = gatherKeys(request, step: 2)
        var isStored = true
        let mayOvershoot = engine.mayOvershoot
        section(request, step: 2, shards, count) { engine, key, index in
            guard isStored else { return }
            isStored = engine.store(key, request[2 &+ index &* 2], StoreOptions()) == .stored
            // All or nothing: what follows the first may go over the memory limit, as it may in Redis.
            engine.mayOvershoot = mayOvershoot || (isStored && index &+ 1 < count)
        }
        isStored ? output.appendOK() : failMemory(&output)
    }

    func msetnx(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count % 2 == 1 else { return refusePairs("msetnx", &output) }
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        let (shards, count) = gatherKeys(request, step: 2)
        let hashes = hashes
        let database = database
        var outcome = StoreOutcome.stored
        let mayOvershoot = engine.mayOvershoot
        engine.section(shards) { engine in
            for index in 0..<count {
                let key = Key(request[1 &+ index &* 2], hash: KeyHash(rawValue: hashes[index]), in: database)
                if engine.look(key, { _ in }) {
                    outcome = .notStored
                    return
                }
            }
            for index in 0..<count {
                let key = Key(request[1 &+ index &* 2], hash: KeyHash(rawValue: hashes[index]), in: database)
                outcome = engine.store(key, request[2 &+ index &* 2], StoreOptions())
                engine.mayOvershoot = mayOvershoot || (outcome == .stored && index &+ 1 < count)
                if outcome != .stored { return }
            }
        }
        switch outcome {
        case .stored: output.appendInteger(1)
        case .notStored: output.appendInteger(0)
        case .outOfMemory: failMemory(&output)
        case .tooLarge: failSize(&output)
        case .exists, .notFound, .otherKind: preconditionFailure("an unconditional store has no such outcome")
        }
    }

    func refusePairs(_ command: StaticString, _ output: inout OutputBuffer) {
        countError()
        output.append("-ERR wrong number of arguments for '")
        output.append(command)
        output.append("' command\r\n")
    }

    /// DEL, UNLINK.
    func delete(_ request: Request, _ output: inout OutputBuffer) {
        if request.count == 2 {
            output.appendInteger(engine.delete(request.key(in: database)) == .deleted ? 1 : 0)
            return
        }
        let (shards, count) = gatherKeys(request, step: 1)
        var deleted = 0
        section(request, step: 1, shards, count) { engine, key, _ in
            if engine.delete(key) == .deleted { deleted &+= 1 }
        }
        output.appendInteger(deleted)
    }

    /// EXISTS, TOUCH. The latter counts as use even for who has CLIENT NO-TOUCH on.
    func exists(_ request: Request, touches: Bool, _ output: inout OutputBuffer) {
        let leavesAccess = engine.leavesAccess
        if touches && leavesAccess { engine.leavesAccess = false }
        defer { if leavesAccess { engine.leavesAccess = true } }
        if request.count == 2 {
            output.appendInteger(engine.exists(request.key(in: database), touches: touches) ? 1 : 0)
            return
        }
        let (shards, count) = gatherKeys(request, step: 1)
        var found = 0
        section(request, step: 1, shards, count) { engine, key, _ in
            if engine.exists(key, touches: touches) { found &+= 1 }
        }
        output.appendInteger(found)
    }
}
