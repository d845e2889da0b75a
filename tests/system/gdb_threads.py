# SPDX-License-Identifier: Apache-2.0
# variants: launched attached
"""gdb lists threads with names, unwinds each, and stops in one of them."""
from lib.harness import Session, check, check_in, gdb, run, variant


def test():
    s = Session("tcp-" + variant("launched"), "threads", 5)
    out = gdb(s.program, s.gdb_connect(), "break lap", "continue",
              "info threads", "thread apply all backtrace 12",
              "delete", "break work if n == 3", "continue", "print n",
              "print own", "thread name", "info threads", "kill")
    for n in range(1, 5):
        check_in('"worker-%d"' % n, out)
    check(out.count("thread_main") >= 4, "not every worker was unwound", out)
    check_in("work (n=3)", out)
    check_in("$1 = 3", out)


run(test)
