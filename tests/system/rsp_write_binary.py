# SPDX-License-Identifier: Apache-2.0
"""X writes binary data with escapes, all or nothing."""
from lib.harness import check, run
from lib.rsp import Rsp, base_of, escape, launch, symbols


def test():
    server = launch("threads", 1)
    pid = server.inferior_pid()
    at = symbols("threads")["counters"][0] + base_of(pid, "threads")
    r = Rsp(server).as_gdb()
    data = bytes(range(256)) + b"}}}***$$$###"
    r.expect("X%x,0:" % at, "OK")
    r.expect(b"X%x,%x:" % (at, len(data)) + escape(data), "OK")
    check(r.read(at, len(data)) == data, "data")
    for bad in (b"X%x,%x:" % (at, 4) + b"abc", b"X%x,2:abc" % at,
                b"X%x,1:}" % at, b"X0,4:abcd"):
        r.error(bad)
    check(r.read(at, len(data)) == data, "a bad packet has written")


run(test)
