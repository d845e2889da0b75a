# SPDX-License-Identifier: Apache-2.0
# variants: reset fin reset-running fin-running half-packet unread
"""A client goes at a bad moment; the next one is served, the target kept."""
import os
import socket
import time

from lib.harness import alive, check, run, state_of, variant
from lib.rsp import Rsp, launch, packet


def go(r, how):
    if how.startswith("reset"):
        r.reset()
    elif how == "fin-running":
        r.sock.shutdown(socket.SHUT_WR)
        time.sleep(0.2)
        r.close()
    elif how == "half-packet":
        r.raw(b"$m400")
        r.close()
    elif how == "unread":
        for _ in range(50):
            r.raw(packet("qXfer:features:read:target.xml:0,ffff"))
        r.close()
    else:
        r.close()


def test():
    how = variant("reset")
    server = launch("threads", 2, options=())
    pid = server.inferior_pid()
    fds = None
    for turn in range(20):
        r = Rsp(server)
        r.as_gdb()
        r.expect("?", "T.*")
        if "running" in how:
            r.resume()
            time.sleep(0.05)
        go(r, how)
        check(alive(pid), "the target is gone")
        time.sleep(0.05)
        now = len(os.listdir("/proc/%d/fd" % server.pid))
        if turn == 5:
            fds = now
    # Nothing is left of all these connections.
    r = Rsp(server)
    r.as_gdb()
    r.expect("?", "T.*")
    check(state_of(pid) in "tT", "the target runs", state_of(pid))
    r.expect("qC", "QC.*")
    check(now <= fds + 1, "descriptors grew from %d to %d" % (fds, now))
    r.send("vKill;%x" % pid)
    r.receive()


run(test)
