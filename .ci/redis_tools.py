"""redis-cli's modes and redis-benchmark's options on one server. Usage: redis_tools.py RESP-PORT

Each is run for a moment, and what it prints is looked at. Changes settings and keys of the server."""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

port = sys.argv[1]
done = []


def run(program, *words, text=None, seconds=60, fails=False):
    """What a program prints to both streams; it must end by itself."""
    result = subprocess.run(
        [program, "-p", port, *words], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
    output = result.stdout.decode(errors="replace")
    assert fails or result.returncode == 0, (program, words, output)
    return output


def cli(*words, **options):
    return run("redis-cli", *words, **options)


def watch(*words, seconds=2.2):
    """What a mode prints to a terminal that goes on for ever, up to an interrupt."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(["redis-cli", "-p", port, *words], stdout=theirs, stderr=theirs)
    os.close(theirs)
    output, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            output += os.read(ours, 65536)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=5)
    os.close(ours)
    return output.decode(errors="replace")


def mode(name, output, *patterns):
    for pattern in patterns:
        assert re.search(pattern, output), (name, pattern, output)
    done.append(name)


cli("flushall")
load = "".join(f"*3\r\n$3\r\nSET\r\n$6\r\nk{i:05}\r\n$5\r\n{i:05}\r\n" for i in range(5000))
mode("--pipe", cli("--pipe", text=load.encode()), r"errors: 0, replies: 5000")
mode("--pipe with errors", cli("--pipe", text=b"NOSUCH\r\nPING\r\n", fails=True), r"unknown command", r"errors: 1, replies: 2")
cli("rpush", "list", *map(str, range(300)))
cli("hset", "hash", "f", "v", "g", "w")
cli("sadd", "set", *map(str, range(50)))
cli("zadd", "zset", "1", "a", "2", "b")
cli("xadd", "stream", "*", "f", "v")

assert sorted(cli("--scan").split()) == sorted(
    [f"k{i:05}" for i in range(5000)] + ["list", "hash", "set", "zset", "stream"])
assert sorted(cli("--scan", "--pattern", "k0000?").split()) == [f"k{i:05}" for i in range(10)]
done.append("--scan")
mode("--bigkeys", cli("--bigkeys"), r"Sampled 5005 keys", r"Biggest\s+list found \S*list\S* has 300 items",
     r"1 streams with 1 entries", r"1 zsets with 2 members")
mode("--memkeys", cli("--memkeys"), r"Sampled 5005 keys", r"Biggest\s+list found \S*list\S* has \d+ bytes")
mode("--memkeys-samples", cli("--memkeys", "--memkeys-samples", "0"), r"Sampled 5005 keys")
policy = cli("config", "get", "maxmemory-policy").split()[1]
cli("config", "set", "maxmemory-policy", "allkeys-lfu")
cli("-r", "300", "get", "k00007")
mode("--hotkeys", cli("--hotkeys"), r"hot key found with counter: \d+\s+keyname: \S*k00007")
cli("config", "set", "maxmemory-policy", policy)

mode("--stat", watch("--stat", "-i", "0.5"), r"keys\s+mem\s+clients\s+blocked\s+requests\s+connections",
     r"\n5005\s+\d+\.\d+M\s+\d+\s+0\s+\d+ \(\+\d+\)\s+\d+")
mode("--latency", cli("--latency", "--raw", "-i", "0.5"), r"^\d+ \d+ \d+\.\d+ \d+")
mode("--latency-history", watch("--latency-history", "-i", "1"), r"min: \d+, max: \d+, avg: \d+\.\d+ \(\d+ samples\)")
mode("--latency-dist", watch("--latency-dist", "-i", "1"), r"samples|---")
mode("--intrinsic-latency", cli("--intrinsic-latency", "1"), r"total runs")
mode("--lru-test", watch("--lru-test", "1000"), r"Gets/sec \| Hits: \d+")
mode("--json", cli("--json", "hgetall", "hash"), r'\{"f":"v","g":"w"\}')
mode("--csv", cli("--csv", "lrange", "list", "0", "2"), r'"0","1","2"')
mode("-x", cli("-x", "set", "read", text=b"from a pipe"), r"OK")
mode("-r -i", cli("-r", "3", "-i", "0.01", "incr", "n"), r"1\n2\n3\n")
mode("-3", cli("-3", "hgetall", "hash"), r"f v\ng w")
mode("-X", cli("-X", "here", "set", "read", "here", text=b"tagged"), r"OK")
mode("-d", cli("-d", "|", "lrange", "list", "0", "2"), r"^0\|1\|2")
mode("-D", cli("-D", "|", "-r", "2", "get", "read"), r"^tagged\|tagged\|")
mode("-n", cli("-n", "5", "dbsize"), r"^0\n")
mode("-u", cli("-u", f"redis://127.0.0.1:{port}/0", "get", "read"), r"tagged")
mode("-e", cli("-e", "incr", "read", fails=True), r"not an integer")
mode("--no-raw", cli("--no-raw", "get", "read"), r'"tagged"')
mode("--quoted-input", cli("--quoted-input", "set", r'"\x41"', r'"\x42"'), r"OK")
mode("--quoted-json", cli("--quoted-json", "get", "A"), r'"B"')
mode("--quoted-pattern", cli("--scan", "--quoted-pattern", r'"\x41"'), r"^A\n$")
with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
    script.write("return {KEYS[1], ARGV[1], redis.call('get', KEYS[1])}")
    script.flush()
    mode("--eval", cli("--eval", script.name, "A", ",", "x"), r"^A\nx\nB\n")
cli("acl", "setuser", "tool", "on", ">sesame", "~*", "&*", "+@all")
mode("--user", cli("--user", "tool", "-a", "sesame", "acl", "whoami"), r"tool$")
mode("--no-auth-warning", cli("--no-auth-warning", "--user", "tool", "--pass", "sesame", "acl", "whoami"), r"^tool$")
mode("help", cli(text=b"help set\nset in teractive\nget in\n"), r"summary:\S* S", r"teractive")

feed = subprocess.Popen(["redis-cli", "-p", port, "monitor"], stdout=subprocess.PIPE)
assert feed.stdout.readline() == b"OK\n"
cli("set", "seen", "by a monitor")
mode("monitor", feed.stdout.readline().decode(), r'^\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] "set" "seen" "by a monitor"')
feed.kill()
feed.communicate()

listener = subprocess.Popen(["redis-cli", "-p", port, "subscribe", "news"], stdout=subprocess.PIPE)
assert [listener.stdout.readline() for _ in range(3)] == [b"subscribe\n", b"news\n", b"1\n"]
cli("publish", "news", "heard")
mode("subscribe", b"".join(listener.stdout.readline() for _ in range(3)).decode(), r"^message\nnews\nheard\n$")
listener.kill()
listener.communicate()

cli("config", "set", "slowlog-log-slower-than", "0")
cli("set", "slow", "x" * 200)
mode("slowlog", cli("slowlog", "get", "5"), r"slow\n", r"more bytes", r"127\.0\.0\.1:\d+")
cli("config", "set", "slowlog-log-slower-than", "10000")
cli("slowlog", "reset")
mode("latency histogram", cli("latency", "histogram", "set"), r"histogram_usec")
mode("info commandstats", cli("info", "commandstats"), r"cmdstat_set:calls=\d+,usec=\d+,usec_per_call=\d+\.\d\d,")
mode("memory doctor", cli("memory", "doctor"), r"\w")
mode("client list", cli("client", "list"), r"id=\d+ addr=127\.0\.0\.1:\d+")

# Every option of redis-benchmark that asks something else of the server. --cluster needs another server.
tests = "ping_inline,ping_mbulk,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,lrange_100,lrange_300,mset"
for name, words in {
    "-t": ["-t", tests], "-P": ["-t", "set,get", "-P", "16"], "-c": ["-t", "set", "-c", "7"],
    "-d": ["-t", "set,get", "-d", "4000"], "-r": ["-t", "set", "-r", "1000"], "--dbnum": ["-t", "set", "--dbnum", "3"],
    "-k 0": ["-t", "ping_mbulk", "-k", "0"], "-3": ["-t", "set,get", "-3"], "--threads": ["-t", "set", "--threads", "2"],
    "--user": ["-t", "set", "--user", "tool", "-a", "sesame"], "--precision": ["-t", "set", "--precision", "3"],
    "--enable-tracking": ["-t", "get", "--enable-tracking"], "command": ["-r", "100", "set", "k__rand_int__", "v"],
}.items():
    output = run("redis-benchmark", "-n", "2000", "-q", *words, seconds=120)
    assert "requests per second" in output and "rror" not in output.replace("ERROR: failed to fetch CONFIG", ""), output
    done.append(f"redis-benchmark {name}")
mode("redis-benchmark --csv", run("redis-benchmark", "-n", "1000", "-t", "set", "--csv"), r'"SET","\d+\.\d+"')
mode("redis-benchmark -x", run("redis-benchmark", "-n", "1000", "-x", "set", "k", text=b"value"), r"requests per second|throughput")
idle = subprocess.Popen(["redis-benchmark", "-p", port, "-I", "-c", "40"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
for _ in range(100):
    connected = int(re.search(r"connected_clients:(\d+)", cli("info", "clients")).group(1))
    if connected >= 40:
        break
    time.sleep(0.05)
assert connected >= 40 and idle.poll() is None
idle.kill()
idle.wait()
done.append("redis-benchmark -I")
assert "failed to fetch CONFIG" not in run("redis-benchmark", "-n", "100", "-t", "set")
cli("acl", "deluser", "tool")
cli("flushall")
print("redis tools:", ", ".join(done))
