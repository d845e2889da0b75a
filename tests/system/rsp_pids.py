# SPDX-License-Identifier: Apache-2.0
"""No signal ever goes to pid 0, -1 or a group; ^C touches only the target."""
import os
import signal
import subprocess

from lib.harness import Server, check, inferior, run, start
from lib.rsp import Rsp


def test():
    # A bystander in rspd's own process group, and one in the target's.
    bystander = start(["sleep", "60"], stdin=subprocess.DEVNULL)
    server = Server("--multi", "localhost:0")
    r = Rsp(server).as_gdb()
    r.expect("!", "OK")
    for body in ("vKill;0", "vKill;-1", "vKill;ffffffff",
                 "vKill;ffffffffffffffff", "vKill;1", "D;0", "D;-1",
                 "vKill;%x" % os.getpid(), "vKill;%x" % bystander.pid,
                 "D;%x" % bystander.pid):
        r.refused(body)
    argv = [inferior("threads"), "2"]
    r.expect("vRun;" + ";".join(a.encode().hex() for a in argv), "T05.*")
    for _ in range(3):
        r.resume()
        r.interrupt()
        check(r.stop_reply().startswith("T02"), "no stop")
    check(bystander.poll() is None, "a bystander was hit")
    check(server.process.poll() is None, "rspd ended")
    os.kill(bystander.pid, signal.SIGTERM)


run(test)
