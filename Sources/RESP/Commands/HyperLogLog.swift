// Counting different things in little memory. Source: Redis 7.2 command reference, group "hyperloglog".

import Base
import Engine
import Synchronization

extension RESPSession {
    private func failHyperLogLog(_ output: inout OutputBuffer) {
        fail("WRONGTYPE Key is not a valid HyperLogLog string value.", &output)
    }

    private func failCorrupted(_ output: inout OutputBuffer) {
        fail("INVALIDOBJ Corrupted HLL object detected", &output)
    }

    /// The error reply of a verb that neither changed nor left the string.
    private func refuse(_ outcome: HyperLogLogOutcome, _ output: inout OutputBuffer) {
        switch outcome {
        case .notHyperLogLog: failHyperLogLog(&output)
        case .corrupted: failCorrupted(&output)
        case .otherKind: failKind(&output)
        case .outOfMemory: failMemory(&output)
        case .changed, .unchanged, .notFound: preconditionFailure("no error")
        }
    }

    private var hyperLogLogOptions: HyperLogLogOptions {
        var options = HyperLogLogOptions()
        options.sparseSizeMax = frontEnd.hyperLogLogSparseSizeMax.load(ordering: .relaxed)
        return options
    }

    func pfadd(_ request: Request, _ output: inout OutputBuffer) {
        var options = hyperLogLogOptions
        options.createsMissing = true
        let outcome = engine.raise(request.key(in: database), options, count: request.count - 2) { index in
            HyperLogLog.Register(of: request[2 + index])
        }
        switch outcome {
        case .changed: output.appendInteger(1)
        case .unchanged: output.appendInteger(0)
        case .notFound: preconditionFailure("it was to be created")
        case .notHyperLogLog, .corrupted, .otherKind, .outOfMemory: refuse(outcome, &output)
        }
    }

    func pfcount(_ request: Request, _ output: inout OutputBuffer) {
        if request.count > 2 { return countUnion(request, &output) }
        let outcome = engine.count(request.key(in: database)) { number in
            output.appendInteger(Int64(truncatingIfNeeded: number))
        }
        switch outcome {
        case .changed, .unchanged: break
        case .notFound: output.appendInteger(0)
        case .notHyperLogLog, .corrupted, .otherKind, .outOfMemory: refuse(outcome, &output)
        }
    }

    private func countUnion(_ request: Request, _ output: inout OutputBuffer) {
        let (shards, count) = gatherKeys(request, step: 1)
        let hashes = hashes
        let database = database
        var union = HyperLogLog.Union()
        var fault: HyperLogLogOutcome?
        engine.section(shards) { engine in
            fault = Self.add(request, count, hashes, database, to: &union, &engine)
        }
        if let fault { return refuse(fault, &output) }
        output.appendInteger(Int64(truncatingIfNeeded: union.cardinality))
    }

    /// Adds what the keys from argument 1 on hold. Returns what is wrong with the first that does not fit.
    private static func add(
        _ request: Request, _ count: Int, _ hashes: Scratch<UInt64>, _ database: DatabaseIndex,
        to union: inout HyperLogLog.Union, _ engine: inout EngineHandle
    ) -> HyperLogLogOutcome? {
        for index in 0..<count {
            let key = Key(request[1 + index], hash: KeyHash(rawValue: hashes[index]), in: database)
            var addition = HyperLogLog.Union.Addition.added
            let outcome = engine.get(key) { item in addition = union.add(item.value) }
            if outcome == .otherKind { return .otherKind }
            switch addition {
            case .added: break
            case .notOne: return .notHyperLogLog
            case .corrupted: return .corrupted
            }
        }
        return nil
    }

    func pfmerge(_ request: Request, _ output: inout OutputBuffer) {
        let (shards, count) = gatherKeys(request, step: 1)
        let hashes = hashes
        let database = database
        var options = hyperLogLogOptions
        options.createsMissing = true
        options.forgetsCardinality = true
        var union = HyperLogLog.Union()
        var outcome = HyperLogLogOutcome.changed
        engine.section(shards) { engine in
            if let fault = Self.add(request, count, hashes, database, to: &union, &engine) {
                outcome = fault
                return
            }
            options.makesDense = union.hasDense
            outcome = engine.raise(
                request.key(in: database), options, count: HyperLogLog.registerCount
            ) { index in union.register(index) }
        }
        switch outcome {
        case .changed, .unchanged: output.appendOK()
        case .notFound: preconditionFailure("it was to be created")
        case .notHyperLogLog, .corrupted, .otherKind, .outOfMemory: refuse(outcome, &output)
        }
    }

    // MARK: PFDEBUG

    func pfdebug(_ request: Request, _ output: inout OutputBuffer) {
        let key = engine.key(request[2], in: database)
        var shards = ShardSet()
        engine.insert(key.hash, into: &shards)
        var options = hyperLogLogOptions
        options.makesDense = request[1].equalsIgnoringCase("todense") || request[1].equalsIgnoringCase("getreg")
        engine.section(shards) { engine in
            let outcome = engine.raise(key, options, count: 0) { _ in HyperLogLog.Register(index: 0, value: 0) }
            switch outcome {
            case .changed, .unchanged:
                let isConverted = outcome == .changed
                _ = engine.look(key) { item in debug(request[1], item.value, isConverted: isConverted, &output) }
            case .notFound: fail("ERR The specified key does not exist", &output)
            case .notHyperLogLog, .corrupted, .otherKind, .outOfMemory: refuse(outcome, &output)
            }
        }
    }

    private func debug(_ word: RawSpan, _ value: RawSpan, isConverted: Bool, _ output: inout OutputBuffer) {
        if word.equalsIgnoringCase("encoding") {
            output.append(HyperLogLog.isDense(value) ? "+dense\r\n" : "+sparse\r\n")
        } else if word.equalsIgnoringCase("todense") {
            output.appendInteger(isConverted ? 1 : 0)
        } else if word.equalsIgnoringCase("getreg") {
            var union = HyperLogLog.Union()
            _ = union.add(value)
            output.appendArray(HyperLogLog.registerCount)
            for index in 0..<HyperLogLog.registerCount { output.appendInteger(Int(union.register(index).value)) }
        } else if word.equalsIgnoringCase("decode") {
            if HyperLogLog.isDense(value) { return fail("ERR HLL encoding is not sparse", &output) }
            var text = OutputBuffer(capacity: 1024)
            var offset = HyperLogLog.runsOffset
            while offset < value.byteCount, let run = HyperLogLog.run(value, at: offset) {
                if text.count > 0 { text.append(" ") }
                text.append(run.value > 0 ? "v:" : run.size > 1 ? "Z:" : "z:")
                if run.value > 0 {
                    text.append(decimal: Int(run.value))
                    text.append(",")
                }
                text.append(decimal: run.count)
                offset += run.size
            }
            output.appendBulk(text.span)
        } else {
            countError()
            output.append("-ERR Unknown PFDEBUG subcommand '")
            appendErrorText(word, word.byteCount, &output)
            output.append("'\r\n")
        }
    }
}
