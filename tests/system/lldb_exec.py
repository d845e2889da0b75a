# SPDX-License-Identifier: Apache-2.0
"""lldb follows an exec, and breakpoints hold in the new program."""
from lib.harness import Session, check_order, lldb, run


def test():
    s = Session("tcp-launched", "fork", "self")
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name both",
               "continue", "thread backtrace", "continue", "process status",
               "continue")
    check_order(out, "stop reason = exec", "stop reason = breakpoint 1",
                "both(n=1)", "exited with status = 3")


run(test)
