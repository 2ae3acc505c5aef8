// Loading a library of functions: its program runs once, and registers them. Source: Redis 7 function_lua.c.

import Base

/// A function of a library, as the library registered it.
public struct RegisteredFunction: Sendable {
    /// Any bytes: the user judges them.
    public let name: [UInt8]
    public let description: [UInt8]?
    /// A bit for each of the names that `load` was given.
    public let flags: UInt8
    public let function: LuaFunction
}

/// Why a library could not be loaded, as Redis tells it but for the code in front.
public struct LibraryFailure: Error {
    public let text: String
}

extension Interpreter {
    /// Runs the program of a library, which finds nothing but `redis.register_function` and `redis.log`.
    /// - Parameter flagNames: at most 8.
    /// - Parameter host: asked whether to go on; no command comes to it.
    /// - Returns: the functions, which stay in the interpreter.
    /// - Precondition: the interpreter serves functions, and nothing runs in it.
    public func load(
        _ program: RawSpan, name: StaticString, flagNames: [String], for host: any ScriptHost
    ) -> Result<[RegisteredFunction], LibraryFailure> {
        let main: LuaFunction
        switch compile(program, name: name) {
        case .success(let function): main = function
        case .failure(let failure): return .failure(LibraryFailure(text: "Error compiling function: \(failure.text)"))
        }
        registered = []
        self.flagNames = flagNames
        showLibraryGlobals(true)
        push(main)
        var failure: LibraryFailure?
        call(argumentCount: 0, for: host) { stack, outcome in
            guard case .failed = outcome else { return }
            failure = LibraryFailure(text: "Error registering functions: \(Self.errorText(stack))")
        }
        showLibraryGlobals(false)
        forget(main)
        let functions = registered ?? []
        registered = nil
        guard let failure else { return .success(functions) }
        for function in functions { forget(function.function) }
        return .failure(failure)
    }

    /// Of what was raised, on top of the stack.
    private static func errorText(_ stack: LuaStack) -> String {
        guard stack.kind(-1) == .table, stack.makeRoom(2) else { return "ERR \(stack.bytes(-1).copiedText())" }
        stack.pushField("err", of: -1)
        return stack.kind(-1) == .string ? stack.bytes(-1).copiedText() : "ERR unknown error"
    }

    /// `redis.register_function`.
    func registerFunction(_ stack: LuaStack) -> Int32 {
        guard registered != nil else {
            return raise("redis.register_function can only be called on FUNCTION LOAD command", stack)
        }
        let count = stack.top
        guard count == 1 || count == 2 else {
            return raise("wrong number of arguments to redis.register_function", stack)
        }
        guard stack.makeRoom(8) else { return raise("the stack is too deep for a function", stack) }
        var draft = FunctionDraft()
        if let refusal = count == 1 ? readNamed(stack, &draft) : readPlaced(stack, &draft) {
            if let function = draft.function { forget(function) }
            return raise(refusal, stack)
        }
        guard let name = draft.name, let function = draft.function else { return raise("no function", stack) }
        guard LibraryNames.areLegal(name) else {
            forget(function)
            return raise(LibraryNames.illegal, stack)
        }
        guard registered?.contains(where: { LibraryNames.areEqual($0.name, name) }) == false else {
            forget(function)
            return raise("Function already exists in the library", stack)
        }
        registered?.append(
            RegisteredFunction(name: name, description: draft.description, flags: draft.flags, function: function))
        return 0
    }

    private struct FunctionDraft {
        var name: [UInt8]?
        var description: [UInt8]?
        var flags: UInt8 = 0
        var function: LuaFunction?
    }

    /// A name and a function.
    private func readPlaced(_ stack: LuaStack, _ draft: inout FunctionDraft) -> StaticString? {
        draft.name = Self.text(1, stack)
        guard draft.name != nil else { return "first argument to redis.register_function must be a string" }
        guard stack.kind(2) == .function else { return "second argument to redis.register_function must be a function" }
        stack.pushCopy(2)
        draft.function = keepTop(stack)
        return nil
    }

    /// A table of named arguments.
    private func readNamed(_ stack: LuaStack, _ draft: inout FunctionDraft) -> StaticString? {
        guard stack.kind(1) == .table else {
            return """
                calling redis.register_function with a single argument is only applicable to Lua table (representing \
                named arguments).
                """
        }
        stack.pushNil()
        while stack.pushNext(of: 1) {
            if let refusal = readNamed(key: -2, value: -1, stack, &draft) { return refusal }
            stack.pop()
        }
        if draft.name == nil { return "redis.register_function must get a function name argument" }
        if draft.function == nil { return "redis.register_function must get a callback argument" }
        return nil
    }

    private func readNamed(
        key: Int, value: Int, _ stack: LuaStack, _ draft: inout FunctionDraft
    ) -> StaticString? {
        // A number reads as text, but as the table's key it must not become one.
        guard stack.kind(key) == .string else {
            return stack.kind(key) == .number
                ? "unknown argument given to redis.register_function"
                : "named argument key given to redis.register_function is not a string"
        }
        let name = stack.bytes(key)
        if name.equalsIgnoringCase("function_name") {
            draft.name = Self.text(value, stack)
            if draft.name == nil { return "function_name argument given to redis.register_function must be a string" }
        } else if name.equalsIgnoringCase("description") {
            draft.description = Self.text(value, stack)
            if draft.description == nil {
                return "description argument given to redis.register_function must be a string"
            }
        } else if name.equalsIgnoringCase("callback") {
            guard stack.kind(value) == .function else {
                return "callback argument given to redis.register_function must be a function"
            }
            if let earlier = draft.function { forget(earlier) }
            stack.pushCopy(value)
            draft.function = keepTop(stack)
        } else if name.equalsIgnoringCase("flags") {
            guard stack.kind(value) == .table else {
                return "flags argument to redis.register_function must be a table representing function flags"
            }
            guard let flags = readFlags(stack) else { return "unknown flag given" }
            draft.flags = flags
        } else {
            return "unknown argument given to redis.register_function"
        }
        return nil
    }

    /// Those of the table on top; nil if one of them is unknown.
    private func readFlags(_ stack: LuaStack) -> UInt8? {
        var flags: UInt8 = 0
        var index = 1
        while true {
            stack.pushElement(index, of: -1)
            defer { stack.pop() }
            if stack.kind(-1) == .nil { return flags }
            guard let text = Self.text(-1, stack).map({ String(decoding: $0, as: UTF8.self).lowercased() }),
                let place = flagNames.firstIndex(of: text)
            else { return nil }
            flags |= 1 << UInt8(place)
            index += 1
        }
    }

    /// The bytes of a string or a number.
    private static func text(_ place: Int, _ stack: LuaStack) -> [UInt8]? {
        guard stack.kind(place) == .string || stack.kind(place) == .number else { return nil }
        return stack.bytes(place).copiedBytes()
    }
}

/// The names of libraries and functions. Source: Redis 7 functions.c, functionsVerifyName.
public enum LibraryNames {
    /// Letters, digits and `_`, at least one of them.
    public static func areLegal(_ name: [UInt8]) -> Bool {
        !name.isEmpty
            && name.allSatisfy { byte in
                let letter = byte | 0x20
                return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
                    || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "_")
            }
    }

    /// Whether two legal names are one, whatever the case of their letters.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.elementsEqual(other) { first, second in
            first == second || first ^ second == 0x20 && first | 0x20 >= UInt8(ascii: "a")
        }
    }

    public static var illegal: StaticString {
        """
        Library names can only contain letters, numbers, or underscores(_) and must be at least one character long
        """
    }
}
