// EVAL, EVALSHA, EVAL_RO, EVALSHA_RO, SCRIPT. Source: Redis 7 command reference, group "scripting".

import Base
import Engine
import Scripting
import Synchronization

extension RESPSession {
    func eval(_ request: Request, readsOnly: Bool, _ output: inout OutputBuffer) {
        showCall(request)
        guard let keyCount = scriptKeyCount(request, &output) else { return }
        guard scripts.run == nil, let interpreter = scripts.readyInterpreter() else { return failInterpreter(&output) }
        let source = request[1]
        let digest = SHA1Digest(of: source)
        if let program = scripts.program(digest) {
            return run(program, interpreter, request, keyCount, readsOnly: readsOnly, &output)
        }
        switch scripts.add(source, digest) {
        case .success(let program): run(program, interpreter, request, keyCount, readsOnly: readsOnly, &output)
        case .failure(let refusal): fail(made: "ERR \(refusal.text)", &output)
        }
    }

    func evalsha(_ request: Request, readsOnly: Bool, _ output: inout OutputBuffer) {
        showCall(request)
        guard let keyCount = scriptKeyCount(request, &output) else { return }
        guard scripts.run == nil, let interpreter = scripts.readyInterpreter() else { return failInterpreter(&output) }
        guard let program = scripts.program(named: request[1]) else {
            return fail("NOSCRIPT No matching script. Please use EVAL.", &output)
        }
        run(program, interpreter, request, keyCount, readsOnly: readsOnly, &output)
    }

    private func failInterpreter(_ output: inout OutputBuffer) {
        fail("ERR There is no memory for an interpreter", &output)
    }

    private func scriptKeyCount(_ request: Request, _ output: inout OutputBuffer) -> Int? {
        guard let count = request[2].canonicalSignedDecimal() else {
            failInteger(&output)
            return nil
        }
        return keyCount(count, request, &output)
    }

    func keyCount(_ count: Int64, _ request: Request, _ output: inout OutputBuffer) -> Int? {
        if count > Int64(request.count - 3) {
            fail("ERR Number of keys can't be greater than number of args", &output)
            return nil
        }
        if count < 0 {
            fail("ERR Number of keys can't be negative", &output)
            return nil
        }
        return Int(count)
    }

    func script(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: ScriptSubcommand = subcommand(.script, request, &output) else { return }
        switch subcommand {
        case .help: help(.script, request, &output)
        case .load:
            guard scripts.readyInterpreter() != nil else { return failInterpreter(&output) }
            let digest = SHA1Digest(of: request[2])
            if scripts.program(digest) == nil, case .failure(let refusal) = scripts.add(request[2], digest) {
                return fail(made: "ERR \(refusal.text)", &output)
            }
            output.appendBulk(digest.hexadecimal)
        case .exists:
            output.appendArray(request.count - 2)
            for index in 2..<request.count {
                let script = SHA1Digest(hexadecimal: request[index]).flatMap { frontEnd.scriptCache[$0] }
                output.appendInteger(script == nil ? 0 : 1)
            }
        case .flush:
            let isKnown = request.count == 2 || request.count == 3
                && (request[2].equalsIgnoringCase("async") || request[2].equalsIgnoringCase("sync"))
            guard isKnown else { return fail("ERR SCRIPT FLUSH only support SYNC|ASYNC option", &output) }
            frontEnd.scriptCache.removeAll()
            output.appendOK()
        case .kill: killScripts(functions: false, &output)
        case .debug:
            if request[2].equalsIgnoringCase("no") { return output.appendOK() }
            if request[2].equalsIgnoringCase("yes") || request[2].equalsIgnoringCase("sync") {
                return fail("ERR This server has no debugger for scripts", &output)
            }
            fail("ERR Use SCRIPT DEBUG YES/SYNC/NO", &output)
        }
    }

    func killScripts(functions: Bool, _ output: inout OutputBuffer) {
        switch frontEnd.killScripts(functions: functions) {
        case .killed: output.appendOK()
        case .nothingRuns: fail("NOTBUSY No scripts in execution right now.", &output)
        case .hasWritten: fail(Self.unkillable, &output)
        case .otherKind: fail(functions ? Self.busyScript : Self.busyFunction, &output)
        }
    }

    /// Source: Redis 7 scriptKill.
    private static var unkillable: StaticString {
        """
        UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the \
        script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.
        """
    }

    // MARK: Running

    /// Runs a program with the keys and arguments of `request`, in one engine section.
    ///
    /// A script holds the shards of the keys that it declares, if it was seen to touch no others; else all of them. One
    /// that then touches another key tries to take its shard too, without waiting: who holds it might wait for ours. If
    /// that fails, it is run again from its beginning with all shards, or ends with an error if it had effects already,
    /// and whatever comes, it holds all shards from the next run on.
    func run(
        _ program: Program, _ interpreter: Interpreter, _ request: Request, _ keyCount: Int, readsOnly: Bool,
        _ output: inout OutputBuffer
    ) {
        let script = program.script
        guard mayBegin(script, readsOnly: readsOnly, &output) else { return }
        let reach = script.reach.load(ordering: .relaxed)
        var declared = ShardSet()
        if reach != .anyKeys {
            for index in 0..<keyCount {
                let hash = engine.hash(request[3 + index])
                engine.insert(hash, into: &declared)
                if index < RESPLimits.scriptKeysAhead { engine.prefetchBucket(hash, in: database) }
            }
        }
        var shards = reach == .declaredKeys && !engine.isInSection ? declared : .all
        let start = output.count
        while true {
            var begun = ScriptRun(
                script: script, interpreter: interpreter,
                readsOnly: readsOnly || script.flags.contains(.noWrites))
            begun.declared = reach == .unknown ? declared : nil
            scripts.begin(begun, now: engine.now)
            runOnce(program, interpreter, request, keyCount, shards, &output)
            if scripts.isBusy { endBusyScript() }
            guard let run = scripts.end() else { return }
            if run.strayed {
                script.reach.store(.anyKeys, ordering: .relaxed)
            } else if reach == .unknown {
                script.reach.store(.declaredKeys, ordering: .relaxed)
            }
            guard run.needsAllShards else { return }
            output.truncate(to: start)
            shards = .all
        }
    }

    private func runOnce(
        _ program: Program, _ interpreter: Interpreter, _ request: Request, _ keyCount: Int, _ shards: ShardSet,
        _ output: inout OutputBuffer
    ) {
        let stack = interpreter.stack
        // A function gets as arguments what a script finds as globals.
        let isFunction = program.script.isFunction
        if isFunction { interpreter.push(program.function) }
        stack.pushTable(elements: keyCount)
        for index in 0..<keyCount {
            stack.push(request[3 + index])
            stack.setElement(index + 1)
        }
        if !isFunction { interpreter.setGlobal("KEYS") }
        let argumentCount = request.count - 3 - keyCount
        stack.pushTable(elements: argumentCount)
        for index in 0..<argumentCount {
            stack.push(request[3 + keyCount + index])
            stack.setElement(index + 1)
        }
        if !isFunction {
            interpreter.setGlobal("ARGV")
            interpreter.push(program.function)
        }
        // What it will look at is on its way while the interpreter begins.
        for index in 0..<min(keyCount, RESPLimits.scriptKeysAhead) {
            engine.prefetchItem(engine.hash(request[3 + index]), in: database)
        }
        let before = (database: database, version: version, isExecuting: isExecuting, overshoots: engine.mayOvershoot)
        var outside = engine
        outside.section(shards) { inside in
            engine = inside
            version = .two
            isExecuting = true
            interpreter.call(argumentCount: isFunction ? 2 : 0, for: self) { stack, outcome in
                version = before.version
                switch outcome {
                case .done: appendResult(stack, &output)
                case .failed: appendFailure(stack, program.script, &output)
                }
            }
            version = before.version
            database = before.database
            isExecuting = before.isExecuting
            engine.mayOvershoot = before.overshoots
            inside = engine
        }
        engine = outside
        scripts.noteMemory()
    }

    /// Whether a script may run at all, by what it says of itself; if not, it was refused.
    /// Source: Redis 7 getCommandFlags, processCommand; scriptPrepareForRun.
    private func mayBegin(_ script: Script, readsOnly: Bool, _ output: inout OutputBuffer) -> Bool {
        if script.flags.contains(.untold) || script.flags.contains(.noWrites) { return true }
        if !script.flags.contains(.allowsFullMemory) && !engine.makeRoomToWrite() {
            failMemory(&output)
            return false
        }
        switch frontEnd.gateState {
        case .open, .loading: break
        case .readOnly:
            fail(Self.cannotSave, &output)
            return false
        case .logFails:
            fail(Self.cannotLog, &output)
            return false
        }
        if readsOnly {
            fail("ERR Can not execute a script with write flag using *_ro command.", &output)
            return false
        }
        return true
    }

    /// Counts an error reply whose text is on top, and its table at `place`: one that a command gave was counted there.
    /// Source: Redis 7 luaCallFunction, "ignore_error_stats_update".
    func countScriptError(_ stack: LuaStack, of place: Int) {
        stack.pushField("ignore_error_stats_update", of: place)
        let isCounted = stack.boolean(-1)
        stack.pop()
        isCounted ? countFailure() : countError(FirstWord(stack.bytes(-1).copiedText()))
    }

    /// Source: Redis 7 luaCallFunction.
    private func appendFailure(_ stack: LuaStack, _ script: Script, _ output: inout OutputBuffer) {
        guard stack.kind(-1) == .table, stack.makeRoom(4) else {
            countError()
            output.append("-ERR Error running script \(script.name), ")
            appendErrorText(stack.bytes(-1), 100, &output)
            output.append("\r\n")
            return
        }
        stack.pushField("err", of: -1)
        output.append("-")
        let isText = stack.kind(-1) == .string || stack.kind(-1) == .number
        countScriptError(stack, of: -2)
        if isText { appendLineText(stack.bytes(-1), &output) } else { output.append("ERR unknown error") }
        stack.pushField("source", of: -2)
        stack.pushField("line", of: -3)
        if stack.kind(-1) == .number && stack.kind(-2) == .string {
            output.append(" script: \(script.name), on ")
            appendLineText(stack.bytes(-2), &output)
            output.append(":")
            appendLineText(stack.bytes(-1), &output)
            output.append(".")
        }
        output.append("\r\n")
    }
}
