// What scripts find: Lua text that turns Lua's libraries into the sandbox, run once in each interpreter.

/// Debian's Lua has no tables that are read only, as Redis' own copy has: scripts see an empty table instead, whose
/// metatable reads from the real one and refuses writes, and the functions that look past metatables know of them.
/// Nothing in the sandbox may have a __gc (`cjson.new` and `newproxy` would): see CLua.
/// Source: Redis 7 script_lua.c, eval.c.
enum Prelude {
    static let text: StaticString = #"""
        local host, version, versionNumber, servesFunctions = ...
        local getinfo, error, type, tostring, select = debug.getinfo, error, type, tostring, select
        local pcall, getmetatable, setmetatable, tonumber = pcall, getmetatable, setmetatable, tonumber
        local sub, byte, gsub, find = string.sub, string.byte, string.gsub, string.find
        local floor = math.floor
        local G = {}

        -- What scripts see, and what is behind it.
        local real, meta = {}, {}
        local function refuse() error('Attempt to modify a readonly table', 2) end
        local function readOnly(t, m)
            local proxy = {}
            real[proxy], meta[proxy] = t, m
            return setmetatable(proxy, {__index = t, __newindex = refuse}), proxy
        end
        local function missing(_, name)
            error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
        end

        -- Errors of a script become tables that tell where they arose.
        local function handler(err)
            local level = 2
            local place = getinfo(level, 'Sl')
            while place and (place.what == 'C' or place.source == '=duet') do
                level = level + 1
                place = getinfo(level, 'Sl')
            end
            if type(err) ~= 'table' then err = {err = 'ERR ' .. tostring(err)} end
            if place then err.source, err.line = place.source, place.currentline end
            return err
        end

        -- Lua's own functions, as far as they look past metatables.
        G.rawget, G.next = host.guard(rawget, real, true), host.guard(next, real, true)
        G.rawset, G.setmetatable = host.guard(rawset, real), host.guard(setmetatable, real)
        G.pairs = host.pairs(G.next)
        local stringMeta = readOnly({})
        function G.getmetatable(...)
            local t = ...
            if type(t) == 'string' then return stringMeta end
            if t ~= nil and real[t] then return meta[t] end
            return getmetatable(...)
        end
        local collectgarbage = collectgarbage
        local inert = {stop = true, restart = true, setpause = true, setstepmul = true}
        function G.collectgarbage(option, argument)
            if inert[option] then return 0 end
            return collectgarbage(option, argument)
        end
        local function finish(isDone, err, ...)
            if isDone then return true, err, ... end
            if type(err) == 'table' then
                local text = err.err
                if type(text) == 'string' or type(text) == 'number' then err = text end
            end
            return false, err, ...
        end
        function G.pcall(...) return finish(pcall(...)) end
        -- Lua calls no hook in an error handler that an error in a hook called: it could not be interrupted. So
        -- it is called when the stack is unwound, which scripts can not tell apart.
        local function treat(treats, isDone, err, ...)
            if isDone then return true, err, ... end
            local isTreated, treated = pcall(treats, err)
            if not isTreated then return false, 'error in error handling' end
            return false, treated
        end
        function G.xpcall(f, treats) return treat(treats, pcall(f)) end
        -- Compiled code is not read: it could do anything.
        local load, loadstring = load, loadstring
        function G.loadstring(text, name)
            if type(text) == 'string' and byte(text) == 27 then return loadstring(' ' .. text, name or text) end
            return loadstring(text, name)
        end
        function G.load(reader, name)
            if type(reader) ~= 'function' then return load(reader, name) end
            local isFirst = true
            return load(function()
                local text = reader()
                if isFirst and type(text) == 'string' and #text > 0 then
                    isFirst = false
                    if byte(text) == 27 then text = ' ' .. text end
                end
                return text
            end, name)
        end
        for _, name in ipairs{'tostring', 'assert', 'tonumber', 'rawequal', 'type', 'select', 'unpack', 'error',
            'gcinfo', 'ipairs', '_VERSION'} do G[name] = _G[name] end

        -- Libraries.
        local function copy(t)
            local c = {}
            for k, v in pairs(t) do c[k] = v end
            return c
        end
        local tables = copy(table)
        for _, name in ipairs{'insert', 'remove', 'sort', 'setn'} do
            tables[name] = host.guard(table[name], real)
        end
        tables.foreach = host.guard(table.foreach, real, true)
        local maths = copy(math)
        local draw = host.random
        maths.random = function(low, high, ...)
            local r = draw()
            if low == nil then return r end
            if high == nil then
                local count = floor(tonumber(low))
                if not (count >= 1 and count <= 2147483647) then
                    error("bad argument #1 to 'random' (interval is empty)", 2)
                end
                return floor(r * count) + 1
            end
            if select('#', ...) > 0 then error('wrong number of arguments', 2) end
            low, high = floor(tonumber(low)), floor(tonumber(high))
            if not (low <= high) then error("bad argument #2 to 'random' (interval is empty)", 2) end
            return floor(r * (high - low + 1)) + low
        end
        maths.randomseed = host.randomseed
        local json = copy(cjson)
        json.new = nil
        G.table, G.math, G.cjson, G.bit = readOnly(tables), readOnly(maths), readOnly(json), readOnly(bit)
        local strings = copy(string)
        G.string, G.coroutine = readOnly(strings), readOnly(coroutine)
        real[stringMeta].__index = G.string
        G.struct = readOnly({pack = host.struct_pack, unpack = host.struct_unpack, size = host.struct_size})
        G.cmsgpack = readOnly({
            pack = host.msgpack_pack, unpack = host.msgpack_unpack, unpack_one = host.msgpack_unpack_one,
            unpack_limit = host.msgpack_unpack_limit, _NAME = 'cmsgpack', _VERSION = 'lua-cmsgpack 0.4.0',
            _COPYRIGHT = 'Copyright (C) 2012, Salvatore Sanfilippo',
            _DESCRIPTION = 'MessagePack C implementation for Lua',
        })

        -- redis.
        local redis = {
            call = host.call, pcall = host.pcall, log = host.log, sha1hex = host.sha1hex, setresp = host.setresp,
            set_repl = host.set_repl, acl_check_cmd = host.acl_check_cmd,
            LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
            REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3,
            REDIS_VERSION = version, REDIS_VERSION_NUM = versionNumber,
        }
        function redis.error_reply(...)
            local text = ...
            if select('#', ...) ~= 1 or type(text) ~= 'string' then
                return {err = 'ERR wrong number or type of arguments'}
            end
            text = gsub(gsub(text, '^-', ''), '[\r\n]+$', '')
            if not find(text, ' ', 1, true) then text = 'ERR ' .. text end
            return {err = text}
        end
        function redis.status_reply(...)
            local text = ...
            if select('#', ...) ~= 1 or type(text) ~= 'string' then
                return {err = 'ERR wrong number or type of arguments'}
            end
            return {ok = text}
        end
        if not servesFunctions then
            function redis.replicate_commands() return true end
            function redis.breakpoint() return false end
            function redis.debug() end
            G.__redis__err__handler = handler
        end
        G.redis = readOnly(redis)
        setmetatable(G, {__index = missing})
        local globals = readOnly(G, readOnly({__index = missing}))
        G._G = globals

        -- What a library of functions finds while it is loaded, in the place of all that.
        local loading = {}
        for _, name in ipairs{'log', 'LOG_DEBUG', 'LOG_VERBOSE', 'LOG_NOTICE', 'LOG_WARNING', 'REDIS_VERSION',
            'REDIS_VERSION_NUM'} do loading[name] = redis[name] end
        loading.register_function = host.register_function
        local library = {redis = readOnly(setmetatable(loading, {__index = missing}))}
        return handler, G, globals, getmetatable(globals), setmetatable(library, {__index = missing})
        """#
}
