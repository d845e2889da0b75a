# SPDX-License-Identifier: Apache-2.0
"""Conditions and commands on the target's side: rspd decides, gdb sees only
what counts; printf on the target; a bad condition stops, never hangs."""
import re

from lib.harness import (Session, check, check_in, check_not_in, check_order, gdb,
                         run)


def conditions():
    s = Session("tcp-launched", "threads", 2, options=("--remote-debug",))
    out = gdb(s.program, s.gdb_connect(),
              "set breakpoint condition-evaluation target",
              "break work if n == 1 && counters[1] > 20 && counters[1] % 7 == 0"
              " && (counters[1] ^ -1) < 0 && !(counters[0] < 0)",
              "continue", "print counters[1]", "delete",
              "break work if *(int *) 0 == 1", "continue", "print n", "kill")
    check_order(out, "hit Breakpoint 1, ", "$1 = 21", "Breakpoint 2, ", "$2 = ")
    stops = re.findall(r"sent: T05swbreak", s.server.text())
    check(len(stops) <= 2 + 4, "stops sent: %d" % len(stops))


def printing():
    s = Session("tcp-launched", "threads", 1, options=("--remote-debug",))
    out = gdb(s.program, s.gdb_connect(), "tbreak main", "continue",
              "set dprintf-style agent",
              r'dprintf lap,"watched is %d of %ld\n", watched, counters[1]',
              "break work if watched == 5", "continue", "kill")
    check_order(out, *["watched is %d of 0" % n for n in range(5)],
                "Breakpoint 3, work")
    check_not_in("watched is 5", out)
    # rspd printed, gdb was not asked.
    check_in(";cmds:", s.server.text())


def test():
    conditions()
    printing()


run(test)
