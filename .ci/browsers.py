"""A browser of keys and a monitoring agent on one server. Usage: browsers.py RESP-PORT

django-redisboard's pages are asked for as a person would, in Django's own test client, and prometheus-redis-exporter
for its metrics, of which many a dashboard is made. Removes all keys of the server first."""
import re
import socket
import subprocess
import sys
import time
import urllib.request

import django
import redis
from django.conf import settings

port = sys.argv[1]
server = redis.Redis(port=int(port))
server.flushall()
server.set("counter", 41)
server.set("binary \xff", b"\x00\xff")
server.set("fleeting", "value", ex=1000)
server.rpush("list", *range(300))
server.hset("hash", mapping={"field": "of-hash"})
server.sadd("set", "member")
server.zadd("zset", {"scored": 1.5})
server.xadd("stream", {"entry": "x"})
server.function_load("#!lua name=board\nredis.register_function('one', function() return 1 end)", replace=True)


def expect(name, text, *patterns):
    for pattern in patterns:
        assert re.search(pattern, text), (name, pattern, re.sub(r"<[^>]*>|\s+", " ", text)[-3000:])


def browse():
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "django.contrib.messages", "django.contrib.staticfiles", "redisboard",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
            "OPTIONS": {"context_processors": [
                "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]},
        }],
        ROOT_URLCONF="browsers_site", SECRET_KEY="not one", STATIC_URL="/static/", ALLOWED_HOSTS=["*"], USE_TZ=True)
    django.setup()
    import types

    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from django.urls import path

    site = types.ModuleType("browsers_site")
    site.urlpatterns = [path("admin/", admin.site.urls)]
    sys.modules["browsers_site"] = site
    call_command("migrate", verbosity=0)
    client = Client()
    client.force_login(User.objects.create_superuser("operator", "o@example.org", "x"))
    from redisboard.models import RedisServer

    board = RedisServer.objects.create(label="here", url=f"redis://127.0.0.1:{port}")
    base = "/admin/redisboard/redisserver/"

    def page(place, *patterns):
        answer = client.get(base + place)
        text = answer.content.decode()
        assert answer.status_code == 200, (place, answer.status_code, text[:2000])
        expect(place, text, *patterns)

    page("", ">UP<", "peak:", "Inspect|inspect")
    page(f"{board.id}/details/", "uptime_in_seconds", "used_cpu_sys", "cmdstat_|commandstats", "db0")
    page(f"{board.id}/inspect/", "counter", "fleeting", "list", "stream")
    page(f"{board.id}/inspect/0/", "counter", "zset")
    for key, pattern in [
        ("counter", "41"), ("list", "299"), ("hash", "of-hash"), ("set", "member"), ("zset", "scored"),
    ]:
        page(f"{board.id}/inspect/0/key/{key}/", pattern)


def export():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    exporter = subprocess.Popen(
        ["prometheus-redis-exporter", "-redis.addr", f"redis://127.0.0.1:{port}", "-web.listen-address", place,
         "-check-single-keys", "counter,list", "-check-single-streams", "stream", "-export-client-list"],
        stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            try:
                text = urllib.request.urlopen(f"http://{place}/metrics", timeout=10).read().decode()
                break
            except OSError:
                time.sleep(0.1)
        expect(
            "prometheus-redis-exporter", text, r"(?m)^redis_up 1$", r"(?m)^redis_exporter_last_scrape_error\{err=\"\"\} 0$",
            r'(?m)^redis_commands_total\{cmd="set"\} [1-9]', r'(?m)^redis_db_keys\{db="db0"\} 8$',
            r'(?m)^redis_db_keys_expiring\{db="db0"\} 1$', r"(?m)^redis_memory_used_bytes [1-9]",
            r"(?m)^redis_connected_clients [1-9]", r"(?m)^redis_keyspace_misses_total \d",
            r'(?m)^redis_key_size\{db="db0",key="list"\} 300$', r'(?m)^redis_key_value\{db="db0",key="counter"\} 41$',
            r'(?m)^redis_stream_length\{db="db0",stream="stream"\} 1$', r"(?m)^redis_slowlog_length \d",
            r'(?m)^redis_config_maxclients \d', r"(?m)^redis_connected_clients_details\{",
            r'(?m)^redis_instance_info\{.*redis_version="7', r"(?m)^redis_net_output_bytes_total [1-9]")
        return len(set(re.findall(r"(?m)^(redis_\w+)", text)))
    finally:
        exporter.terminate()
        exporter.wait(timeout=10)


browse()
count = export()
print(f"browsers and agents: django-redisboard's pages of a server and of five kinds of keys; {count} metrics of redis_exporter")
