"""rq, celery and Django on one server, by both doors. Usage: frameworks.py RESP-PORT MEMCACHED-PORT

rq and celery bring their own workers, which are ended at the end. Empties the server."""
import datetime
import os
import subprocess
import sys
import time

resp, memcached = sys.argv[1:3]
here = os.path.dirname(os.path.abspath(__file__))
os.environ["RESP_PORT"] = resp
sys.path.insert(0, here)
environment = {**os.environ, "PYTHONPATH": here}

import framework_jobs as jobs
import redis

server = redis.Redis(port=int(resp))
server.flushall()


def program(name, *words, **options):
    """A tool of this Python's environment."""
    return subprocess.Popen([os.path.join(os.path.dirname(sys.executable), name), *words], env=environment, cwd=here,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def with_rq():
    from rq import Queue, Retry
    queue = Queue("jobs", connection=server)
    url = f"redis://127.0.0.1:{resp}/0"
    sums = [queue.enqueue(jobs.add, number, number) for number in range(20)]
    behind = queue.enqueue(jobs.add, 1, 2, depends_on=sums)
    failed = queue.enqueue(jobs.fail)
    again = queue.enqueue(jobs.fail, retry=Retry(max=2))
    first = program("rq", "worker", "--burst", "--url", url, "jobs")
    output = first.communicate(timeout=120)[0].decode()
    assert first.returncode == 0, output
    assert [job.return_value() for job in sums] == [2 * number for number in range(20)], output
    assert behind.return_value() == 3, output
    assert failed.is_failed and again.is_failed and "as asked" in failed.latest_result().exc_string
    assert sorted(queue.failed_job_registry.get_job_ids()) == sorted([failed.id, again.id])
    # A job of later: the worker's scheduler holds a lock, and moves it when its time has come.
    later = queue.enqueue_in(datetime.timedelta(seconds=1), jobs.add, 20, 22)
    second = program("rq", "worker", "--with-scheduler", "--url", url, "jobs")
    try:
        assert until(lambda: later.get_status(refresh=True) == "finished"), second.poll()
        assert later.return_value() == 42
    finally:
        second.terminate()
        second.communicate(timeout=60)
    print("rq: jobs, dependencies, retries, failures, a job of later")


def with_celery():
    from celery import chain, chord, group
    worker = program("celery", "-A", "framework_jobs", "worker", "--concurrency", "2", "--loglevel", "info")
    try:
        assert jobs.plus.delay(2, 3).get(timeout=60) == 5
        assert chain(jobs.plus.s(1, 2), jobs.plus.s(4), jobs.plus.s(8))().get(timeout=60) == 15
        assert group(jobs.plus.s(number, 1) for number in range(10))().get(timeout=60) == list(range(1, 11))
        assert chord([jobs.plus.s(number, 0) for number in range(10)])(jobs.total.s()).get(timeout=60) == 45
        assert jobs.third_time.delay().get(timeout=60) == 2
        assert jobs.plus.apply_async((1, 1), countdown=1).get(timeout=60) == 2
        refused = jobs.refuse.delay()
        try:
            refused.get(timeout=60)
            raise AssertionError("a task that fails has no result")
        except ValueError as error:
            assert str(error) == "as asked"
        # Every worker is asked by a channel, and answers by a queue.
        assert [list(answer.values()) for answer in jobs.app.control.ping(timeout=2)] == [[{"ok": "pong"}]]
        assert any("framework_jobs.plus" in names for names in jobs.app.control.inspect(timeout=2).registered().values())
        revoked = jobs.plus.apply_async((1, 1), countdown=3)
        revoked.revoke()
        jobs.app.control.shutdown()
        assert worker.wait(timeout=60) == 0
    finally:
        if worker.poll() is None:
            worker.terminate()
            print(worker.communicate(timeout=60)[0].decode())
    print("celery: tasks, chains, groups, chords, retries, countdown, failures, remote control")


def with_django():
    import django
    from django.conf import settings
    backends = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"redis://127.0.0.1:{resp}/3"},
        "pymemcache": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
                       "LOCATION": f"127.0.0.1:{memcached}", "KEY_PREFIX": "pymemcache"},
        "pylibmc": {"BACKEND": "django.core.cache.backends.memcached.PyLibMCCache",
                    "LOCATION": f"127.0.0.1:{memcached}", "KEY_PREFIX": "pylibmc"},
    }
    settings.configure(
        CACHES=backends, SECRET_KEY="for this run", ROOT_URLCONF="framework_site", ALLOWED_HOSTS=["*"], USE_TZ=True,
        SESSION_ENGINE="django.contrib.sessions.backends.cache", INSTALLED_APPS=["django.contrib.sessions"],
        MIDDLEWARE=["django.middleware.cache.UpdateCacheMiddleware",
                    "django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.cache.FetchFromCacheMiddleware"])
    django.setup()
    from django.core.cache import caches
    from django.test import Client, override_settings
    for name in backends:
        cache = caches[name]
        cache.clear()
        assert cache.add("a", 1) and not cache.add("a", 2) and cache.get("a") == 1
        assert cache.get("none", "other") == "other" and "a" in cache and "none" not in cache
        assert cache.incr("a") == 2 and cache.incr("a", 10) == 12 and cache.decr("a", 2) == 10
        try:
            cache.incr("none")
            raise AssertionError("a key that is not there counts nothing")
        except ValueError:
            pass
        value = {"text": "grüße", "list": [1, 2.5, None], "bytes": b"\0\xff" * 5000}
        cache.set("object", value, 100)
        assert cache.get("object") == value
        assert cache.set_many({f"m{number}": number for number in range(50)}, 100) == []
        assert cache.get_many([f"m{number}" for number in range(60)]) == {f"m{number}": number for number in range(50)}
        cache.delete_many(["m0", "m1"])
        assert cache.get("m0") is None and cache.delete("m2") and not cache.delete("m2")
        assert cache.get_or_set("computed", lambda: 7) == 7 and cache.get("computed") == 7
        assert cache.touch("object", 0) and cache.get("object") is None and not cache.touch("none")
        cache.set("v", "one", version=1)
        assert cache.get("v", version=2) is None and cache.incr_version("v", version=1) == 2 and cache.get("v", version=2) == "one"
        cache.set("short", 1, 1)
        cache.set("never", 1, None)
        cache.set("gone", 1, 0)
        assert cache.get("gone") is None and until(lambda: cache.get("short") is None, 5) and cache.get("never") == 1
        with override_settings(SESSION_CACHE_ALIAS=name, CACHE_MIDDLEWARE_ALIAS=name):
            from django.contrib.sessions.backends.cache import SessionStore
            session = SessionStore()
            session["user"] = {"name": "grüße", "roles": ["a", "b"]}
            session.set_expiry(300)
            session.save()
            key = session.session_key
            assert SessionStore(key)["user"]["roles"] == ["a", "b"] and session.exists(key)
            session.cycle_key()
            assert not session.exists(key) and SessionStore(session.session_key)["user"]["name"] == "grüße"
            session.flush()
            assert not session.exists(session.session_key) if session.session_key else True
            browser = Client()
            assert [browser.get("/count").content for _ in range(3)] == [b"1", b"2", b"3"]
            assert len({browser.get("/page").content for _ in range(3)}) == 1
        cache.clear()
        assert cache.get("never") is None
    print("Django: caches", ", ".join(backends), "with sessions and cached pages")


with_rq()
with_celery()
with_django()
server.flushall()
