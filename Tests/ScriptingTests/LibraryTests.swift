// Libraries of functions in the sandbox by itself: what they may do while they are loaded, and what stays of them.

import Base
import Scripting
import Testing

/// Has a library's program go on until it is told to end.
private final class Loading: ScriptHost {
    var isInterrupted = false
    var lines: [String] = []

    func call(_ stack: LuaStack, raises: Bool) -> Int32 {
        stack.push("called")
        return 1
    }

    func mayRun(_ stack: LuaStack) -> Bool? { nil }
    func log(_ level: Int, _ text: RawSpan) { lines.append(text.copiedText()) }
    func speak(version: Int) {}
    func interruption() -> StaticString? { isInterrupted ? "ERR FUNCTION LOAD timeout" : nil }
}

@Suite("Libraries of functions")
struct LibraryTests {
    let interpreter: Interpreter
    private let host = Loading()

    init() throws {
        interpreter = try #require(
            Interpreter.make(memorySizeMax: 8 << 20, version: "7.2.0", versionNumber: 0x70200, servesFunctions: true))
    }

    private func load(_ text: String) -> Result<[RegisteredFunction], LibraryFailure> {
        interpreter.load(
            Array(text.utf8).span.rawBytes, name: "@user_function", flagNames: ["no-writes", "allow-oom"], for: host)
    }

    private func failure(_ text: String) -> String {
        guard case .failure(let failure) = load(text) else { return "loaded" }
        return failure.text
    }

    /// What a function returns for one argument, as text; an error with `!` in front.
    private func call(_ function: RegisteredFunction, _ argument: String = "") -> String {
        var result = ""
        interpreter.push(function.function)
        interpreter.stack.push(argument)
        interpreter.call(argumentCount: 1, for: host) { stack, outcome in
            if case .failed = outcome {
                stack.pushField("err", of: -1)
                result = "!"
            }
            result += stack.bytes(-1).copiedText()
        }
        return result
    }

    @Test("a library registers functions, which stay and keep what they share")
    func registers() throws {
        let functions = try load(
            """
            local n = 0
            redis.register_function('count', function() n = n + 1 return n end)
            redis.register_function{function_name='add', flags={'ALLOW-oom'}, description='adds',
                callback=function(x) n = n + x return redis.call('x') .. n end}
            redis.log(redis.LOG_NOTICE, 'loaded')
            """).get()
        #expect(functions.map { String(decoding: $0.name, as: UTF8.self) } == ["count", "add"])
        #expect(functions.map(\.flags) == [0, 2] && functions[1].description == Array("adds".utf8))
        #expect(functions[0].description == nil && host.lines == ["loaded"])
        interpreter.collectGarbage()
        #expect(call(functions[0]) == "1")
        #expect(call(functions[1], "5") == "called6")
        #expect(call(functions[0]) == "7")
    }

    @Test(
        "while it is loaded it finds nothing but its part of redis",
        arguments: [
            "call", "pcall", "setresp", "sha1hex", "error_reply", "status_reply", "acl_check_cmd", "set_repl",
            "breakpoint",
        ])
    func findsLittle(name: String) {
        let missing = "nonexistent global variable '\(name)'"
        #expect(failure("return redis.\(name)").hasSuffix(missing))
        for name in ["math", "string", "pcall", "error", "_G", "pairs", "setmetatable", "cjson", "KEYS"] {
            #expect(failure("return \(name)").hasSuffix("nonexistent global variable '\(name)'"))
        }
    }

    @Test("what it finds then is gone when its functions run, and the other way round")
    func environments() throws {
        let functions = try load(
            """
            local early = redis
            redis.register_function('late', function() return early.register_function('f', function() end) end)
            redis.register_function('none', function() return redis.register_function == nil and 'none' end)
            redis.register_function('early', function() return type(early.log) end)
            redis.register_function('missing', function() return early.call end)
            redis.register_function('debugs', function() return redis.breakpoint == nil and math.floor(1.5) end)
            redis.register_function('write', function() x = 1 end)
            """).get()
        #expect(call(functions[0]) == "!ERR redis.register_function can only be called on FUNCTION LOAD command")
        #expect(call(functions[1]) == "none")
        #expect(call(functions[2]) == "function")
        #expect(call(functions[3]).hasSuffix("nonexistent global variable 'call'"))
        #expect(call(functions[4]) == "1")
        #expect(call(functions[5]).hasSuffix("Attempt to modify a readonly table"))
        #expect(failure("return math").hasSuffix("nonexistent global variable 'math'"))
    }

    @Test("one that never ends is ended, and nothing of one that fails stays")
    func fails() throws {
        let before = try load("redis.register_function('f', function() return 'f' end)").get()
        host.isInterrupted = true
        let timeout = "Error registering functions: ERR FUNCTION LOAD timeout"
        #expect(failure("redis.register_function('g', function() end) while true do end") == timeout)
        host.isInterrupted = false
        #expect(failure("x = ").hasPrefix("Error compiling function: user_function:1: "))
        interpreter.collectGarbage()
        let size = interpreter.memorySize
        let memory = "Error registering functions: ERR not enough memory"
        for _ in 0..<20 {
            let text = "local t = {} redis.register_function('g', function() return t end) for i = 1, 1e9 do t[i] = i end"
            #expect(failure(text) == memory)
        }
        interpreter.collectGarbage()
        #expect(interpreter.memorySize < size + 4096)
        #expect(call(before[0]) == "f")
        #expect(try load("redis.register_function('f', function() return 2 end)").get().count == 1)
    }

    @Test(
        "names are letters, digits and _, and differ in more than case",
        arguments: [("a-b", "Library names can"), ("", "Library names can"), ("é", "Library names can")])
    func names(name: String, text: String) {
        #expect(failure("redis.register_function('\(name)', function() end)").contains(text))
        let twice = "redis.register_function('ab_1', function() end) redis.register_function('AB_1', function() end)"
        #expect(failure(twice).hasSuffix("ERR Function already exists in the library"))
        // They differ in the bit that parts small letters from large ones, but are no letters.
        #expect((try? load("redis.register_function('a1', function() end)").get().count) == 1)
    }
}
