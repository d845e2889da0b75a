# SPDX-License-Identifier: Apache-2.0
# variants: fork vfork
"""A client that asked for no fork events: the child is rid of breakpoints."""
from lib.harness import check, check_in, run, variant
from lib.rsp import Rsp, base_of, launch, symbols


def test():
    how = variant("fork")
    server = launch("fork", how)
    pid = server.inferior_pid()
    at = symbols("fork")["both"][0] + base_of(pid, "fork")
    r = Rsp(server).as_gdb("swbreak+;xmlRegisters=i386;qRelocInsn+")
    # The end of a child is a signal, and no matter of this test.
    r.expect("QPassSignals:14", "OK")
    r.expect("Z0,%x,1" % at, "OK")
    hits = 0
    r.resume("vCont;c")
    while (reply := r.stop_reply()).startswith("T"):
        # SIGCHLD, 20 as gdb counts, is passed on.
        hits += reply.startswith("T05")
        r.resume("vCont;C14" if reply.startswith("T14") else "vCont;c")
    check(reply.startswith("W0"), "end", reply)
    check(hits == 2, "%d hits in the parent" % hits)
    r.close()
    server.wait()
    check_in("child exited %d" % (4 if how == "fork" else 3),
             server.stdout_text())


run(test)
