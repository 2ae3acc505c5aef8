// The values of one coroutine, as Swift reads and makes them. Nothing here can raise a Lua error: see CLua.

public import Base
import CLua

/// What a Lua value is.
public enum LuaKind: Int32 {
    case none = -1
    case `nil` = 0
    case boolean = 1
    case lightUserdata = 2
    case number = 3
    case string = 4
    case table = 5
    case function = 6
    case userdata = 7
    case thread = 8
}

/// The stack of a coroutine. Positions count from 1, or back from the top from -1.
///
/// Only while the interpreter waits for the host, and on the thread that runs it.
@safe
public struct LuaStack {
    // Owned by the interpreter, which outlives every use of the stack.
    let lua: OpaquePointer

    init(_ lua: OpaquePointer) { unsafe self.lua = lua }

    /// Position of the top value; setting it drops values or adds nils.
    public var top: Int {
        @inline(__always) get { Int(unsafe lua_gettop(lua)) }
        @inline(__always) nonmutating set { unsafe lua_settop(lua, Int32(newValue)) }
    }

    /// Drops so many values.
    @inline(__always)
    public func pop(_ count: Int = 1) { unsafe duet_lua_pop(lua, Int32(count)) }

    /// Makes room for so many more values. False if the stack has its full depth.
    /// - Parameter count: beyond the 20 that a host function finds.
    @inline(__always)
    public func makeRoom(_ count: Int) -> Bool { unsafe lua_checkstack(lua, Int32(count)) != 0 }

    // MARK: Reading

    @inline(__always)
    public func kind(_ place: Int) -> LuaKind { LuaKind(rawValue: unsafe lua_type(lua, Int32(place))) ?? .none }

    /// Of a number, or of a string that reads as one; else 0.
    @inline(__always)
    public func number(_ place: Int) -> Double { unsafe lua_tonumber(lua, Int32(place)) }

    /// Whether the value counts as true.
    @inline(__always)
    public func boolean(_ place: Int) -> Bool { unsafe lua_toboolean(lua, Int32(place)) != 0 }

    /// The bytes of a string or, turned into one in its place, of a number; else none. Valid while the value is on the
    /// stack.
    @inline(__always)
    @_lifetime(borrow self)
    public func bytes(_ place: Int) -> RawSpan {
        var size = 0
        guard let start = unsafe lua_tolstring(lua, Int32(place), &size) else {
            return unsafe _overrideLifetime(RawSpan(), borrowing: self)
        }
        // SAFETY: Lua strings never move, and the caller keeps it on the stack.
        return unsafe _overrideLifetime(RawSpan(_unsafeStart: start, byteCount: size), borrowing: self)
    }

    /// Of a table without regard to metatables.
    public func length(_ place: Int) -> Int { unsafe lua_objlen(lua, Int32(place)) }

    /// Pushes `table[index]`.
    @inline(__always)
    public func pushElement(_ index: Int, of place: Int) { unsafe lua_rawgeti(lua, Int32(place), Int32(index)) }

    /// Pushes `table[name]`, without regard to metatables.
    @inline(__always)
    public func pushField(_ name: StaticString, of place: Int) {
        let table = place < 0 ? place - 1 : place
        push(name)
        unsafe lua_rawget(lua, Int32(table))
    }

    /// Replaces the key on top by the next key and its value; or drops it and returns false if it was the last.
    /// - Precondition: the key is nil, or came from here.
    public func pushNext(of place: Int) -> Bool { unsafe lua_next(lua, Int32(place)) != 0 }

    /// Whether the value is a number, or a string that reads as one.
    public func isNumeric(_ place: Int) -> Bool { unsafe lua_isnumber(lua, Int32(place)) != 0 }

    /// As Lua's messages tell the kind.
    func kindName(_ place: Int) -> String {
        switch kind(place) {
        case .none: "no value"
        case .nil: "nil"
        case .lightUserdata: "userdata"
        case .boolean, .number, .string, .table, .function, .userdata, .thread: "\(kind(place))"
        }
    }

    /// Where the function that called the host is: a text such as `user_script:1: `, or none.
    func callerPlace() -> String {
        unsafe luaL_where(lua, 1)
        defer { pop() }
        return bytes(-1).copiedText()
    }

    // MARK: Making

    @inline(__always)
    public func push(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { source in
            // SAFETY: Lua copies; an empty span may have no address.
            unsafe lua_pushlstring(
                lua, source.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.empty, source.count)
        }
    }

    private static var empty: UnsafePointer<CChar> {
        let text: StaticString = ""
        return unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    @inline(__always)
    public func push(_ text: StaticString) {
        // SAFETY: a static string's bytes last for ever.
        unsafe lua_pushlstring(
            lua, UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self), text.utf8CodeUnitCount)
    }

    /// Off the request path.
    @_disfavoredOverload
    public func push(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in push(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(utf8))) }
    }

    @inline(__always)
    public func push(_ number: Double) { unsafe lua_pushnumber(lua, number) }

    @inline(__always)
    public func push(_ flag: Bool) { unsafe lua_pushboolean(lua, flag ? 1 : 0) }

    @inline(__always)
    public func pushNil() { unsafe lua_pushnil(lua) }

    /// Pushes the value at `place` once more.
    public func pushCopy(_ place: Int) { unsafe lua_pushvalue(lua, Int32(place)) }

    /// Pushes a new table with room for so many elements and fields.
    @inline(__always)
    public func pushTable(elements: Int = 0, fields: Int = 0) {
        unsafe lua_createtable(lua, Int32(clamping: elements), Int32(clamping: fields))
    }

    /// Makes the top value an element of the table below it, and drops it.
    @inline(__always)
    public func setElement(_ index: Int) { unsafe lua_rawseti(lua, -2, Int32(index)) }

    /// Makes the top value a field of the table below it, and drops it. The table has no metatable.
    @inline(__always)
    public func setField(_ name: StaticString) {
        // SAFETY: a literal ends in a zero.
        unsafe lua_setfield(lua, -2, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
    }

    /// Puts the top value in the place of another, and drops it.
    func replace(_ place: Int) { unsafe lua_replace(lua, Int32(place)) }

    /// Sets the field of the table below that the second value names to the first, and drops both. The key is not nil.
    @inline(__always)
    public func setPair() { unsafe lua_rawset(lua, -3) }

    /// Pushes an error as `redis.call` makes them. Source: Redis 7 luaPushErrorBuff.
    public func pushError(_ text: RawSpan) {
        pushTable(fields: 2)
        push(text)
        setField("err")
        push(true)
        setField("ignore_error_stats_update")
    }

    /// As above.
    public func pushError(_ text: StaticString) {
        pushTable(fields: 2)
        push(text)
        setField("err")
        push(true)
        setField("ignore_error_stats_update")
    }

    /// As above.
    @_disfavoredOverload
    public func pushError(_ text: String) {
        pushTable(fields: 2)
        push(text)
        setField("err")
        push(true)
        setField("ignore_error_stats_update")
    }

    /// Appends a number in the way in which commands get it: with 17 digits.
    /// Source: Redis 7 luaArgsToRedisArgv.
    public func append(_ number: Double, to output: inout OutputBuffer) {
        if number == number.rounded(.towardZero) && abs(number) < 1e17 && !(number == 0 && number.sign == .minus) {
            return output.append(decimal: Int64(number))
        }
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { text in
            // SAFETY: no more than 32 bytes are written.
            let size = unsafe duet_lua_print(text.baseAddress!, number)
            output.append(unsafe RawSpan(_unsafeStart: text.baseAddress!, byteCount: Int(size)))
        }
    }
}
