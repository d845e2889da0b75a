# SPDX-License-Identifier: Apache-2.0
# variants: strict filter-kill filter-errno rlimit blocked badstack altstack mlock vdso mdwe
"""Allocation in programs that make it hard: it works or fails cleanly, and
the program lives and computes right."""
from lib.harness import Inferior, Server, check, check_in, run, variant
from lib.rsp import Rsp


def test():
    how = variant("blocked")
    program = Inferior("hostile", how)
    server = Server("--attach", "localhost:0", program.pid)
    r = Rsp(server).as_gdb()
    r.expect("?", "T.*")
    for _ in range(3):
        regs = r.ask("g")
        reply = r.ask("_M0,3000,3000,4")
        if how in ("strict", "filter-kill", "filter-errno", "rlimit"):
            ok = not reply.startswith("E")
        else:
            check(not reply.startswith("E"), "must work here", reply)
            ok = True
        check(r.ask("g") == regs, "registers have changed")
        if ok:
            r.expect("M%s,4:01020304" % reply, "OK")
            r.expect("m%s,4" % reply, "01020304")
            r.expect("_m%s,0,8000" % reply, "OK")
        r.resume()
        check(r.receive(0.5) is None, "it stopped by itself")
        r.interrupt()
        check(r.stop_reply().startswith("T"), "no stop")
    r.expect("D;%x" % program.pid, "OK")
    r.close()
    check_in("PASS", program.output(60))
    check(program.status() == 0, "exit status")


run(test)
