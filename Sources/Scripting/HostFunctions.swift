// What scripts call that is not Lua: the redis table's functions, and the numbers of math.random.

import Base

/// What an interpreter's user serves scripts with, on the interpreter's thread.
public protocol ScriptHost: AnyObject {
    /// Runs the command whose words are all values of `stack`, and pushes what it shows.
    /// - Parameter raises: an error is to be raised (redis.call), not returned (redis.pcall).
    /// - Returns: 1, or -1 to have the pushed value raised.
    func call(_ stack: LuaStack, raises: Bool) -> Int32

    /// Whether the script may run the command whose words are all values of `stack`; nil if there is none such.
    /// Source: Redis redis.acl_check_cmd.
    func mayRun(_ stack: LuaStack) -> Bool?

    /// Source: Redis redis.log.
    /// - Parameter level: 0 (debug) ... 3 (warning).
    func log(_ level: Int, _ text: RawSpan)

    /// Source: Redis redis.setresp.
    /// - Parameter version: 2 or 3.
    func speak(version: Int)

    /// Asked every so often while a script runs: what is to be raised, if it is to be ended.
    func interruption() -> StaticString?
}

/// What the prelude finds in its table `host`.
enum HostFunction: Int32, CaseIterable {
    case call, pcall, log, sha1hex, setresp, setRepl, aclCheck, random, randomseed
    case structPack, structUnpack, structSize
    case messagePack, messageUnpack, messageUnpackOne, messageUnpackLimit
    case registerFunction

    var name: String {
        switch self {
        case .call: "call"
        case .pcall: "pcall"
        case .log: "log"
        case .sha1hex: "sha1hex"
        case .setresp: "setresp"
        case .setRepl: "set_repl"
        case .aclCheck: "acl_check_cmd"
        case .random: "random"
        case .randomseed: "randomseed"
        case .structPack: "struct_pack"
        case .structUnpack: "struct_unpack"
        case .structSize: "struct_size"
        case .messagePack: "msgpack_pack"
        case .messageUnpack: "msgpack_unpack"
        case .messageUnpackOne: "msgpack_unpack_one"
        case .messageUnpackLimit: "msgpack_unpack_limit"
        case .registerFunction: "register_function"
        }
    }
}

extension Interpreter {
    /// Serves one call. Returns how many results it pushed, or -1 to raise the one on top.
    func serve(_ function: HostFunction, _ stack: LuaStack) -> Int32 {
        if let interruption {
            stack.pushError(interruption)
            return -1
        }
        switch function {
        case .call, .pcall:
            guard let host else { return raise("redis functions can not be called here", stack) }
            return host.call(stack, raises: function == .call)
        case .log: return log(stack)
        case .sha1hex:
            guard stack.top == 1 else { return raise("wrong number of arguments", stack) }
            stack.push(SHA1Digest(of: stack.bytes(1)).hexadecimal)
            return 1
        case .setresp:
            guard stack.top == 1 else { return raise("redis.setresp() requires one argument.", stack) }
            let version = stack.number(-1)
            guard version == 2 || version == 3 else { return raise("RESP version must be 2 or 3.", stack) }
            host?.speak(version: Int(version))
            return 0
        case .setRepl:
            // All effects of a script are journaled: there is nothing to choose.
            // Source: Redis 7 luaRedisSetReplCommand.
            guard stack.top == 1 else { return raise("redis.set_repl() requires two arguments.", stack) }
            let flags = stack.number(-1)
            guard flags >= 0 && flags < 4 else {
                return raise("Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.", stack)
            }
            return 0
        case .aclCheck:
            guard let host else { return raise("redis functions can not be called here", stack) }
            guard stack.top > 0 else {
                return raise("Please specify at least one argument for this redis lib call", stack)
            }
            for place in 1...stack.top where stack.kind(place) != .string && stack.kind(place) != .number {
                return raise("Lua redis lib command arguments must be strings or integers", stack)
            }
            guard let may = host.mayRun(stack) else {
                return raise("Invalid command passed to redis.acl_check_cmd()", stack)
            }
            stack.push(may)
            return 1
        case .random:
            stack.push(draw())
            return 1
        case .randomseed:
            randomState = UInt64(UInt32(truncatingIfNeeded: integer(stack.number(1)))) << 16 | 0x330E
            return 0
        case .structPack: return packStruct(stack)
        case .structUnpack: return unpackStruct(stack)
        case .structSize: return structSize(stack)
        case .messagePack: return packMessage(stack)
        case .messageUnpack, .messageUnpackOne, .messageUnpackLimit: return unpackMessage(function, stack)
        case .registerFunction: return registerFunction(stack)
        }
    }

    /// Has an error raised that tells where the caller is. Source: Lua luaL_error.
    func failHere(_ text: String, _ stack: LuaStack) -> Int32 {
        stack.push(stack.callerPlace() + text)
        return -1
    }

    /// Source: Lua luaL_argerror.
    func failArgument(_ number: Int, _ name: String, _ text: String, _ stack: LuaStack) -> Int32 {
        failHere("bad argument #\(number) to '\(name)' (\(text))", stack)
    }

    /// Source: Lua luaL_typerror.
    func failKind(_ number: Int, _ name: String, _ wanted: String, _ stack: LuaStack) -> Int32 {
        failArgument(number, name, "\(wanted) expected, got \(stack.kindName(number))", stack)
    }

    /// As C converts one, without its traps.
    private func integer(_ number: Double) -> Int64 {
        number.magnitude < 9e18 ? Int64(number) : Int64.min
    }

    func raise(_ text: StaticString, _ stack: LuaStack) -> Int32 {
        stack.pushTable(fields: 1)
        stack.push("ERR \(text)")
        stack.setField("err")
        return -1
    }

    /// 0 ..< 1. Source: drand48 as Redis 7 rand.c has it, so that a seed means the same numbers.
    private func draw() -> Double {
        randomState = (randomState &* 0x5_DEEC_E66D &+ 0xB) & 0xFFFF_FFFF_FFFF
        return Double(Int32(truncatingIfNeeded: randomState >> 17) % Int32.max) / Double(Int32.max)
    }

    private func log(_ stack: LuaStack) -> Int32 {
        let count = stack.top
        guard count >= 2 else { return raise("redis.log() requires two arguments or more.", stack) }
        guard stack.kind(1) == .number || stack.number(1) != 0 else {
            return raise("First argument must be a number (log level).", stack)
        }
        let level = stack.number(1)
        guard level >= 0 && level < 4 else { return raise("Invalid debug level.", stack) }
        var line = OutputBuffer(capacity: 256)
        for place in 2...count {
            if place > 2 { line.append(32) }
            line.append(stack.bytes(place))
        }
        host?.log(Int(level), line.span)
        return 0
    }
}
