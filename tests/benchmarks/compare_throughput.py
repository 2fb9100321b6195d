#!/usr/bin/env python3
"""Measures real programs alone and under the hooks, by turns, and prints what each costs more.

Usage: compare_throughput.py PRELOAD [--runs N] [--only NAME]...

Each run is the same work: a compression, or a server that answers a fixed number of requests
over loopback.  What counts is the processor time of the program itself, of all its threads and
children, without that of the client that asks; the time by the clock stands beside it.  A server
has answered as many requests before, so that it has met its locks: what is new costs once.
Each run alone is compared with the one under the hooks that follows it.  Prints medians,
with the lowest and the highest ratio.  A program that is not installed is left out.
"""

import argparse
import contextlib
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

PORT = 7811


def wait_for_port():
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not answer")


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_alone(command, environment, directory):
    """Processor time and time by the clock of a program that ends by itself."""
    before, begin = processor_time(), time.monotonic()
    subprocess.run(command, cwd=directory, env=environment, stdout=subprocess.DEVNULL, check=True)
    return processor_time() - before, time.monotonic() - begin


def as_user(command):
    """A server that refuses to be root's."""
    drop = ["setpriv", "--reuid=65534", "--clear-groups"] if os.getuid() == 0 else []
    return [*drop, *command]


def time_of_process(pid):
    """Of the process and the children that it has waited for."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def run_server(server, client, environment, directory):
    """The same of a server, while the client is at work for the second time."""
    process = subprocess.Popen(server, cwd=directory, env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        wait_for_port()
        ask = lambda: subprocess.run(client, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     check=True)
        ask()
        before, begin = time_of_process(process.pid), time.monotonic()
        ask()
        return time_of_process(process.pid) - before, time.monotonic() - begin
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def xz(directory, environment):
    text = directory / "text"
    if not text.exists():
        text.write_text("".join(f"line {i * 7919 % 100003} of the text\n" for i in range(400000)), encoding="utf-8")
    return run_alone(["xz", "-T2", "--block-size=1MiB", "-kc", "text"], environment, directory)


def memcached(directory, environment):
    return run_server(["memcached", "-p", str(PORT), "-l", "127.0.0.1", "-t", "4", "-u", "nobody"],
                      ["memcslap", f"--servers=127.0.0.1:{PORT}", "--concurrency=4", "--execute-number=40000",
                       "--test=get", "--initial-load=10000"], environment, directory)


def redis(directory, environment):
    return run_server(["redis-server", "--port", str(PORT), "--bind", "127.0.0.1", "--save", "", "--io-threads", "3"],
                      ["redis-benchmark", "-h", "127.0.0.1", "-p", str(PORT), "-n", "150000", "-q", "-t", "set,get"],
                      environment, directory)


def postgres(directory, environment):
    binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    data = directory / "data"
    shutil.rmtree(data, ignore_errors=True)
    directory.chmod(0o777)
    subprocess.run(as_user([str(binaries / "initdb"), "-D", str(data), "-U", "tester", "-A", "trust"]), check=True,
                   stdout=subprocess.DEVNULL)
    client = " ".join([str(binaries / "pgbench"), "-h 127.0.0.1 -U tester -p", str(PORT)])
    script = f"{client} -i -q postgres && {client} -n -c 4 -j 2 -t 3000 -S postgres"
    return run_server(as_user([str(binaries / "postgres"), "-D", str(data), "-p", str(PORT), "-k", str(directory),
                               "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]),
                      ["sh", "-c", script], environment, directory)


PROGRAMS = {"xz -T2": ("xz", xz), "memcached": ("memcslap", memcached), "redis": ("redis-benchmark", redis),
            "PostgreSQL": ("pgbench", postgres)}


def compare(run, preload, runs):
    """Pairs of (alone, under the hooks), each processor time and time by the clock."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch)
        records = directory / "records"
        records.mkdir(mode=0o777)
        records.chmod(0o777)
        directory.chmod(0o777)
        hooked = {**os.environ, "LD_PRELOAD": str(preload), "LOCKDEP_OPTIONS": f"record={records}/%p.lockdep"}
        return [(run(directory, dict(os.environ)), run(directory, hooked)) for _ in range(runs)]


def describe(pairs, index):
    alone = statistics.median(pair[0][index] for pair in pairs)
    ratios = [pair[1][index] / pair[0][index] for pair in pairs]
    return f"{alone:.2f} s | {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preload", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    options = parser.parse_args()
    if not options.preload.exists():
        print(f"compare_throughput: {options.preload} is missing; build lockdep_preload", file=sys.stderr)
        return 2
    print("| program | processor time alone | ratio | by the clock alone | ratio |\n|---|---|---|---|---|")
    for name, (needed, run) in PROGRAMS.items():
        if (options.only and name not in options.only) or shutil.which(needed) is None:
            continue
        pairs = compare(run, options.preload.resolve(), options.runs)
        print(f"| {name} | {describe(pairs, 0)} | {describe(pairs, 1)} |", flush=True)
    print(f"\nload {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
