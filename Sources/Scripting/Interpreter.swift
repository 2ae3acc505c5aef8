// One Lua interpreter: its sandbox, the functions that it has compiled, the account of its memory.

import Base
import CLua

/// A function that an interpreter keeps.
public struct LuaFunction: Sendable {
    fileprivate let reference: Int32
}

/// How a call ended.
public enum CallOutcome {
    /// The result is on top of the stack.
    case done
    /// What was raised is on top of the stack.
    case failed
}

/// Lua 5.1 as scripts find it in Redis. One thread at a time.
///
/// What scripts can reach is either made for one call or cannot be written.
@safe
public final class Interpreter {
    private let lua: OpaquePointer
    private let account: UnsafeMutablePointer<duet_lua_host>
    /// The coroutine that the host calls in.
    public var stack: LuaStack { unsafe LuaStack(lua) }
    /// Whom host functions are served by; set while something runs.
    private(set) var host: (any ScriptHost)?
    /// Of `math.random`. Source: Redis 7 rand.c.
    var randomState: UInt64 = 0x330E
    /// Why everything that runs is being ended: raised again and again, for scripts may catch it.
    private(set) var interruption: StaticString?
    /// What the library that is being loaded has registered so far; nil while none is.
    var registered: [RegisteredFunction]?
    /// The names of flags that it may give to functions.
    var flagNames: [String] = []

    /// What lies at the bottom of the stack.
    private enum Place {
        static let handler = 1
        /// The real global table.
        static let globals = 2
        /// The table that scripts take for it.
        static let shown = 3
        /// What `shown` finds its values by.
        static let front = 4
        /// What a library of functions takes for the global table while it is loaded.
        static let library = 5
    }
    private var restingTop: Int { 5 }

    private init(_ lua: OpaquePointer, _ account: UnsafeMutablePointer<duet_lua_host>) {
        unsafe self.lua = lua
        unsafe self.account = account
        unsafe account.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        unsafe account.pointee.serve = onHostFunction
        unsafe account.pointee.tick = onTick
    }

    deinit {
        unsafe lua_close(lua)
        unsafe account.deinitialize(count: 1)
        unsafe account.deallocate()
    }

    /// A fresh interpreter.
    /// - Parameter memorySizeMax: bytes that scripts may make it hold; what the host pushes may go beyond.
    /// - Parameter servesFunctions: it is for libraries of functions (`load`), and not for scripts.
    /// - Returns: nil if there is no memory for it.
    public static func make(
        memorySizeMax: Int, version: StaticString, versionNumber: Int, servesFunctions: Bool = false
    ) -> Interpreter? {
        let account = UnsafeMutablePointer<duet_lua_host>.allocate(capacity: 1)
        unsafe account.initialize(to: duet_lua_host())
        // Whatever Swift does with the interpreter is never refused: see CLua.
        unsafe account.pointee.hosts = 1
        unsafe account.pointee.limit = memorySizeMax
        guard let lua = unsafe duet_lua_new(account) else {
            unsafe account.deallocate()
            return nil
        }
        let made = unsafe Interpreter(lua, account)
        guard made.open(version, versionNumber, servesFunctions) else { return nil }
        return made
    }

    private func open(_ version: StaticString, _ versionNumber: Int, _ servesFunctions: Bool) -> Bool {
        guard unsafe duet_lua_open_protected(lua) == 0 else { return false }
        let text = Prelude.text
        // SAFETY: a static string's bytes last for ever, and end in a zero.
        let status = unsafe duet_lua_load(
            lua, UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self), text.utf8CodeUnitCount, "=duet")
        guard status == 0 else { return false }
        stack.pushTable(fields: 16)
        for function in HostFunction.allCases {
            unsafe duet_lua_push_host(lua, function.rawValue)
            unsafe lua_setfield(lua, -2, function.name)
        }
        unsafe duet_lua_push_guard(lua)
        stack.setField("guard")
        unsafe duet_lua_push_make_pairs(lua)
        stack.setField("pairs")
        stack.push(version)
        stack.push(Double(versionNumber))
        stack.push(servesFunctions)
        guard unsafe duet_lua_call(lua, 4, Int32(restingTop), 0) == 0 else { return false }
        stack.pushCopy(Place.shown)
        unsafe duet_lua_replace_globals(lua)
        unsafe duet_lua_set_hook(lua, Self.instructionsBetweenTicks)
        return true
    }

    /// Source: Redis 7 script_lua.c.
    private static var instructionsBetweenTicks: Int32 { 100_000 }

    /// Bytes that it holds.
    public var memorySize: Int { unsafe account.pointee.used }

    // MARK: Compiling

    /// Compiles `source`. On failure the reason is returned, without a name in front.
    /// - Parameter name: as Lua's messages and errors tell it: with `@` in front.
    public func compile(_ source: RawSpan, name: StaticString) -> Result<LuaFunction, CompileFailure> {
        let status = unsafe source.withUnsafeBytes { bytes in
            // SAFETY: read within the call; an empty span may have no address.
            unsafe duet_lua_load(
                lua, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
                UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
        }
        defer { stack.top = restingTop }
        guard status == 0 else { return .failure(CompileFailure(text: stack.bytes(-1).copiedText())) }
        return .success(LuaFunction(reference: unsafe duet_lua_ref(lua)))
    }

    /// Forgets a function. Running it afterwards is a mistake.
    public func forget(_ function: LuaFunction) { unsafe duet_lua_unref(lua, function.reference) }

    // MARK: Running

    /// Makes the value on top a global one, and drops it.
    @inline(__always)
    public func setGlobal(_ name: StaticString) {
        // SAFETY: a literal ends in a zero. The real table's metatable refuses nothing.
        unsafe lua_setfield(
            lua, Int32(Place.globals), UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
    }

    @inline(__always)
    public func push(_ function: LuaFunction) { unsafe duet_lua_push_ref(lua, function.reference) }

    /// Calls the function below the topmost `argumentCount` values for one result, which `body` finds on top of the
    /// stack; afterwards the stack is at rest.
    @inline(__always)
    public func call(argumentCount: Int, for host: any ScriptHost, _ body: (LuaStack, CallOutcome) -> Void) {
        self.host = host
        interruption = nil
        let status = unsafe duet_lua_call(lua, Int32(argumentCount), 1, Int32(Place.handler))
        if interruption != nil { endInterruption() }
        body(stack, status == 0 ? .done : .failed)
        stack.top = restingTop
        self.host = nil
        // Lua collects no garbage when it is refused memory: what a script leaves must not be in the next one's way.
        if memorySize > (unsafe account.pointee.limit) / 2 { collectGarbage() }
    }

    /// Has all that runs raise `text` until nothing does any more. The host calls it in `ScriptHost.call`, and
    /// returns -1.
    public func interrupt(_ stack: LuaStack, with text: StaticString) {
        interruption = text
        // Each instruction from here on, so that no pcall goes on.
        unsafe duet_lua_set_hook(stack.lua, 1)
        // Else who resumes one coroutine after the other would go on for as many instructions of his own.
        unsafe duet_lua_set_hook(lua, 1)
    }

    private func endInterruption() {
        interruption = nil
        unsafe duet_lua_set_hook(lua, Self.instructionsBetweenTicks)
    }

    /// Collects all garbage.
    public func collectGarbage() { unsafe lua_gc(lua, LUA_GCCOLLECT, 0) }

    // MARK: Libraries

    /// Has what runs find what a library finds while it is loaded, or all else again.
    func showLibraryGlobals(_ isLoading: Bool) {
        stack.pushCopy(Place.front)
        stack.pushCopy(isLoading ? Place.library : Place.globals)
        stack.setField("__index")
        stack.pop()
    }

    /// Takes the function on top of `stack` away, to keep it.
    func keepTop(_ stack: LuaStack) -> LuaFunction { LuaFunction(reference: unsafe duet_lua_ref(stack.lua)) }

    // MARK: From Lua

    fileprivate func tick(_ lua: OpaquePointer) -> Int32 {
        if interruption == nil { interruption = host?.interruption() }
        guard let interruption else { return 0 }
        let stack = unsafe LuaStack(lua)
        interrupt(stack, with: interruption)
        stack.pushError(interruption)
        return 1
    }

    fileprivate func serve(_ lua: OpaquePointer, _ function: Int32) -> Int32 {
        guard let function = HostFunction(rawValue: function) else { return 0 }
        return unsafe serve(function, LuaStack(lua))
    }
}

/// Why a text is no program.
public struct CompileFailure: Error {
    public let text: String
}

private func onHostFunction(_ context: UnsafeMutableRawPointer?, _ lua: OpaquePointer?, _ function: Int32) -> Int32 {
    // SAFETY: the interpreter set itself as the context, and outlives its Lua state.
    unsafe Unmanaged<Interpreter>.fromOpaque(context!).takeUnretainedValue().serve(lua!, function)
}

private func onTick(_ context: UnsafeMutableRawPointer?, _ lua: OpaquePointer?) -> Int32 {
    // SAFETY: as above.
    unsafe Unmanaged<Interpreter>.fromOpaque(context!).takeUnretainedValue().tick(lua!)
}
