# SPDX-License-Identifier: Apache-2.0
"""One store hits two watchpoints: a client with multi-wp-addr is told of both,
another one of the first."""
import re

from lib.harness import check, need_debug_registers, run
from lib.rsp import ALL_GDB, Rsp, base_of, launch, symbols


def hits(features):
    server = launch("threads", 1)
    pid = server.inferior_pid()
    r = Rsp(server)
    r.as_gdb(features)
    base = base_of(pid, "threads")
    at = base + symbols("threads")["counters"][0]
    for part in (at, at + 4):
        r.expect("Z2,%x,4" % part, "OK")
    r.resume()
    reply = r.stop_reply()
    r.send("k")
    return [int(a, 16) - at
            for a in re.findall(r"watch:([0-9a-f]+);", reply)]


def test():
    need_debug_registers()
    seen = hits(ALL_GDB + ";multi-wp-addr+")
    check(sorted(seen) == [0, 4], "both", seen)
    seen = hits(ALL_GDB)
    check(seen == [0], "the first", seen)


run(test)
