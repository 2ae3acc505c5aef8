// What one worker has of scripts: its interpreter, what it has compiled, and the buffers of the calls.

import Base
import Engine
import Scripting
import Synchronization

/// A script that a worker can run.
struct Program {
    let script: Script
    let function: LuaFunction
}

/// What holds while one script runs.
struct ScriptRun {
    let script: Script
    let interpreter: Interpreter
    /// EVAL_RO and the like, or a script that says so.
    let readsOnly: Bool
    /// It did something that a second run would do again.
    var hasEffects = false
    var hasWritten = false
    /// The shards of its declared keys, while it is not known whether it touches others; all are held then.
    var declared: ShardSet?
    /// It touched a shard of none of its declared keys.
    var strayed = false
    /// It is being ended to be run again with all shards held.
    var needsAllShards = false
    /// redis.setresp.
    var version = ProtocolVersion.two
}

/// A worker's running script as others see it. Any thread.
struct ScriptProgress: ~Copyable, Sendable {
    /// Another number for each run, 0 while none runs.
    private let run = Atomic<Int>(0)
    private let hasWritten = Atomic<Bool>(false)
    private let isFunction = Atomic<Bool>(false)
    /// The run that is to be ended.
    private let killed = Atomic<Int>(-1)
    let isBusy = Atomic<Bool>(false)

    borrowing func begin(_ number: Int, isFunction: Bool) {
        self.isFunction.store(isFunction, ordering: .relaxed)
        hasWritten.store(false, ordering: .relaxed)
        run.store(number, ordering: .releasing)
    }

    /// It has run for so long that others are told, and has written.
    var isBusyWriter: Bool { isBusy.load(ordering: .relaxed) && hasWritten.load(ordering: .relaxed) }

    borrowing func end() { run.store(0, ordering: .releasing) }
    borrowing func noteWriting() { hasWritten.store(true, ordering: .relaxed) }

    /// Whether the run of this number is to be ended: it was killed, and has not written since.
    borrowing func isKilled(_ number: Int) -> Bool {
        killed.load(ordering: .acquiring) == number && !hasWritten.load(ordering: .relaxed)
    }

    enum KillOutcome { case killed, nothingRuns, hasWritten, otherKind }

    /// Has the script, or function, that runs now ended, unless it has written. Source: Redis 7 scriptKill.
    borrowing func kill(functions: Bool) -> KillOutcome {
        let number = run.load(ordering: .acquiring)
        if number == 0 { return .nothingRuns }
        if hasWritten.load(ordering: .relaxed) { return .hasWritten }
        if isFunction.load(ordering: .relaxed) != functions { return .otherKind }
        killed.store(number, ordering: .releasing)
        return .killed
    }
}

/// A function that runs. Source: Redis FUNCTION STATS.
struct RunningFunction {
    let name: String
    /// Of the call.
    let words: [[UInt8]]
    let startedAt: Milliseconds
}

/// Used by one worker's thread.
final class WorkerScripts: @unchecked Sendable {
    // Sendable for being kept in the worker's context: only the worker's thread uses it.
    private let cache: ScriptCache
    let functions: WorkerFunctions
    private var interpreter: Interpreter?
    private var programs: [SHA1Digest: Program] = [:]
    /// What EVALSHA ran last, and how it was named: mostly it is the same again.
    private var last: (name: [UInt8], program: Program)?
    private var generation = 0

    /// Words of the command that a script calls, and its reply.
    private var words: OutputBuffer? = OutputBuffer(capacity: 1024)
    private var reply: OutputBuffer? = OutputBuffer(capacity: 1024)
    let slots = Scratch<ArgumentSlot>(capacity: 16)
    /// The script that runs.
    var run: ScriptRun?
    /// Runs so far.
    private(set) var runCount = 0
    /// When the script began, by the clock that it is measured with.
    private(set) var runStartedAt = Milliseconds(0)
    /// It has run for so long that others are told.
    var isBusy = false

    /// Rows for requests that are served aside: the worker's own are in use then.
    let asideSlots = Scratch<ArgumentSlot>(capacity: 16)
    let asideQueue = Scratch<QueuedRequest>(capacity: RESPLimits.batchCountMax)
    let asideHashes = Scratch<UInt64>(capacity: 16)
    /// A request is being served aside: this thread holds shards, or waits for some.
    var servesAside = false

    /// What other threads may know of the script that runs, and how they end it.
    let progress = ScriptProgress()

    /// Bytes of the interpreter, for INFO.
    let memorySize = Atomic<Int>(0)

    /// The words of the function call that is being served, with the size of each.
    private var keptWords = OutputBuffer(capacity: 256)
    private var keptSizes: [Int] = []
    /// The function that runs, once it has run for some while.
    let shown = Spinning<RunningFunction?>(nil)
    private var isShown = false

    init(_ cache: ScriptCache, _ functions: FunctionRegistry) {
        self.cache = cache
        self.functions = WorkerFunctions(functions)
    }

    deinit {
        slots.deallocate()
        asideSlots.deallocate()
        asideQueue.deallocate()
        asideHashes.deallocate()
    }

    /// The interpreter of scripts, fresh after a flush; nil if there is no memory for one.
    func readyInterpreter() -> Interpreter? {
        let current = cache.generation.load(ordering: .acquiring)
        if generation != current {
            generation = current
            programs = [:]
            last = nil
            interpreter = nil
        }
        if let interpreter { return interpreter }
        interpreter = Interpreter.make(
            memorySizeMax: RESPLimits.interpreterSizeMax, version: "7.2.0",
            versionNumber: 0x0007_0200)
        noteMemory()
        return interpreter
    }

    /// The program that 40 digits name; nil if the cache knows none.
    /// - Precondition: as below.
    func program(named name: RawSpan) -> Program? {
        if let last, name.equals(last.name.span.rawBytes) { return last.program }
        guard let digest = SHA1Digest(hexadecimal: name), let program = program(digest) else { return nil }
        last = (name.copiedBytes(), program)
        return program
    }

    /// The program of a script that the cache knows; nil if it does not.
    /// - Precondition: `readyInterpreter` was called in this turn.
    func program(_ digest: SHA1Digest) -> Program? {
        if let known = programs[digest] { return known }
        guard let script = cache[digest], case .success(let program) = compile(script) else { return nil }
        programs[digest] = program
        return program
    }

    /// Compiles a text that the cache does not know, and makes it known.
    /// - Precondition: as above.
    func add(_ source: RawSpan, _ digest: SHA1Digest) -> Result<Program, Refusal> {
        switch Script.readFirstLine(source) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let line):
            let script = Script(
                name: digest.hexadecimal, flags: line.flags, source: source.copiedBytes(), programStart: line.start)
            return compile(script).map { program in
                let known = Program(
                    script: cache.insert(script, digest), function: program.function)
                programs[digest] = known
                return known
            }
        }
    }

    private func compile(_ script: Script) -> Result<Program, Refusal> {
        guard let interpreter else { return .failure(Refusal("not enough memory for the interpreter")) }
        // Programs that were not used for long would fill the interpreter in the end: all are compiled anew when
        // needed.
        if interpreter.memorySize > RESPLimits.interpreterSizeMax / 2 { forgetPrograms(interpreter) }
        let source = script.source
        let text = source.span.rawBytes
        defer { noteMemory() }
        switch interpreter.compile(text.slice(script.programStart, text.byteCount), name: "@user_script") {
        case .success(let function): return .success(Program(script: script, function: function))
        case .failure(let failure):
            return .failure(Refusal("Error compiling script (new function): \(failure.text)"))
        }
    }

    func begin(_ run: ScriptRun, now: Milliseconds) {
        self.run = run
        runCount &+= 1
        runStartedAt = now
        progress.begin(runCount, isFunction: run.script.isFunction)
    }

    /// Returns what became of the run.
    func end() -> ScriptRun? {
        progress.end()
        if isShown {
            isShown = false
            shown.withLock { $0 = nil }
        }
        return run.take()
    }

    // MARK: What others see

    /// Keeps the words of a function call: nobody can tell them while it runs.
    func keepWords(of request: Request) {
        keptWords.removeAll()
        keptWords.shrink(to: RESPLimits.scriptBufferKept)
        keptSizes.removeAll(keepingCapacity: keptSizes.capacity <= RESPLimits.slotCountKept)
        for index in 0..<request.count {
            keptWords.append(request[index])
            keptSizes.append(request[index].byteCount)
        }
    }

    /// Lets others see the function that runs.
    func show() {
        guard !isShown, let run, run.script.isFunction else { return }
        isShown = true
        var words: [[UInt8]] = []
        var start = 0
        for size in keptSizes {
            words.append(keptWords.span.slice(start, start + size).copiedBytes())
            start += size
        }
        let function = RunningFunction(name: run.script.name, words: words, startedAt: runStartedAt)
        shown.withLock { $0 = function }
    }

    private func forgetPrograms(_ interpreter: Interpreter) {
        for program in programs.values { interpreter.forget(program.function) }
        programs = [:]
        last = nil
        interpreter.collectGarbage()
    }

    /// The buffers are taken out while they are used, and given back empty: a command may not find them in use.
    func takeWords() -> OutputBuffer { words.take() ?? OutputBuffer(capacity: 1024) }
    func takeReply() -> OutputBuffer { reply.take() ?? OutputBuffer(capacity: 1024) }

    func give(words: consuming OutputBuffer, reply: consuming OutputBuffer) {
        words.removeAll()
        words.shrink(to: RESPLimits.scriptBufferKept)
        self.words = consume words
        reply.removeAll()
        reply.shrink(to: RESPLimits.scriptBufferKept)
        self.reply = consume reply
    }

    func noteMemory() { memorySize.store(interpreter?.memorySize ?? 0, ordering: .relaxed) }
}
