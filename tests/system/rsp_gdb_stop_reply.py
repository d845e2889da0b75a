# SPDX-License-Identifier: Apache-2.0
"""Stop replies in gdb's dialect: thread, swbreak, expedited registers."""
import re

from lib.harness import check, run
from lib.rsp import Rsp, base_of, launch, symbols


def test():
    server = launch("threads", 2)
    pid = server.inferior_pid()
    at = symbols("threads")["lap"][0] + base_of(pid, "threads")
    r = Rsp(server).as_gdb()
    check(r.features.get("multiprocess+") is not None, "multiprocess")
    reply = r.ask("?")
    check(re.match(r"T05.*thread:p%x\.%x;" % (pid, pid), reply), "?", reply)
    r.expect("Z0,%x,1" % at, "OK")
    r.resume()
    reply = r.stop_reply()
    check(re.match(r"T05swbreak:;|T05.*swbreak:;", reply), "swbreak", reply)
    little = at.to_bytes(8, "little").hex()
    check("10:%s;" % little in reply, "pc is not expedited", reply)
    check("thread:p%x.%x;" % (pid, pid) in reply, "thread", reply)
    check(r.ask("?") == reply, "? repeats the stop")
    r.expect("z0,%x,1" % at, "OK")
    r.resume("vCont;s:p%x.%x" % (pid, pid))
    reply = r.stop_reply()
    check(reply.startswith("T05") and "swbreak" not in reply, "step", reply)


run(test)
