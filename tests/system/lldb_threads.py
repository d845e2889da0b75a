# SPDX-License-Identifier: Apache-2.0
# variants: launched attached
"""lldb lists threads with names, unwinds each, and stops in one of them."""
from lib.harness import Session, check, check_in, lldb, run, variant


def test():
    s = Session("tcp-" + variant("launched"), "threads", 5)
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name lap",
               "continue", "thread list", "thread backtrace all",
               "breakpoint delete --force",
               "breakpoint set --name work --condition 'n == 3'",
               "continue", "frame variable n", "thread list",
               "thread step-over", "process kill")
    for n in range(1, 5):
        check_in("name = 'worker-%d'" % n, out)
    check(out.count("thread_main") >= 4, "not every worker was unwound", out)
    check_in("work(n=3)", out)
    check_in("(int) n = 3", out)


run(test)
