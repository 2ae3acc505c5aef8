// The sandbox by itself: what scripts find, and that nothing of one is there for the next.

import Base
import Scripting
import Testing

/// Answers every call with its words, or raises or ends the script if the first word says so.
private final class Echo: ScriptHost {
    var lines: [String] = []
    var isInterrupted = false
    let interpreter: Interpreter

    init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    func call(_ stack: LuaStack, raises: Bool) -> Int32 {
        let words = (0..<stack.top).map { stack.bytes($0 + 1).copiedText() }
        if words.first == "fail" {
            stack.pushError("ERR as you like")
            return raises ? -1 : 1
        }
        if words.first == "end" {
            interpreter.interrupt(stack, with: "ended")
            stack.pushError("ended")
            return -1
        }
        stack.push(words.joined(separator: " "))
        return 1
    }

    func mayRun(_ stack: LuaStack) -> Bool? { true }
    func log(_ level: Int, _ text: RawSpan) { lines.append("\(level) \(text.copiedText())") }
    func speak(version: Int) {}
    func interruption() -> StaticString? { isInterrupted ? "interrupted" : nil }
}

@Suite("The sandbox")
struct InterpreterTests {
    let interpreter: Interpreter
    private let host: Echo

    init() throws {
        interpreter = try #require(
            Interpreter.make(memorySizeMax: 32 << 20, version: "7.2.0", versionNumber: 0x70200))
        host = Echo(interpreter)
    }

    /// What `text` returns, as text; an error with `!` in front.
    @discardableResult
    func run(_ text: String) -> String {
        var result = ""
        switch interpreter.compile(Array(text.utf8).span.rawBytes, name: "@user_script") {
        case .failure(let failure): return "!" + failure.text
        case .success(let function):
            interpreter.push(function)
            interpreter.call(argumentCount: 0, for: host) { stack, outcome in
                switch outcome {
                case .done: result = show(stack)
                case .failed:
                    if stack.kind(-1) == .table { stack.pushField("err", of: -1) }
                    result = "!" + stack.bytes(-1).copiedText()
                }
            }
            interpreter.forget(function)
        }
        return result
    }

    private func show(_ stack: LuaStack) -> String {
        switch stack.kind(-1) {
        case .string, .number: stack.bytes(-1).copiedText()
        case .boolean: stack.boolean(-1) ? "true" : "false"
        case .nil: "nil"
        default: "\(stack.kind(-1))"
        }
    }

    @Test("a script computes, and calls its host")
    func runs() {
        #expect(run("return 1 + 1") == "2")
        #expect(run("return redis.call('get', 'a', 1.5)") == "get a 1.5")
        #expect(run("return redis.pcall('fail').err") == "ERR as you like")
        #expect(run("return redis.call('fail')") == "!ERR as you like")
        #expect(run("return select(2, pcall(redis.call, 'fail'))") == "ERR as you like")
        #expect(run("return redis.sha1hex('')") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(run("return coroutine.wrap(function() return redis.call('x') end)()") == "x")
        #expect(run("return cjson.encode({1, 2})") == "[1,2]")
        #expect(run("return bit.tohex(255)") == "000000ff")
        run("redis.log(redis.LOG_WARNING, 'a', 5)")
        #expect(host.lines == ["3 a 5"])
    }

    @Test("nothing that scripts share can be changed", arguments: [
        "x = 1", "redis.call = 1", "rawset(redis, 'call', 1)", "rawset(_G, 'x', 1)", "setmetatable(_G, {})",
        "setmetatable(redis, {})", "getmetatable(_G).__index = 1", "getmetatable('').__index = 1",
        "table.insert(redis, 1)", "table.remove(_G)", "table.sort(string)", "string.rep = nil", "_G._G = 1",
        "local _, r = pairs(redis) r.call = 1", "getmetatable('').__index.rep = 1", "loadstring('x = 5')()",
        "coroutine.wrap(function() x = 1 end)()", "table.foreach(_G, function(k, v) if k == 'redis' then v.x = 1 end end)",
    ])
    func readOnly(script: String) {
        let answer = run(script)
        #expect(answer.hasPrefix("!"))
        #expect(answer.contains("Attempt to modify a readonly table"), "\(answer)")
        #expect(run("return type(redis.call) .. type(string.rep) .. ('x'):rep(2)") == "functionfunctionxx")
        #expect(run("return tostring(rawget(_G, 'x'))") == "nil")
    }

    @Test("what is dangerous is not there", arguments: [
        "io", "os", "require", "package", "dofile", "loadfile", "print", "debug", "newproxy", "setfenv", "getfenv",
        "module",
    ])
    func absent(name: String) {
        #expect(run("return \(name)") == "!ERR user_script:1: Script attempted to access nonexistent global variable '\(name)'")
        #expect(run("return tostring(rawget(_G, '\(name)'))") == "nil")
    }

    @Test("compiled code is not read")
    func bytecode() {
        #expect(run("return (loadstring(string.dump(function() end)))") == "nil")
        #expect(run(#"return select(2, loadstring("\27Lua"))"#).contains("unexpected symbol near 'char(27)'"))
        #expect(run(#"local s = string.dump(function() end) return (load(function() local r = s s = nil return r end))"#) == "nil")
        #expect(run("\u{1B}Lua").hasPrefix("!user_script:1: unexpected symbol near"))
    }

    @Test("a script that takes too much of anything ends with an error", arguments: [
        "return string.rep('x', 1e9)", "local t = {} while true do t[#t + 1] = {} end",
        "local s = 'x' while true do s = s .. s end", "local function f() return f() + 1 end return f()",
        "return unpack({}, 1, 1e8)",
        "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x",
        "return tostring(setmetatable({}, {__tostring = function(t) return tostring(t) end}))",
        "return string.format('%99999d', 1)", "return ('x'):rep(1e5):gsub('x', ('y'):rep(1e5))",
        "coroutine.yield(1)", "error()", "error({})", "error(setmetatable({}, {__index = function() error('x') end}))",
        "local f f = function() return coroutine.wrap(f)() end return f()",
    ])
    func exhausts(script: String) {
        #expect(run(script).hasPrefix("!"), "\(run(script))")
        #expect(run("return 1") == "1")
        interpreter.collectGarbage()
        #expect(interpreter.memorySize < 4 << 20)
    }

    @Test("an interrupted script can not go on", arguments: [
        "while true do end", "while true do pcall(function() while true do end end) end",
        "while true do pcall(redis.call, 'x') end", "repeat until coroutine.wrap(function() while true do end end)()",
        "xpcall(function() while true do end end, function() while true do end end)",
    ])
    func interrupts(script: String) {
        host.isInterrupted = true
        #expect(run(script).hasPrefix("!"))
        host.isInterrupted = false
        #expect(run("local n = 0 for i = 1, 1000000 do n = n + i end return n") == "500000500000")
        #expect(run("pcall(redis.call, 'end') return redis.call('y')").contains("ended"))
        #expect(run("return redis.call('z')") == "z")
    }
}
