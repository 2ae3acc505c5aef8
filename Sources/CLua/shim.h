#ifndef DUET_LUA_SHIM_H
#define DUET_LUA_SHIM_H

#include <lua5.1/lua.h>
#include <lua5.1/lauxlib.h>
#include <lua5.1/lualib.h>
#include <lua5.1/lua-cjson.h>
#include <lua5.1/lua-bitop.h>
#include <stdio.h>
#include <stdlib.h>

// What lies between Lua and Swift. Lua raises errors by longjmp, which must not pass a Swift frame: only what is
// written here calls `lua_error`, after Swift has returned, and whatever Swift calls cannot raise. An allocation is
// refused only while no Swift frame of the host's is above the interpreter's (`hosts`), and nothing in the sandbox can
// have a __gc. Lua's macros are here as functions, since Swift does not import them.

/// What an interpreter's owner shares with its C side. Lives as long as the interpreter.
typedef struct duet_lua_host {
    /// Bytes allocated by the interpreter, and what it may have.
    size_t used;
    size_t limit;
    /// How many calls of `serve` are under way: meanwhile nothing is refused.
    int hosts;
    /// For the owner.
    void *context;
    /// Serves the host function `function` for the values on the stack. Returns how many values it left on top, or -1
    /// to raise the one on top.
    int (*serve)(void *context, lua_State *lua, int function);
    /// Called every so many instructions. Returns nonzero to raise the value that it left on top.
    int (*tick)(void *context, lua_State *lua);
} duet_lua_host;

static inline void *duet_lua_allocate(void *context, void *block, size_t old_size, size_t size) {
    duet_lua_host *host = (duet_lua_host *)context;
    if (size == 0) {
        free(block);
        host->used -= old_size;
        return NULL;
    }
    if (size > old_size && host->hosts == 0 && host->used + (size - old_size) > host->limit) return NULL;
    void *grown = realloc(block, size);
    if (grown == NULL) {
        if (size <= old_size || host->hosts == 0) return size <= old_size ? block : NULL;
        abort();
    }
    host->used += size - old_size;
    return grown;
}

static inline duet_lua_host *duet_lua_host_of(lua_State *lua) {
    void *host = NULL;
    lua_getallocf(lua, &host);
    return (duet_lua_host *)host;
}

static inline int duet_lua_serve(lua_State *lua) {
    duet_lua_host *host = duet_lua_host_of(lua);
    host->hosts += 1;
    int count = host->serve(host->context, lua, (int)lua_tointeger(lua, lua_upvalueindex(1)));
    host->hosts -= 1;
    return count < 0 ? lua_error(lua) : count;
}

static inline void duet_lua_tick(lua_State *lua, lua_Debug *place) {
    (void)place;
    duet_lua_host *host = duet_lua_host_of(lua);
    host->hosts += 1;
    int raises = host->tick(host->context, lua);
    host->hosts -= 1;
    if (raises) lua_error(lua);
}

/// A fresh interpreter without libraries; NULL if there is no memory.
static inline lua_State *duet_lua_new(duet_lua_host *host) { return lua_newstate(duet_lua_allocate, host); }

/// Opens what the sandbox is made of. Raises errors: call it protected.
static inline int duet_lua_open(lua_State *lua) {
    static const luaL_Reg libraries[] = {
        {"", luaopen_base}, {LUA_TABLIBNAME, luaopen_table}, {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math}, {LUA_DBLIBNAME, luaopen_debug}, {NULL, NULL}};
    for (const luaL_Reg *library = libraries; library->func != NULL; library++) {
        lua_pushcfunction(lua, library->func);
        lua_pushstring(lua, library->name);
        lua_call(lua, 1, 0);
    }
    lua_pushcfunction(lua, luaopen_cjson);
    lua_call(lua, 0, 1);
    lua_setglobal(lua, "cjson");
    lua_pushcfunction(lua, luaopen_bit);
    lua_call(lua, 0, 1);
    lua_setglobal(lua, "bit");
    return 0;
}

static inline int duet_lua_open_protected(lua_State *lua) { return lua_cpcall(lua, duet_lua_open, NULL); }


/// lua_pcall for Swift: meanwhile the limit holds.
static inline int duet_lua_call(lua_State *lua, int arguments, int results, int handler) {
    duet_lua_host *host = duet_lua_host_of(lua);
    int hosts = host->hosts;
    host->hosts = 0;
    int status = lua_pcall(lua, arguments, results, handler);
    host->hosts = hosts;
    return status;
}

/// luaL_loadbuffer, text only, under the limit.
static inline int duet_lua_load(lua_State *lua, const char *source, size_t size, const char *name) {
    duet_lua_host *host = duet_lua_host_of(lua);
    int hosts = host->hosts;
    // What begins like compiled code is read as text: behind a blank it means nothing else.
    char *text = size > 0 && source[0] == LUA_SIGNATURE[0] ? (char *)malloc(size + 1) : NULL;
    if (text != NULL) {
        text[0] = ' ';
        for (size_t index = 0; index < size; index++) text[index + 1] = source[index];
        source = text;
        size += 1;
    }
    host->hosts = 0;
    int status = luaL_loadbuffer(lua, source, size, name);
    host->hosts = hosts;
    free(text);
    return status;
}

/// Serves a library function unless its first argument is a table that scripts may not write: one that `real`, the second
/// upvalue, has a value for. With a third upvalue, the function reads, and gets the real table. The function runs in this
/// frame, so that its errors name it and its caller.
static inline int duet_lua_guarded(lua_State *lua) {
    if (lua_istable(lua, 1)) {
        lua_pushvalue(lua, 1);
        lua_rawget(lua, lua_upvalueindex(2));
        if (lua_isnil(lua, -1)) {
            lua_settop(lua, -2);
        } else if (lua_toboolean(lua, lua_upvalueindex(3))) {
            lua_replace(lua, 1);
        } else {
            lua_pushliteral(lua, "Attempt to modify a readonly table");
            return lua_error(lua);
        }
    }
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

/// Makes such a function of a function, `real`, and whether it reads.
static inline int duet_lua_guard(lua_State *lua) {
    lua_settop(lua, 3);
    lua_pushcclosure(lua, duet_lua_guarded, 3);
    return 1;
}

/// `pairs` with the function `next` that is its upvalue.
static inline int duet_lua_pairs(lua_State *lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_pushvalue(lua, 1);
    lua_pushnil(lua);
    return 3;
}

static inline int duet_lua_make_pairs(lua_State *lua) {
    lua_settop(lua, 1);
    lua_pushcclosure(lua, duet_lua_pairs, 1);
    return 1;
}

static inline void duet_lua_push_guard(lua_State *lua) { lua_pushcfunction(lua, duet_lua_guard); }
static inline void duet_lua_push_make_pairs(lua_State *lua) { lua_pushcfunction(lua, duet_lua_make_pairs); }

/// Pushes the host function `function`.
static inline void duet_lua_push_host(lua_State *lua, int function) {
    lua_pushinteger(lua, function);
    lua_pushcclosure(lua, duet_lua_serve, 1);
}

/// Has `tick` called every `count` instructions of this coroutine and of those that it makes.
static inline void duet_lua_set_hook(lua_State *lua, int count) { lua_sethook(lua, duet_lua_tick, LUA_MASKCOUNT, count); }

/// As Lua prints a number that is no integer; at most 32 bytes with the end.
static inline int duet_lua_print(char *text, double number) { return snprintf(text, 32, "%.17g", number); }

static inline void duet_lua_pop(lua_State *lua, int count) { lua_settop(lua, -count - 1); }

/// Makes the value on top the global table.
static inline void duet_lua_replace_globals(lua_State *lua) { lua_replace(lua, LUA_GLOBALSINDEX); }

static inline int duet_lua_ref(lua_State *lua) { return luaL_ref(lua, LUA_REGISTRYINDEX); }
static inline void duet_lua_unref(lua_State *lua, int ref) { luaL_unref(lua, LUA_REGISTRYINDEX, ref); }
static inline void duet_lua_push_ref(lua_State *lua, int ref) { lua_rawgeti(lua, LUA_REGISTRYINDEX, ref); }

#endif
