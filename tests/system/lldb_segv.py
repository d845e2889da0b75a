# SPDX-License-Identifier: Apache-2.0
"""lldb shows a fault with its address and reason."""
from lib.harness import Session, check_order, lldb, run


def test():
    s = Session("tcp-launched", "signals", "segv")
    out = lldb(s.program, s.lldb_connect(), "continue", "thread backtrace",
               "process kill")
    check_order(out, "stop reason = signal SIGSEGV",
                "address not mapped to object", "fault address",
                "main")


run(test)
