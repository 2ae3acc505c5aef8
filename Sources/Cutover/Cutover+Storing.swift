// What the old server answered becomes an item, unless its key was decided meanwhile.

import Base
import Engine
import Migration
import RDB
import Synchronization

/// What became of a key that was asked for.
enum Arrival {
    case stored
    /// The old server does not have it either.
    case missing
    /// It is here by now, or went from here: that counts.
    case decided
    /// Without room for it.
    case unstored
    /// The old server does not give it, or nothing that can be read.
    case refused(String)
}

extension Cutover {
    /// Puts an answer in its place: atomically, if its key is still undecided. The journal is told as of any write.
    /// - Parameter answer: neither broken nor incomplete.
    func place(_ answer: OriginAnswer, for key: UndecidedKey, _ engine: inout EngineHandle) -> Arrival {
        switch answer {
        case .missing:
            remember(key.hash, key.database)
            return .missing
        case .string(let value, let facts):
            var options = StoreOptions()
            options.mode = .add
            options.flags = facts.flags
            options.isStale = facts.isStale
            options.hasBinaryKey = facts.hasBinaryKey
            if facts.timeToLive >= 0 {
                // A second that has begun is told as a whole one: no item ends too early.
                guard facts.timeToLive > 0 else { return forget(key) }
                options.expiry = Milliseconds(engine.now.rawValue + facts.timeToLive * 1000)
            }
            if self.options.isCASEnabled {
                let isOld = facts.cas > 0 && facts.cas < CutoverLimits.casBase
                options.casField = keepsCAS && isOld ? .exact(facts.cas) : .fresh
            }
            return placeIfUndecided(key, &engine) { engine in engine.store(key.key, value, options) }
        case .payload(let payload, let timeLeft):
            if let timeLeft, timeLeft <= 0 { return forget(key) }
            return place(payload: payload, timeLeft: timeLeft, for: key, &engine)
        case .refused(let reason): return .refused(reason)
        case .oversized(let size):
            // It will not be any smaller the next time.
            remember(key.hash, key.database)
            return .refused("its value has \(size) bytes, of \(wire.valueSizeMax) that are taken")
        case .broken, .incomplete: preconditionFailure("not an answer about a key")
        }
    }

    private func place(
        payload: RawSpan, timeLeft: Int64?, for key: UndecidedKey, _ engine: inout EngineHandle
    ) -> Arrival {
        do throws(RDBFault) {
            let limit = self.engine.memoryLimit
            var reader = RDBReader(try DumpPayload.open(payload), sizeMax: limit > 0 ? limit : .max)
            let facts = try reader.facts()
            var options = facts.storeOptions
            options.mode = .add
            options.casField = .none
            options.expiry = Milliseconds(timeLeft.map { engine.now.rawValue + min($0, 1 << 50) } ?? 0)
            var draft: ValueDraft? = try reader.value(for: engine)
            return placeIfUndecided(key, &engine) { engine in
                guard let draft = draft.take() else { return .notStored }
                return engine.store(key.key, draft, options)
            }
        } catch {
            if case .tooLarge = error { return .unstored }
            // It will not be any better the next time.
            remember(key.hash, key.database)
            return .refused("its payload cannot be read: \(error)")
        }
    }

    /// Its time is up there.
    private func forget(_ key: UndecidedKey) -> Arrival {
        remember(key.hash, key.database)
        return .missing
    }

    private func placeIfUndecided(
        _ key: UndecidedKey, _ engine: inout EngineHandle, _ store: (inout EngineHandle) -> StoreOutcome
    ) -> Arrival {
        var shards = ShardSet()
        engine.insert(key.hash, into: &shards)
        return engine.section(shards) { engine in
            // To who follows keys it was here all the time.
            engine.reason.code = ReasonMark.noNews
            defer { engine.reason.code = 0 }
            // The look comes first: it ends an item whose time is up, which then is remembered.
            if isOver || engine.look(key.key, { _ in }) || !covers(key.key) { return .decided }
            if tombstones.contains(Self.mark(key.hash, key.database)) { return .decided }
            switch store(&engine) {
            case .stored: return .stored
            case .outOfMemory, .tooLarge: return .unstored
            case .notStored, .exists, .notFound, .otherKind: return .decided
            }
        }
    }

    /// Counts what became of a key, and tells of the first that cannot be had.
    func count(_ arrival: Arrival, of key: UndecidedKey, bySweep: Bool) {
        switch arrival {
        case .stored:
            if bySweep {
                counts.swept.wrappingAdd(1, ordering: .relaxed)
            } else {
                counts.fetched.wrappingAdd(1, ordering: .relaxed)
            }
        case .missing: if !bySweep { counts.missing.wrappingAdd(1, ordering: .relaxed) }
        case .decided: counts.decided.wrappingAdd(1, ordering: .relaxed)
        case .unstored:
            if counts.unstored.wrappingAdd(1, ordering: .relaxed).newValue == 1 {
                pendingNotes.look { $0.append("Migration: an item found no room here; migrate_unstored counts them.") }
            }
        case .refused(let reason):
            if counts.refused.wrappingAdd(1, ordering: .relaxed).newValue == 1 {
                let name = OriginWire.shown(key.bytes.span.rawBytes)
                pendingNotes.look {
                    $0.append("Migration: the key \(name) cannot be had: \(reason); migrate_refused counts them.")
                }
            }
        }
    }
}
