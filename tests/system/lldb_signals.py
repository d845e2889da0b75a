# SPDX-License-Identifier: Apache-2.0
"""lldb shows signals by Linux's numbers, and passes or drops them."""
from lib.harness import Session, check_order, lldb, run


def test():
    s = Session("tcp-launched", "signals", "raise", 10)
    out = lldb(s.program, s.lldb_connect(),
               "process handle SIGUSR1 --stop true --notify true --pass true",
               "continue", "breakpoint set --name on_usr1", "continue",
               "continue", "process status")
    check_order(out, "stop reason = signal SIGUSR1",
                "stop reason = breakpoint 1.1", "on_usr1",
                "exited with status = 0")
    s = Session("tcp-launched", "signals", "raise", 12)
    out = lldb(s.program, s.lldb_connect(),
               "process handle SIGUSR2 --stop true --pass false", "continue",
               "continue")
    check_order(out, "stop reason = signal SIGUSR2",
                "exited with status = 0")


run(test)
