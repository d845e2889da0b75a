# SPDX-License-Identifier: Apache-2.0
# variants: launched attached blocked
"""lldb's interrupt stops a running program, also one that blocks all
signals."""
from lib.harness import Session, check, check_order, lldb, run, variant


def test():
    how = variant("launched")
    if how == "blocked":
        s = Session("tcp-attached", "signals", "blocked")
    else:
        s = Session("tcp-" + how, "threads", 3)
    again = ["continue", "script time.sleep(1.5)", "process interrupt",
             "script time.sleep(1.5)", "process status"]
    out = lldb(s.program, "script import time", s.lldb_connect(),
               "script lldb.debugger.SetAsync(True)", *again, *again,
               "thread backtrace", "script lldb.debugger.SetAsync(False)",
               "process kill")
    check_order(out, "resuming", "stop reason = signal SIGSTOP", "resuming",
                "stop reason = signal SIGSTOP", "frame #0")
    check(s.server.wait() == 0, "rspd's exit status")


run(test)
