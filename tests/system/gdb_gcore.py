# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""gcore of a program under rspd: the core opens with the same threads,
registers and memory; info proc and its tables."""
import os
import re

from lib.harness import (Session, check, check_in, check_match, check_order,
                         gdb, run, tmp)


def test():
    s = Session("tcp-launched", "threads", 4)
    core = os.path.join(tmp(), "core")
    out = gdb(s.program, s.gdb_connect(), "break lap", "continue", "continue",
              "print watched", "print/x $rip", "print/x $xmm0.uint128",
              "info threads", "gcore " + core, "info proc",
              "info proc mappings", "info proc status", "info proc cmdline",
              "info proc exe", "kill", seconds=200)
    check_order(out, "Saved corefile", "process ", "cmdline = ", "exe = ",
                "[heap]", "[stack]", "Name:\tthreads")
    check_in("'%s 4'" % s.program, out.replace("cmdline = ", ""))
    again = gdb(s.program, "core-file " + core, "print watched",
                "print/x $rip", "print/x $xmm0.uint128", "info threads",
                "backtrace", "thread apply all backtrace 1", "print counters[0]",
                "info auxv")
    for n in (1, 2, 3):
        want = check_match(r"\$%d = (.*)" % n, out).group(1)
        check_in("$%d = %s" % (n, want), again)
    check_order(again, "#0  lap ()", "#1 ", "main (")
    live = set(re.findall(r"Thread \d+\.(\d+)", out))
    dead = set(re.findall(r"LWP (\d+)", again))
    check(len(live) == 4 and live == dead, "threads", (live, dead))
    check_in("AT_ENTRY", again)


run(test)
