# SPDX-License-Identifier: Apache-2.0
"""Pairs of allocate and free per second: rspd, lldb-server, and the least that
ptrace asks for, alone and behind a socket.  Not a test: times mean nothing on
a busy machine.

	RSPD=build/release/rspd INFERIORS=build/release/tests/inferiors \\
		PYTHONPATH=tests/system python3 tests/bench/alloc.py [SECONDS]
"""
import os
import re
import shutil
import subprocess
import sys
import time

from lib.harness import INFERIORS, RSPD, free_port, inferior, start

BENCH = os.environ.get("ALLOC_BENCH",
                       os.path.join(INFERIORS, "../bench/alloc_bench"))
SECONDS = sys.argv[1] if len(sys.argv) > 1 else "3"
ROUNDS = 3


def output(*argv):
    return float(subprocess.run(argv, capture_output=True, text=True,
                                check=True).stdout)


def ask(argv, port=None):
    """Starts a server, asks it, ends it."""
    server = start(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                   stdin=subprocess.DEVNULL, text=True)
    while port is None:
        match = re.search(r"Listening on port (\d+)",
                          server.stdout.readline())
        port = match and match.group(1)
    for _ in range(100):
        try:
            return output(BENCH, "client", SECONDS, str(port))
        except subprocess.CalledProcessError as error:
            # lldb-server does not say when it listens.
            if "connect" not in error.stderr or server.poll() is not None:
                raise
            time.sleep(0.1)
    raise RuntimeError("no server on port %s" % port)


def lldb_server():
    for name in ("lldb-server-19", "lldb-server",
                 "/usr/lib/llvm-19/bin/lldb-server"):
        if shutil.which(name):
            return name
    return None


def main():
    program = inferior("hello")
    runs = {
        "ptrace alone": lambda: output(BENCH, "limit", SECONDS, program),
        "ptrace behind a socket": lambda: ask([BENCH, "serve", program]),
        "rspd": lambda: ask([RSPD, "--once", "127.0.0.1:0", program]),
    }
    peer = lldb_server()
    if peer:
        def ask_peer():
            port = free_port()
            return ask([peer, "gdbserver", "127.0.0.1:%d" % port, "--",
                        program], port)
        runs["lldb-server"] = ask_peer
    best = {name: 0 for name in runs}
    for _ in range(ROUNDS):
        for name, measure in runs.items():
            best[name] = max(best[name], measure())
    for name, rate in best.items():
        print("%-24s %8.0f pairs/s" % (name, rate) +
              "".join("  %5.2f of %s" % (rate / best[other], other)
                      for other in ("ptrace alone", "ptrace behind a socket")))


main()
