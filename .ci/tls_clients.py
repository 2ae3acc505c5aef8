"""Two client libraries over TLS, sharing a key. Usage: tls_clients.py RESP-PORT MEMCACHED-PORT CA-FILE"""
import ssl
import sys

import pymemcache
import redis

resp_port, memcached_port, authority = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
context = ssl.create_default_context(cafile=authority)
memcached = pymemcache.Client(("localhost", memcached_port), tls_context=context, default_noreply=False)
resp = redis.Redis(host="localhost", port=resp_port, ssl=True, ssl_ca_certs=authority)

assert memcached.set("encrypted", b"both") and resp.get("encrypted") == b"both"
large = bytes(range(256)) * 3000
assert resp.set("large", large) and memcached.get("large") == large
assert memcached.set("large", large[::-1]) and resp.get("large") == large[::-1]
try:
    redis.Redis(port=resp_port, socket_timeout=5).ping()
    raise AssertionError("plain text was answered")
except redis.ConnectionError:
    pass
print("pymemcache and redis-py agree over TLS")
