# SPDX-License-Identifier: Apache-2.0
# variants: stopped running stepping alloc detach
"""The target is killed from outside at a bad moment: that is reported or an
error, never a hang."""
import os
import signal

from lib.harness import check, gone, run, variant
from lib.rsp import Rsp, launch


def test():
    how = variant("stopped")
    server = launch("threads", 3, options=())
    pid = server.inferior_pid()
    r = Rsp(server).as_gdb()
    r.expect("?", "T.*")
    if how == "running":
        r.resume()
    elif how == "stepping":
        r.resume("vCont;r0,ffffffffffffffff")
    os.kill(pid, signal.SIGKILL)
    if how in ("running", "stepping"):
        check(r.stop_reply().startswith("X09"), "no X09")
    else:
        first = {"stopped": "g", "alloc": "_M0,1000,3000,4",
                 "detach": "D;%x" % pid}[how]
        reply = r.ask(first)
        if how != "stopped":
            check(reply[:1] in "EXW" or reply == "OK", "odd reply", reply)
        if how == "detach" and reply == "OK":
            r.close()
            check(server.wait() == 0, "rspd died")
            return
        if not reply.startswith("X"):
            reply = r.ask("vCont;c")
            check(reply[:1] in "EXW", "odd reply to vCont", reply)
    gone(pid)
    r.ask("qC")
    check(server.process.poll() is None or server.wait() == 0, "rspd died")


run(test)
