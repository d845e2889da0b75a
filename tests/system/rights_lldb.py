# SPDX-License-Identifier: Apache-2.0
"""lldb with "observe" alone: see rights_gdb.py."""
from lib.harness import (Inferior, Server, check, check_in, check_match,
                         check_not_in, inferior, lldb, run, tracer_of,
                         wait_until)


def test():
    program = Inferior("sleeper", "10")
    server = Server("--once", "--rights", "observe", "--attach",
                    "127.0.0.1:0", program.pid)
    out = lldb(inferior("sleeper"), "gdb-remote " + server.address,
               "register read rip", "bt", "thread list",
               "memory read $sp", "breakpoint set -n main", "continue",
               "thread step-inst", "thread step-over",
               # What fails would end the list of commands.
               *('script lldb.debugger.HandleCommand("%s")' % command
                 for command in ("memory write $sp 1", "register write rax 1",
                                 "expression (int)getpid()",
                                 "expression 20 + 3")),
               "process plugin packet monitor rights",
               "bt", "process detach")
    check_match(r"rip = 0x", out)
    check(out.count("frame #0") >= 2, "no backtrace", out)
    check_in("rspd: \"control\" is not permitted (role --rights)", out)
    check_match(r"(?s)refused before: .*control", out)
    # It does without memory of the program's (`_M` is answered as unknown).
    check_match(r"\(int\) \$\d+ = 23", out)
    check_not_in("lost connection", out)
    check_match(r"Process %d detached" % program.pid, out)
    check(server.wait() == 0, "exit status")
    wait_until(lambda: tracer_of(program.pid) == 0, what="the detach")
    program.output()
    check(program.status() == 0, "the program's end")


run(test)
