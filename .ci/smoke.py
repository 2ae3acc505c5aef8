"""Two real client libraries on one server, sharing keys. Usage: smoke.py RESP-PORT MEMCACHED-PORT"""
import sys
import threading

import pymemcache
import redis

resp_port, memcached_port = int(sys.argv[1]), int(sys.argv[2])
memcached = pymemcache.Client(("127.0.0.1", memcached_port), default_noreply=False)
resp2 = redis.Redis(port=resp_port, protocol=2)
resp3 = redis.Redis(port=resp_port, protocol=3)

assert memcached.set("a", b"from memcached", expire=100)
for client in (resp2, resp3):
    assert client.get("a") == b"from memcached"
    assert 90 <= client.ttl("a") <= 100
assert resp3.set("b", "from redis", ex=50)
assert memcached.get("b") == b"from redis"
assert memcached.get_many(["a", "b", "c"]) == {"a": b"from memcached", "b": b"from redis"}
assert resp2.mget("a", "b", "c") == [b"from memcached", b"from redis", None]

value, cas = memcached.gets("b")
assert resp2.append("b", "!") == 11
assert memcached.cas("b", "lost", cas) is False
assert memcached.get("b") == b"from redis!"

assert resp2.set("n", 40)
assert memcached.incr("n", 1) == 41
assert resp3.incr("n") == 42
assert memcached.delete("n") and resp2.get("n") is None

large = bytes(range(256)) * 3000
assert memcached.set("large", large) and resp3.get("large") == large
assert resp3.set("larger", large) and memcached.get("larger") == large

# Many clients of both kinds at once on the same counter.
resp2.set("together", 0)


def count(number):
    if number % 2:
        client = redis.Redis(port=resp_port)
        for _ in range(200):
            client.incr("together")
    else:
        client = pymemcache.Client(("127.0.0.1", memcached_port))
        for _ in range(200):
            client.incr("together", 1)


threads = [threading.Thread(target=count, args=(n,)) for n in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert memcached.get("together") == b"1600", memcached.get("together")

assert resp3.info()["redis_version"].startswith("7.")
assert resp2.config_get("databases") == {"databases": "16"}
assert b"curr_items" in memcached.stats()
assert memcached.flush_all() and resp2.dbsize() == 0
print("pymemcache", pymemcache.__version__, "and redis-py", redis.__version__, "agree")
