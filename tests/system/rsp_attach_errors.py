# SPDX-License-Identifier: Apache-2.0
"""Attaching to what cannot be attached is an error, and a good attach works
right after it."""
import subprocess

from lib.harness import (Inferior, Server, check, check_in, run, start,
                         state_of, wait_until)
from lib.rsp import Rsp


def zombie():
    """A process that is dead and not waited for."""
    child = subprocess.Popen(["true"])
    wait_until(lambda: state_of(child.pid) == "Z", what="a zombie")
    return child


def test():
    program = Inferior("threads", 2)
    traced = Inferior("threads", 1)
    other = Server("--attach", "localhost:0", traced.pid)
    dead = zombie()
    server = Server("--multi", "localhost:0")
    r = Rsp(server).as_gdb()
    r.expect("!", "OK")
    for pid in (0, 1 << 30, dead.pid, server.pid, traced.pid, 0x7fffffff):
        r.error("vAttach;%x" % pid)
        check(server.process.poll() is None, "rspd ended")
    r.expect("vAttach;%x" % program.pid, "T.*")
    check(len(r.threads()) == 2, "threads")
    r.expect("D;%x" % program.pid, "OK")
    check(state_of(program.pid) in "RS", "stopped", state_of(program.pid))
    r.close()
    # On the command line it is an exit status, not a signal.
    for pid in ("0", "-1", "999999999", str(dead.pid), "x", ""):
        bad = start([server.argv[0], "--attach", "localhost:0", pid],
                    stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        _, text = bad.communicate(timeout=30)
        check(bad.returncode > 0, "exit status %d for %r" %
              (bad.returncode, pid), text)
    # Why, and not only that: from the server, and from the packet.
    bad = start([server.argv[0], "--attach", "localhost:0", str(traced.pid)],
                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    _, text = bad.communicate(timeout=30)
    check_in("process %d traces it already" % other.pid, text.decode())
    r = Rsp(server).as_lldb()
    reply = r.ask("vAttach;%x" % traced.pid)
    check_in(b"traces it already".hex(), reply)
    reply = r.ask("vAttach;%x" % server.pid)
    check_in(b"rspd itself".hex(), reply)
    check(other.process.poll() is None, "the other rspd ended")
    dead.wait()


run(test)
