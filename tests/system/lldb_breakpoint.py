# SPDX-License-Identifier: Apache-2.0
# variants: tcp-launched tcp-attached unix-launched unix-attached
"""lldb stops at a breakpoint, shows the stack and values, and goes on."""
from lib.harness import Session, check_order, lldb, run, variant


def test():
    s = Session(variant("tcp-launched"), "threads", 1)
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name work",
               "continue", "thread backtrace", "frame variable n",
               "thread step-over", "thread step-out", "continue",
               "expression -- counters[0] > 0", "process kill")
    check_order(out, "stop reason = breakpoint 1.1", "frame #0:",
                "work(n=0)", "frame #1:", "main", "(int) n = 0",
                "stop reason = step over", "stop reason = step out",
                "stop reason = breakpoint 1.1", "(bool) $0 = true",
                "exited with status = 9")


run(test)
