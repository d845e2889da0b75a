# SPDX-License-Identifier: Apache-2.0
"""One session's violent end is no other's, nor the daemon's; the daemon's own
ends its sessions, which let go of their targets."""
import signal
import os

from lib.daemon import session_pids
from lib.harness import (Inferior, Server, alive, check, gone, run, tracer_of,
                         wait_until)
from lib.rsp import Rsp


def attach(server, program):
    r = Rsp(server).no_ack()
    r.supported("multiprocess+")
    r.expect("!", "OK")
    r.expect("vAttach;%x" % program.pid, "T.*")
    return r


def test():
    server = Server("serve", "--rights", "all", "localhost:0")
    programs = [Inferior("sleeper", 60) for _ in range(3)]
    clients = [attach(server, p) for p in programs]
    for i, sig in ((0, signal.SIGKILL), (1, signal.SIGSEGV)):
        victim = tracer_of(programs[i].pid)
        check(victim in session_pids(server), "no session traces it")
        os.kill(victim, sig)
        gone(victim, 60)
        server.wait_line(r"session of process %d was ended by signal|"
                         r"AddressSanitizer" % victim)
        check(alive(programs[i].pid), "the attached program is gone")
        clients[2].expect("qC", "QCp%x.*" % programs[2].pid)
        # A new client is served as if nothing had been.
        wait_until(lambda: tracer_of(programs[i].pid) == 0, what="the end")
        attach(server, programs[i])
    last = tracer_of(programs[2].pid)
    server.checked = True
    server.process.kill()
    gone(last, 60)
    check(alive(programs[2].pid) and tracer_of(programs[2].pid) == 0,
          "the daemon's end did not let go of the target")


run(test)
