"""Starts and measures the servers that the benchmark scripts compare. Standard library only.

Every server is a child of the script, listens on a free loopback port, works in a directory of its own, and is ended by
its process id when the script ends, also by Ctrl-C.
"""

import argparse
import atexit
import datetime
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "Benchmarks", "results")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

_running = []


class ServerFailed(Exception):
    """A server did not start, ended early, or did not answer."""


def arguments(description, **defaults):
    """An argument parser with the options that all scripts share."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--duet", metavar="FILE", help="the duet to measure; without it a release build is made")
    parser.add_argument("--memcached", metavar="FILE", default="memcached", help="the memcached to compare with")
    parser.add_argument("--redis", metavar="FILE", default="redis-server", help="the redis-server to compare with")
    parser.add_argument("--output", metavar="NAME", default=defaults.get("output"),
                        help="file in Benchmarks/results to write; '-' writes none")
    parser.add_argument("--server-core", type=int, default=0, help="core that servers run on")
    parser.add_argument("--generator-core", type=int, default=1, help="core that the load generator runs on")
    parser.add_argument("--quick", action="store_true", help="small and short: to see that it works, not to quote")
    return parser


def prepare(options):
    """Finds or builds duet, and arranges for children to end with the script."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    atexit.register(stop_all)
    if options.duet is None:
        say("building duet (release)")
        subprocess.run(["swift", "build", "-c", "release", "--product", "duet"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
        options.duet = os.path.join(ROOT, ".build", "release", "duet")
    cores = os.sched_getaffinity(0)
    for core in (options.server_core, options.generator_core):
        if core not in cores:
            sys.exit(f"core {core} is not available; see --server-core and --generator-core")


def _interrupted(number, frame):
    raise KeyboardInterrupt


def stop_all():
    for server in list(_running):
        server.stop()


def say(text, end="\n"):
    """A progress line on standard error: replaces itself on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K" + text + ("\n" if end == "\n" else ""))
    elif end == "\n":
        sys.stderr.write(text + "\n")
    sys.stderr.flush()


def progress(text):
    say(text, end="")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """One running server. `command` is a list in which PORT stands for the port."""

    def __init__(self, name, protocol, command, core=None, files_limit=None):
        self.name = name
        self.protocol = protocol
        self.port = free_port()
        self.command = [str(self.port) if part == "PORT" else part for part in command]
        self.directory = tempfile.mkdtemp(prefix="duet-bench-")
        self.log = open(os.path.join(self.directory, "log"), "w+")

        def in_child():
            # A process group of its own: Ctrl-C reaches the script alone, which then ends its servers in order.
            os.setpgrp()
            if core is not None:
                os.sched_setaffinity(0, {core})
            if files_limit is not None:
                import resource
                resource.setrlimit(resource.RLIMIT_NOFILE, (files_limit, files_limit))

        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
            preexec_fn=in_child)
        _running.append(self)
        self.wait_until_it_answers()
        self.startup_seconds = time.monotonic() - self.started

    @property
    def pid(self):
        return self.process.pid

    def wait_until_it_answers(self):
        probe = b"PING\r\n" if self.protocol == "resp" else b"version\r\n"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise ServerFailed(f"{self.name} ended at once: {self.log_end()}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(probe)
                    if connection.recv(100):
                        return
            except OSError:
                pass
            time.sleep(0.0005)
        raise ServerFailed(f"{self.name} does not answer: {self.log_end()}")

    def log_end(self):
        self.log.flush()
        with open(self.log.name) as text:
            return text.read()[-500:].strip()

    def processor_seconds(self):
        """User and system time of the whole process. Resolution: one tick of the kernel's clock."""
        with open(f"/proc/{self.pid}/stat") as text:
            fields = text.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def resident_bytes(self):
        with open(f"/proc/{self.pid}/status") as text:
            for line in text:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        return 0

    def ask(self, request, until=b"\r\n"):
        """One request and its reply up to `until`, for statistics."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            reply = b""
            while not reply.endswith(until):
                piece = connection.recv(65536)
                if not piece:
                    break
                reply += piece
        return reply.decode("utf-8", "replace")

    def stats(self):
        """memcached's `stats` as a dictionary."""
        rows = [line.split(" ", 2) for line in self.ask(b"stats\r\n", b"END\r\n").splitlines()]
        return {row[1]: row[2] for row in rows if row[0] == "STAT" and len(row) == 3}

    def shown_command(self):
        """The command line without directories."""
        parts = [os.path.basename(self.command[0])] + self.command[1:]
        return " ".join("''" if part == "" else part for part in parts)

    def stop(self):
        if self not in _running:
            return
        _running.remove(self)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def _user():
    """memcached's command line refuses to run as root unless told to."""
    return ["-u", "root"] if os.getuid() == 0 else []


def start_duet_text(options, megabytes=1024, core=None, extra=(), **more):
    """duet under memcached's command line, one worker."""
    command = [options.duet, "memcached", "-p", "PORT", "-U", "0", "-t", "1", "-m", str(megabytes),
               "-l", "127.0.0.1", *_user(), *extra]
    return Server("duet text", "memcached", command, core, **more)


def start_duet_resp(options, core=None, extra=(), **more):
    """duet under redis-server's command line, one worker."""
    command = [options.duet, "redis", "--port", "PORT", "--bind", "127.0.0.1", "--save", "", "--threads", "1", *extra]
    return Server("duet RESP", "resp", command, core, **more)


def start_memcached(options, megabytes=1024, core=None, extra=(), **more):
    command = [options.memcached, "-p", "PORT", "-U", "0", "-t", "1", "-m", str(megabytes), "-l", "127.0.0.1", *_user(),
               *extra]
    return Server("memcached", "memcached", command, core, **more)


def start_redis(options, core=None, extra=(), **more):
    command = [options.redis, "--port", "PORT", "--bind", "127.0.0.1", "--save", "", *extra]
    return Server("redis-server", "resp", command, core, **more)


def bench(options, server, *arguments, check=True):
    """Runs `duet bench` against `server` and returns its report."""
    command = [options.duet, "bench", "--json", "--quiet", "--protocol", server.protocol,
               "--server", f"127.0.0.1:{server.port}", *[str(argument) for argument in arguments]]
    core = options.generator_core
    generator = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    try:
        output, errors = generator.communicate()
    except BaseException:
        generator.terminate()
        generator.wait()
        raise
    if server.process.poll() is not None:
        raise ServerFailed(f"{server.name} ended during the run: {server.log_end()}")
    try:
        report = json.loads(output)
    except ValueError:
        raise ServerFailed(f"duet bench against {server.name}: {errors.strip() or 'no report'}") from None
    if check and generator.returncode != 0:
        raise ServerFailed(f"duet bench against {server.name}: {report['errors']} errors, {report['unanswered']} "
                           f"unanswered, {report['connections_lost']} connections lost: {report['error_example']}")
    return report


def redis_benchmark(options, server, command, count, range_size, *login):
    """Runs one command `count` times through redis-benchmark: 50 connections, pipeline 16, __rand_int__ below
    `range_size`, as the user of `login` if there is one. The rate that it saw, or None if the server refuses the command."""
    words = command.replace("VXK", "xxx").split(" ")
    run = subprocess.run(
        ["redis-benchmark", "-p", str(server.port), "-P", "16", "-c", "50", "-n", str(count), "-r", str(range_size),
         "--csv", *login, *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {options.generator_core}))
    rates = re.findall(r'"([0-9.]+)"', run.stdout)
    return float(rates[0]) if run.returncode == 0 and rates and "rror" not in run.stdout else None


def version(command):
    """The first line of a program's version."""
    found = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return found.stdout.strip().splitlines()[0] if found.stdout.strip() else "unknown"


def versions(options):
    return [version([options.duet, "--version"]), version([options.memcached, "-V"]),
            version([options.redis, "--version"])]


def machine():
    """Facts about the machine that figures depend on."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as text:
        for line in text:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as text:
        kilobytes = int(text.readline().split()[1])
    return (f"{model}, {os.cpu_count()} cores, {kilobytes / 1048576:.0f} GiB, "
            f"{platform.system()} {platform.release()}")


def table(header, rows):
    """A markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def write_result(options, text):
    """Prints the result and keeps it in Benchmarks/results."""
    progress("")
    print(text)
    if options.output == "-":
        return
    os.makedirs(RESULTS, exist_ok=True)
    path = os.path.join(RESULTS, options.output)
    with open(path, "w") as file:
        file.write(text + "\n")
    say(f"written to {os.path.relpath(path)}")


def heading(title, options):
    """The beginning of every result: date, machine, versions."""
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    lines = [f"# {title}", "", f"{date}, {machine()}.", ""]
    lines += [f"- {line}" for line in versions(options)]
    if options.quick:
        lines += ["", "A quick run: too short and too small to quote."]
    return "\n".join(lines)


def main(body):
    """Runs a script's body; Ctrl-C and failures end it with one line."""
    try:
        body()
    except KeyboardInterrupt:
        stop_all()
        sys.exit("\ninterrupted")
    except (ServerFailed, subprocess.CalledProcessError, OSError) as failure:
        stop_all()
        sys.exit(f"\n{failure}")
