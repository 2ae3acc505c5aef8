"""The memcached door from the libraries that people use. Usage: memcached_clients.py MEMCACHED-PORT [binary]

With `binary` also the clients that speak the binary protocol."""
import sys

import memcache
import pylibmc
import pymemcache
from pymemcache.exceptions import MemcacheClientError, MemcacheServerError

port = int(sys.argv[1])
address = f"127.0.0.1:{port}"


def python_memcached():
    client = memcache.Client([address], cache_cas=True)
    assert client.set("k", {"a": [1, 2]}) and client.get("k") == {"a": [1, 2]}
    assert client.add("k", "x") == 0 and client.replace("k", "abc") and client.append("k", "d")
    assert client.prepend("k", "_") and client.get("k") == "_abcd"
    assert client.set_multi({"m1": 1, "m2": "zwei"}, time=100) == []
    assert client.get_multi(["m1", "m2", "none"]) == {"m1": 1, "m2": "zwei"}
    assert client.incr("m1", 41) == 42 and client.decr("m1", 100) == 0
    assert client.gets("m2") == "zwei" and client.cas("m2", "drei")
    client.gets("m2")
    assert client.set("m2", "vier") and not client.cas("m2", "lost") and client.get("m2") == "vier"
    assert client.touch("m2", 50) and client.delete("m2") and client.get("m2") is None
    assert client.set("big", "v" * 900_000) and client.get("big") == "v" * 900_000
    assert "pid" in client.get_stats()[0][1]
    assert client.flush_all() is None and client.get("k") is None


def pymemcache_round():
    client = pymemcache.Client(("127.0.0.1", port), default_noreply=False)
    assert client.set("k", b"v", expire=100, flags=7) and client.get("k") == b"v"
    assert client.add("k", b"x") is False and client.replace("k", b"abc") and client.append("k", b"d")
    value, cas = client.gets("k")
    assert value == b"abcd" and client.cas("k", b"new", cas) and client.cas("k", b"lost", cas) is False
    assert client.touch("k", 10) and client.touch("none") is False
    assert client.set_many({f"m{n}": str(n).encode() for n in range(500)}) == []
    assert len(client.get_many([f"m{n}" for n in range(600)])) == 500
    assert client.incr("m1", 2**64 - 2) == 2**64 - 1 and client.incr("m1", 1) == 0
    assert client.delete_many([f"m{n}" for n in range(500)])
    assert client.raw_command("mg k v s\r\n".strip(), end_tokens=b"\r\n").startswith(b"VA 3 s3")
    for request, error in ((lambda: client.incr("k", 1), MemcacheClientError),
                           (lambda: client.set("large", b"v" * (1 << 20)), MemcacheServerError)):
        try:
            request()
        except error:
            continue
        raise AssertionError("an error was expected")
    assert client.version().count(b".") == 2 and client.cache_memlimit(128)
    assert client.set("n", b"1", noreply=True) and client.get("n") == b"1"
    quiet = pymemcache.Client(("127.0.0.1", port))
    assert quiet.delete("n") and quiet.flush_all() and quiet.get("k") is None and client.get("n") is None


def libmemcached(binary):
    client = pylibmc.Client([address], binary=binary, behaviors={"cas": True, "tcp_nodelay": True})
    assert client.set("k", ["list", 1], time=100) and client.get("k") == ["list", 1]
    assert not client.add("k", 1) and client.replace("k", "abc") and client.append("k", "d")
    assert client.prepend("k", "_") and client.get("k") == "_abcd"
    value, cas = client.gets("k")
    assert value == "_abcd" and client.cas("k", "new", cas) and not client.cas("k", "lost", cas)
    assert client.set_multi({f"m{n}": n for n in range(200)}) == []
    assert client.get_multi([f"m{n}" for n in range(300)]) == {f"m{n}": n for n in range(200)}
    assert client.set("n", 5) and client.incr("n", 37) == 42 and client.decr("n", 100) == 0
    assert client.touch("n", 100) and client.delete("n") and client.get("n") is None and not client.delete("n")
    assert client.set("big", b"v" * 900_000) and client.get("big") == b"v" * 900_000
    assert client.get_stats() and client.flush_all() and client.get("k") is None


def bmemcached_round():
    import bmemcached

    client = bmemcached.Client([address])
    assert client.set("k", {"a": 1}, time=100) and client.get("k") == {"a": 1}
    assert not client.add("k", 1) and client.replace("k", "abc")
    value, cas = client.gets("k")
    assert value == "abc" and client.cas("k", "new", cas) and not client.cas("k", "lost", cas)
    assert client.set_multi({f"m{n}": n for n in range(100)}) is not False
    assert client.get_multi([f"m{n}" for n in range(150)]) == {f"m{n}": n for n in range(100)}
    assert client.incr("counter", 5, default=10) in (10, 0) and client.incr("counter", 5, default=10) in (15, 5)
    assert client.delete("k") and client.get("k") is None
    assert client.set("big", "v" * 900_000) and client.get("big") == "v" * 900_000
    assert client.stats() and client.flush_all() and client.get("big") is None
    client.disconnect_all()


python_memcached()
pymemcache_round()
libmemcached(binary=False)
names = ["python-memcached", "pymemcache", "pylibmc"]
if "binary" in sys.argv[2:]:
    libmemcached(binary=True)
    bmemcached_round()
    names += ["pylibmc (binary)", "bmemcached"]
print(", ".join(names), "agree with what they stored")
