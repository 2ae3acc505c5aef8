// FCALL, FCALL_RO, FUNCTION. Source: Redis 7 command reference, group "scripting"; functions.c.

import Base
import Engine
import RDB
import Scripting
import Synchronization

extension RESPSession {
    func fcall(_ request: Request, readsOnly: Bool, _ output: inout OutputBuffer) {
        showCall(request)
        let functions = scripts.functions
        guard scripts.run == nil, let (library, index) = functions.current().find(request[1]) else {
            return fail("ERR Function not found", &output)
        }
        guard let keyCount = functionKeyCount(request, &output) else { return }
        switch functions.program(library, index, libraryLoading) {
        case .failure(let refusal):
            fail(made: "ERR Function \(library.functions[index].name) can not run here: \(refusal.text)", &output)
        case .success(let (program, interpreter)):
            scripts.keepWords(of: request)
            run(program, interpreter, request, keyCount, readsOnly: readsOnly, &output)
            functions.noteMemory()
        }
    }

    private func functionKeyCount(_ request: Request, _ output: inout OutputBuffer) -> Int? {
        guard let count = request[2].canonicalSignedDecimal() else {
            fail("ERR Bad number of keys provided", &output)
            return nil
        }
        return keyCount(count, request, &output)
    }

    /// Who serves a library that a client has loaded.
    private var libraryLoading: LibraryLoading {
        let end = Milliseconds(Milliseconds.readClock().rawValue + RESPLimits.libraryLoadMilliseconds)
        return LibraryLoading(frontEnd.control, until: isReplaying ? nil : end)
    }

    func function(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: FunctionSubcommand = subcommand(.function, request, &output) else { return }
        switch subcommand {
        case .load: loadLibrary(request, &output)
        case .delete:
            let name = request[2].copiedText()
            let refusal = changeLibraries(request) { set in
                set.library(name) == nil ? .failure(Refusal("Library not found")) : .success(set.removing(name))
            }
            answer(refusal, &output)
        case .flush:
            guard request.count <= 3 else { return failSyntax(of: request, &output) }
            let isKnown = request.count == 2 || request[2].equalsIgnoringCase("async")
                || request[2].equalsIgnoringCase("sync")
            guard isKnown else { return fail("ERR FUNCTION FLUSH only supports SYNC|ASYNC option", &output) }
            answer(changeLibraries(request) { _ in .success(FunctionSet()) }, &output)
        case .list: listLibraries(request, &output)
        case .dump:
            var payload = OutputBuffer(capacity: 1024)
            LibraryPayload.append(frontEnd.libraries, to: &payload)
            output.appendBulk(payload.span)
        case .restore: restoreLibraries(request, &output)
        case .stats: functionStats(&output)
        case .kill: killScripts(functions: true, &output)
        case .help: help(.function, request, &output)
        }
    }

    private func failSyntax(of request: Request, _ output: inout OutputBuffer) {
        let name = String(decoding: request[1].copiedBytes().prefix(RESPLimits.errorTextSizeMax), as: UTF8.self)
        fail(made: "ERR unknown subcommand or wrong number of arguments for '\(name)'. Try FUNCTION HELP.", &output)
    }

    private func answer(_ refusal: Refusal?, _ output: inout OutputBuffer) {
        if let refusal { fail(made: "ERR \(refusal.text)", &output) } else { output.appendOK() }
    }

    /// Changes the libraries, and has that written down: one moment for everybody else.
    private func changeLibraries(
        _ request: Request, _ body: (FunctionSet) -> Result<FunctionSet, Refusal>
    ) -> Refusal? {
        var text = OutputBuffer(capacity: 256)
        text.appendArray(request.count)
        for index in 0..<request.count { text.appendBulk(request[index]) }
        let registry = frontEnd.functions
        return engine.section(.all) { inside in
            if let refusal = registry.change(body) { return refusal }
            inside.noteChange(text.span)
            return nil
        }
    }

    // MARK: Libraries

    private func loadLibrary(_ request: Request, _ output: inout OutputBuffer) {
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        var replaces = false
        for index in 2..<request.count - 1 {
            guard request[index].equalsIgnoringCase("replace") else {
                return fail(made: "ERR Unknown option given: \(request[index].copiedText())", &output)
            }
            replaces = true
        }
        let functions = scripts.functions
        let code = request[request.count - 1]
        switch functions.add(code, to: functions.current(), replaces: replaces, libraryLoading) {
        case .failure(let refusal): fail(made: "ERR \(refusal.text)", &output)
        case .success(let addition):
            let library = addition.added.library
            let refusal = changeLibraries(request) { set in
                if !replaces && set.library(library.name) != nil {
                    return .failure(Refusal("Library '\(library.name)' already exists"))
                }
                return set.joining([library], replaces: true)
            }
            if let refusal {
                functions.drop([addition.added])
                return fail(made: "ERR \(refusal.text)", &output)
            }
            output.appendBulk(library.name)
        }
    }

    private enum RestorePolicy { case flush, append, replace }

    private func restoreLibraries(_ request: Request, _ output: inout OutputBuffer) {
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        guard request.count <= 4 else { return failSyntax(of: request, &output) }
        var policy = RestorePolicy.append
        if request.count == 4 {
            if request[3].equalsIgnoringCase("flush") {
                policy = .flush
            } else if request[3].equalsIgnoringCase("replace") {
                policy = .replace
            } else if !request[3].equalsIgnoringCase("append") {
                return fail(
                    "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.", &output)
            }
        }
        let functions = scripts.functions
        _ = functions.current()
        var added: [WorkerFunctions.LoadedLibrary] = []
        var refusal = load(request[2], &added)
        if refusal == nil {
            let libraries = added.map(\.library)
            refusal = changeLibraries(request) { set in
                (policy == .flush ? FunctionSet() : set).joining(libraries, replaces: policy == .replace)
            }
        }
        if refusal != nil { functions.drop(added) }
        answer(refusal, &output)
    }

    /// Loads the libraries of a payload here, as if there were no others.
    private func load(_ payload: RawSpan, _ added: inout [WorkerFunctions.LoadedLibrary]) -> Refusal? {
        let functions = scripts.functions
        let host = libraryLoading
        var set = FunctionSet()
        var libraries: [WorkerFunctions.LoadedLibrary] = []
        defer { added = libraries }
        do throws(LibraryPayload.Fault) {
            return try LibraryPayload.read(payload, sizeMax: RESPLimits.librariesSizeMax) {
                code -> Result<Void, Refusal> in
                functions.add(code, to: set, replaces: false, host).map { addition in
                    set = addition.set
                    libraries.append(addition.added)
                }
            }
        } catch {
            switch error {
            case .wrongFooter: return Refusal("DUMP payload version or checksum are wrong")
            case .noLibrary: return Refusal("given type is not a function")
            case .beforeRelease: return Refusal("Pre-GA function format not supported")
            case .unreadable: return Refusal("Failed loading library payload")
            }
        }
    }

    private func listLibraries(_ request: Request, _ output: inout OutputBuffer) {
        var pattern: Int?
        var showsCode = false
        var index = 2
        while index < request.count {
            if !showsCode && request[index].equalsIgnoringCase("withcode") {
                showsCode = true
            } else if pattern == nil && request[index].equalsIgnoringCase("libraryname") {
                index += 1
                guard index < request.count else { return fail("ERR library name argument was not given", &output) }
                pattern = index
            } else {
                return fail(made: "ERR Unknown argument \(request[index].copiedText())", &output)
            }
            index += 1
        }
        var libraries = frontEnd.functions.current.libraries
        if let pattern {
            let glob = Glob(request[pattern], ignoresCase: true)
            var matching: [FunctionLibrary] = []
            for library in libraries {
                let name = Array(library.name.utf8)
                if glob.matches(name.span.rawBytes) { matching.append(library) }
            }
            libraries = matching
        }
        output.appendArray(libraries.count)
        for library in libraries { append(library, showsCode: showsCode, &output) }
    }

    private func append(_ library: FunctionLibrary, showsCode: Bool, _ output: inout OutputBuffer) {
        output.appendMap(showsCode ? 4 : 3, version)
        output.appendBulk("library_name" as StaticString)
        output.appendBulk(library.name)
        output.appendBulk("engine" as StaticString)
        output.appendBulk("LUA" as StaticString)
        output.appendBulk("functions" as StaticString)
        output.appendArray(library.functions.count)
        for function in library.functions {
            output.appendMap(3, version)
            output.appendBulk("name" as StaticString)
            output.appendBulk(function.name)
            output.appendBulk("description" as StaticString)
            if let text = function.description {
                output.appendBulk(text.span.rawBytes)
            } else {
                output.appendNull(version)
            }
            output.appendBulk("flags" as StaticString)
            let flags = ScriptFlags.names.filter { function.script.flags.contains($0.0) }
            output.appendSet(flags.count, version)
            for (_, name) in flags { output.appendSimple(name) }
        }
        guard showsCode else { return }
        output.appendBulk("library_code" as StaticString)
        let code = library.code
        output.appendBulk(code.span.rawBytes)
    }

    // MARK: What runs

    /// Source: Redis 7 functionStatsCommand.
    private func functionStats(_ output: inout OutputBuffer) {
        let running = frontEnd.runningFunction()
        if running == nil && frontEnd.isBusy { return fail(Self.busyScript, &output) }
        let set = frontEnd.functions.current
        output.appendMap(2, version)
        output.appendBulk("running_script" as StaticString)
        if let running {
            output.appendMap(3, version)
            output.appendBulk("name" as StaticString)
            output.appendBulk(running.name)
            output.appendBulk("command" as StaticString)
            output.appendArray(running.words.count)
            for word in running.words { output.appendBulk(word.span.rawBytes) }
            output.appendBulk("duration_ms" as StaticString)
            output.appendInteger(max(0, Milliseconds.readClock().rawValue - running.startedAt.rawValue))
        } else {
            output.appendNull(version)
        }
        output.appendBulk("engines" as StaticString)
        output.appendMap(1, version)
        output.appendBulk("LUA" as StaticString)
        output.appendMap(2, version)
        output.appendBulk("libraries_count" as StaticString)
        output.appendInteger(set.libraries.count)
        output.appendBulk("functions_count" as StaticString)
        output.appendInteger(set.functionCount)
    }
}
