"""redis-py on every group of commands: blocking and asyncio client, protocol 2 and 3. Usage: redis_clients.py RESP-PORT

Each round is written once, against the asyncio client; the blocking one is asked through an adapter. What a command that
is not here yet answers is printed, not passed over."""
import asyncio
import sys
import threading

import redis
import redis.asyncio

port = int(sys.argv[1])


class Blocking:
    """The blocking client behind the asyncio client's face."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        method = getattr(self.client, name)

        async def ask(*arguments, **options):
            return method(*arguments, **options)

        return ask


def pairs(reply):
    """A reply that is a map in protocol 3 and may be pairs in protocol 2."""
    return dict(reply) if not isinstance(reply, dict) else reply


async def strings(r):
    assert await r.set("s", "hello") and await r.get("s") == "hello"
    assert await r.set("s", "x", nx=True) is None
    assert await r.set("s", "world", get=True) == "hello"
    assert await r.append("s", "!") == 6 and await r.getrange("s", 1, 3) == "orl"
    assert await r.setrange("s", 0, "W") == 6 and await r.strlen("s") == 6
    assert await r.mset({"s1": 1, "s2": 2}) and await r.mget("s1", "s2", "s3") == ["1", "2", None]
    assert await r.incr("s1") == 2 and await r.incrby("s1", 5) == 7 and await r.incrbyfloat("s1", 0.5) == 7.5
    assert await r.getex("s", ex=100) == "World!" and 0 < await r.ttl("s") <= 100
    assert await r.getdel("s") == "World!" and await r.exists("s") == 0
    assert await r.lcs("s2", "s2", len=True) == 1


async def bits(r):
    assert await r.setbit("b", 7, 1) == 0 and await r.getbit("b", 7) == 1
    assert await r.bitcount("b") == 1 and await r.bitpos("b", 1) == 7
    assert await r.bitop("NOT", "b2", "b") == 1
    assert await r.execute_command("BITFIELD", "b", "INCRBY", "u4", "0", "3") == [3]


async def hyperloglogs(r):
    assert await r.pfadd("p", *range(100)) == 1 and 95 <= await r.pfcount("p") <= 105
    assert await r.pfmerge("q", "p") and await r.pfcount("q", "p") == await r.pfcount("p")


async def hashes(r):
    assert await r.hset("h", mapping={"a": 1, "b": 2}) == 2
    assert await r.hgetall("h") == {"a": "1", "b": "2"} and await r.hmget("h", "a", "c") == ["1", None]
    assert await r.hincrby("h", "a", 4) == 5 and await r.hincrbyfloat("h", "b", 0.25) == 2.25
    assert sorted(await r.hkeys("h")) == ["a", "b"] and await r.hlen("h") == 2 and await r.hexists("h", "a")
    assert await r.hset("h", mapping={f"f{i}": "v" * 20 for i in range(1000)}) == 1000
    cursor, seen = 0, {}
    while True:
        cursor, some = await r.hscan("h", cursor, match="f*", count=50)
        seen.update(some)
        if cursor == 0:
            break
    assert len(seen) == 1000 and await r.hdel("h", *seen) == 1000
    assert len(await r.hrandfield("h", 2)) == 2


async def lists(r):
    assert await r.rpush("l", *range(5)) == 5 and await r.lrange("l", 0, -1) == ["0", "1", "2", "3", "4"]
    assert await r.lpop("l") == "0" and await r.rpop("l", 2) == ["4", "3"] and await r.lindex("l", 0) == "1"
    assert await r.linsert("l", "BEFORE", "2", "x") == 3 and await r.lpos("l", "x") == 1
    assert await r.lset("l", 0, "y") and await r.lrem("l", 0, "x") == 1 and await r.ltrim("l", 0, 0)
    assert await r.lmove("l", "m", "LEFT", "RIGHT") == "y" and await r.llen("l") == 0
    assert list(await r.blpop(["l", "m"], timeout=1)) == ["m", "y"]
    assert await r.blpop(["l"], timeout=0.05) is None


async def sets(r):
    assert await r.sadd("t", *range(10)) == 10 and await r.sismember("t", 3) and await r.scard("t") == 10
    assert await r.sadd("u", 8, 9, 10) == 3
    assert await r.sinter("t", "u") == {"8", "9"} and await r.sdiff("u", "t") == {"10"}
    assert await r.sunionstore("w", "t", "u") == 11 and await r.sintercard(2, ["t", "u"]) == 2
    assert await r.smove("t", "u", "1") and await r.smismember("u", ["1", "2"]) == [1, 0]
    assert await r.spop("w") is not None and await r.srem("u", 8, 9) == 2
    assert len(await r.srandmember("w", 3)) == 3


async def sorted_sets(r):
    assert await r.zadd("z", {"a": 1, "b": 2.5, "c": 3}) == 3 and await r.zscore("z", "b") == 2.5
    assert [list(p) for p in await r.zrange("z", 0, -1, withscores=True)] == [["a", 1.0], ["b", 2.5], ["c", 3.0]]
    assert await r.zrangebyscore("z", "(1", "+inf") == ["b", "c"] and await r.zrank("z", "c") == 2
    assert await r.zincrby("z", 4, "a") == 5 and await r.zcount("z", 2, 5) == 3
    assert await r.zunionstore("y", {"z": 2}) == 3 and await r.zscore("y", "a") == 10
    assert "b" in repr(await r.zpopmin("z"))
    assert await r.zadd("z", {"a": 9}, gt=True, ch=True) == 1 and await r.zrem("z", "c") == 1
    assert await r.zrangestore("x", "y", 0, 1) == 2 and await r.zlexcount("x", "-", "+") == 2
    assert (await r.bzpopmin(["nothing", "z"], timeout=1))[:2] in (["z", "a"], ("z", "a"))
    assert await r.bzpopmax(["nothing"], timeout=0.05) is None


async def geo(r):
    assert await r.geoadd("g", (13.361389, 38.115556, "Palermo", 15.087269, 37.502669, "Catania")) == 2
    assert round(await r.geodist("g", "Palermo", "Catania", unit="km")) == 166
    assert await r.geohash("g", "Palermo") == ["sqc8b49rny0"]
    assert await r.geosearch("g", longitude=15, latitude=37, radius=200, unit="km", sort="ASC") == ["Catania", "Palermo"]
    assert await r.geosearchstore("near", "g", member="Catania", radius=1, unit="km") == 1
    assert round((await r.geopos("g", "Catania"))[0][0], 3) == 15.087


async def streams(r):
    assert await r.xadd("x1", {"k": "v"}, id="1-1") == "1-1" and await r.xadd("x1", {"k": "w"}, id="2-1") == "2-1"
    assert await r.xrange("x1") == [("1-1", {"k": "v"}), ("2-1", {"k": "w"})] and await r.xlen("x1") == 2
    assert await r.xgroup_create("x1", "workers", id="0") and await r.xgroup_create("x2", "workers", mkstream=True)
    reply = pairs(await r.xreadgroup("workers", "me", {"x1": ">"}, count=1))
    assert list(reply) == ["x1"] and "1-1" in repr(reply)
    assert (await r.xpending("x1", "workers"))["pending"] == 1
    assert await r.xclaim("x1", "workers", "you", 0, ["1-1"]) == [("1-1", {"k": "v"})]
    assert await r.xack("x1", "workers", "1-1") == 1
    assert (await r.xinfo_stream("x1"))["length"] == 2 and (await r.xinfo_groups("x1"))[0]["name"] == "workers"
    assert not await r.xread({"x2": "$"}, block=20)
    assert await r.xdel("x1", "1-1") == 1 and await r.xtrim("x1", maxlen=0) == 1


async def sorting(r):
    assert await r.rpush("n", 3, 1, 2) == 3 and await r.sort("n") == ["1", "2", "3"]
    assert await r.mset({"w1": 3, "w2": 2, "w3": 1, "o1": "a", "o2": "b", "o3": "c"})
    assert await r.sort("n", by="w*", get=["#", "o*"], desc=True) == ["1", "a", "2", "b", "3", "c"]
    assert await r.sort("n", store="sorted") == 3


async def keyspace(r):
    assert await r.rpush("k", 1) and await r.copy("k", "k2") and await r.type("k2") == "list"
    assert await r.rename("k2", "k3") and await r.touch("k", "k3") == 2 and await r.unlink("k3") == 1
    assert await r.object("ENCODING", "k") in ("listpack", "quicklist") and await r.memory_usage("k") > 0
    assert await r.expire("k", 100) and await r.persist("k") and await r.ttl("k") == -1
    payload = await r.execute_command("DUMP", "k", NEVER_DECODE=True)
    assert await r.restore("k4", 5000, payload) and await r.lrange("k4", 0, -1) == ["1"]
    found = [key async for key in scan(r)]
    assert "k" in found and "k4" in found


async def scan(r):
    cursor = 0
    while True:
        cursor, keys = await r.scan(cursor, count=10)
        for key in keys:
            yield key
        if cursor == 0:
            return


GROUPS = [strings, bits, hyperloglogs, hashes, lists, sets, sorted_sets, geo, streams, sorting, keyspace]


async def transactions(r):
    """Only where a pipeline is asynchronous: the blocking one is `blocking_transactions`."""
    async with r.pipeline(transaction=True) as pipe:
        assert await pipe.set("tx", 1).incr("tx").get("tx").execute() == [True, 2, "2"]
    async with r.pipeline() as pipe:
        await pipe.watch("tx")
        await r.set("tx", 9)
        pipe.multi()
        pipe.incr("tx")
        try:
            await pipe.execute()
            raise AssertionError("a change of a watched key was not seen")
        except redis.WatchError:
            pass


RATE_LIMIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if count > tonumber(ARGV[1]) then return {0, redis.call('PTTL', KEYS[1])} end
return {1, tonumber(ARGV[1]) - count}
"""


async def scripts(r):
    assert await r.eval("return {KEYS[1], ARGV[1]}", 1, "k", "v") == ["k", "v"]
    digest = await r.script_load("return redis.call('SET', KEYS[1], ARGV[1])")
    assert await r.script_exists(digest, "0" * 40) == [True, False]
    assert await r.evalsha(digest, 1, "a", "1") in ("OK", b"OK")
    assert await r.get("a") == "1"
    allowed = [(await r.eval(RATE_LIMIT, 1, "rate", 3, 60000))[0] for _ in range(5)]
    assert allowed == [1, 1, 1, 0, 0], allowed
    try:
        await r.eval("return redis.call('INCR', KEYS[1])", 1, "nosuchtype") and await r.eval("error('boo')", 0)
        raise AssertionError("no error")
    except redis.ResponseError as error:
        assert "boo" in str(error)


GROUPS.append(scripts)


def locks(client):
    limit = client.register_script(RATE_LIMIT)
    assert [limit(keys=["limit"], args=[2, 60000])[0] for _ in range(3)] == [1, 1, 0]
    client.script_flush()
    assert limit(keys=["limit"], args=[2, 60000])[0] == 0
    lock = client.lock("lock", timeout=10, blocking_timeout=0.1)
    assert lock.acquire() and not client.lock("lock", blocking_timeout=0.05).acquire()
    assert lock.extend(10) and lock.reacquire() and lock.owned()
    lock.release()
    assert not lock.owned()


async def waiting(r, other):
    """One waits, the other brings."""
    waiter = asyncio.create_task(r.blpop(["wait"], timeout=10))
    await asyncio.sleep(0.05)
    assert await other.rpush("wait", "here") == 1
    assert list(await waiter) == ["wait", "here"]
    waiter = asyncio.create_task(r.bzpopmin(["zwait"], timeout=10))
    await asyncio.sleep(0.05)
    assert await other.zadd("zwait", {"m": 1}) == 1
    assert list(await waiter)[:2] == ["zwait", "m"]
    waiter = asyncio.create_task(r.xread({"xwait": "$"}, block=10_000))
    await asyncio.sleep(0.05)
    await other.xadd("xwait", {"k": "v"}, id="5-0")
    assert "5-0" in repr(await waiter)


async def channels(r, other):
    """One listens, the other speaks."""
    async with r.pubsub() as p:
        await p.subscribe("news")
        await p.psubscribe("new*")
        for count in (1, 2):
            assert (await p.get_message(timeout=10))["data"] == count
        assert await other.publish("news", "hello") == 2
        message = await p.get_message(timeout=10)
        assert (message["type"], message["channel"], message["data"]) == ("message", "news", "hello")
        message = await p.get_message(timeout=10)
        assert (message["type"], message["pattern"], message["data"]) == ("pmessage", "new*", "hello")
        assert dict(await other.pubsub_numsub("news")) == {"news": 1} and await other.pubsub_numpat() == 1
        assert await other.pubsub_channels() == ["news"]
        await p.ping()
        # What redis-py makes of it in protocol 3 are the letters of PONG.
        assert (await p.get_message(timeout=10))["type"] in ("pong", "P")
        await p.unsubscribe()
        await p.punsubscribe()
        assert [(await p.get_message(timeout=10))["data"] for _ in range(2)] == [1, 0]
    assert await other.publish("news", "nobody") == 0


def blocking_channels(r):
    with r.pubsub() as p:
        p.ssubscribe("shard")
        assert p.get_message(timeout=10)["type"] == "ssubscribe"
        assert r.spublish("shard", "x") == 1
    heard = []
    p = r.pubsub()
    p.subscribe(loud=lambda message: heard.append(message["data"]))
    thread = p.run_in_thread(sleep_time=0.01)
    while not dict(r.pubsub_numsub("loud"))["loud"]:
        pass
    for number in range(100):
        r.publish("loud", number)
    while len(heard) < 100:
        pass
    thread.stop()
    thread.join()
    assert heard == [str(number) for number in range(100)]


def blocking_transactions(r):
    def twice(pipe):
        value = int(pipe.get("both") or 0)
        pipe.multi()
        pipe.set("both", value + 1)

    threads = [threading.Thread(target=lambda: [r.transaction(twice, "both") for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert r.get("both") == "200", r.get("both")


async def play(name, r):
    for group in GROUPS:
        await r.flushall()
        try:
            await group(r)
        except redis.ResponseError as error:
            if "unknown command" not in str(error):
                raise
            print(f"{name}: {group.__name__}: {error}")


async def main():
    for protocol in (2, 3):
        r = redis.asyncio.Redis(port=port, protocol=protocol, decode_responses=True)
        await play(f"asyncio, protocol {protocol}", r)
        await transactions(r)
        other = redis.asyncio.Redis(port=port, protocol=protocol, decode_responses=True)
        await waiting(r, other)
        await channels(r, other)
        await r.aclose()
        await other.aclose()
        client = redis.Redis(port=port, protocol=protocol, decode_responses=True)
        await play(f"blocking, protocol {protocol}", Blocking(client))
        blocking_transactions(client)
        blocking_channels(client)
        locks(client)
        client.flushall()


asyncio.run(main())
print("redis-py", redis.__version__, "on", len(GROUPS), "groups, blocking and asyncio, protocols 2 and 3")
