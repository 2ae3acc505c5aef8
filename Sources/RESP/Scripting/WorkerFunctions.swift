// What one worker has of libraries of functions: an interpreter for them, and what is loaded in it.

import Base
import Scripting
import Synchronization

/// Used by one thread.
final class WorkerFunctions {
    private let registry: FunctionRegistry
    private var interpreter: Interpreter?
    /// As it was when this worker last looked.
    private var set: FunctionSet
    private var generation: Int
    /// What is loaded here, each with its functions in the library's order.
    private var loaded: [ObjectIdentifier: LoadedLibrary] = [:]

    /// Bytes of the interpreter, for INFO.
    let memorySize = Atomic<Int>(0)

    /// A library in an interpreter.
    struct LoadedLibrary {
        let library: FunctionLibrary
        let functions: [LuaFunction]
    }

    /// A set with a library that is loaded here.
    struct Addition {
        let set: FunctionSet
        let added: LoadedLibrary
    }

    init(_ registry: FunctionRegistry) {
        self.registry = registry
        generation = registry.generation.load(ordering: .acquiring)
        set = registry.current
    }

    /// All libraries as they are now; what is gone is dropped here.
    func current() -> FunctionSet {
        let now = registry.generation.load(ordering: .acquiring)
        if now != generation {
            generation = now
            set = registry.current
            forgetOthers()
        }
        return set
    }

    private func forgetOthers() {
        if set.libraries.isEmpty {
            // A library may have filled it: nothing of that stays.
            interpreter = nil
            loaded = [:]
            return noteMemory()
        }
        let kept = Set(set.libraries.map { ObjectIdentifier($0) })
        for (key, library) in loaded where !kept.contains(key) { forget(library, key) }
    }

    private func forget(_ library: LoadedLibrary, _ key: ObjectIdentifier) {
        for function in library.functions { interpreter?.forget(function) }
        loaded[key] = nil
    }

    private func readyInterpreter() -> Interpreter? {
        if let interpreter { return interpreter }
        interpreter = Interpreter.make(
            memorySizeMax: RESPLimits.interpreterSizeMax, version: "7.2.0", versionNumber: 0x0007_0200,
            servesFunctions: true)
        return interpreter
    }

    func noteMemory() { memorySize.store(interpreter?.memorySize ?? 0, ordering: .relaxed) }

    // MARK: Loading

    /// Loads a library here that may join `set`.
    /// - Returns: a set that has it: what is published becomes known to all. What is not must be dropped.
    /// Source: Redis 7 functionsCreateWithLibraryCtx.
    func add(
        _ code: RawSpan, to set: FunctionSet, replaces: Bool, _ host: any ScriptHost
    ) -> Result<Addition, Refusal> {
        switch LibraryHeader.read(code) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let header):
            if !replaces && set.library(header.name) != nil {
                return .failure(Refusal("Library '\(header.name)' already exists"))
            }
            return load(header, code, host).flatMap { added in
                switch set.joining([added.library], replaces: true) {
                case .failure(let refusal):
                    drop([added])
                    return .failure(refusal)
                case .success(let joined): return .success(Addition(set: joined, added: added))
                }
            }
        }
    }

    /// Drops what came to nothing.
    func drop(_ libraries: [LoadedLibrary]) {
        for library in libraries { forget(library, ObjectIdentifier(library.library)) }
    }

    private func load(
        _ header: LibraryHeader, _ code: RawSpan, _ host: any ScriptHost
    ) -> Result<LoadedLibrary, Refusal> {
        switch run(code, from: header.programStart, host) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let registered):
            guard !registered.isEmpty else { return .failure(Refusal("No functions registered")) }
            let functions = registered.map { function in
                let name = String(decoding: function.name, as: UTF8.self)
                let flags = ScriptFlags(rawValue: function.flags)
                return LibraryFunction(description: function.description, script: Script(functionName: name, flags))
            }
            let library = FunctionLibrary(
                name: header.name, code: code.copiedBytes(), programStart: header.programStart, functions: functions)
            let made = LoadedLibrary(library: library, functions: registered.map(\.function))
            loaded[ObjectIdentifier(library)] = made
            return .success(made)
        }
    }

    private func run(
        _ code: RawSpan, from start: Int, _ host: any ScriptHost
    ) -> Result<[RegisteredFunction], Refusal> {
        guard let interpreter = readyInterpreter() else {
            return .failure(Refusal("not enough memory for the interpreter"))
        }
        defer { noteMemory() }
        return interpreter.load(
            code.slice(start, code.byteCount), name: "@user_function", flagNames: ScriptFlags.names.map(\.1),
            for: host
        ).mapError { Refusal($0.text) }
    }

    // MARK: Running

    /// A function of the current set, loaded here if it was not yet.
    func program(
        _ library: FunctionLibrary, _ index: Int, _ host: @autoclosure () -> LibraryLoading
    ) -> Result<(program: Program, interpreter: Interpreter), Refusal> {
        let key = ObjectIdentifier(library)
        if loaded[key] == nil, let refusal = reload(library, key, host()) {
            // Others may be in the way: it has the interpreter for itself then, and they come when they are needed.
            guard loaded.count > 0 else { return .failure(refusal) }
            interpreter = nil
            loaded = [:]
            if let refusal = reload(library, key, host()) { return .failure(refusal) }
        }
        guard let here = loaded[key], let interpreter else { return .failure(Refusal("the function is not loaded")) }
        let program = Program(script: library.functions[index].script, function: here.functions[index])
        return .success((program, interpreter))
    }

    /// Loads a library that another worker loaded first. Nil, or why it does not load here.
    private func reload(_ library: FunctionLibrary, _ key: ObjectIdentifier, _ host: any ScriptHost) -> Refusal? {
        let code = library.code
        switch run(code.span.rawBytes, from: library.programStart, host) {
        case .failure(let refusal): return refusal
        case .success(let registered):
            var functions: [LuaFunction] = []
            for function in library.functions {
                guard let found = registered.first(where: { $0.name.elementsEqual(function.name.utf8) }) else { break }
                functions.append(found.function)
            }
            guard functions.count == library.functions.count else {
                for function in registered { interpreter?.forget(function.function) }
                return Refusal("the library \(library.name) does not register the same functions each time")
            }
            loaded[key] = LoadedLibrary(library: library, functions: functions)
            return nil
        }
    }
}

/// Serves a library's program while it is loaded: it may log, and has so much time.
final class LibraryLoading: ScriptHost {
    private let control: any ServerControl
    private let end: Milliseconds?

    /// - Parameter end: when it is ended; nil is never.
    init(_ control: any ServerControl, until end: Milliseconds?) {
        self.control = control
        self.end = end
    }

    func call(_ stack: LuaStack, raises: Bool) -> Int32 {
        stack.pushError("ERR redis functions can not be called here")
        return raises ? -1 : 1
    }

    func mayRun(_ stack: LuaStack) -> Bool? { nil }
    func log(_ level: Int, _ text: RawSpan) { control.log(level: level, text.copiedText()) }
    func speak(version: Int) {}

    func interruption() -> StaticString? {
        guard let end, Milliseconds.readClock() >= end else { return nil }
        return "ERR FUNCTION LOAD timeout"
    }
}
