# SPDX-License-Identifier: Apache-2.0
"""A condition decides which hit of a breakpoint stops; dprintf prints."""
from lib.harness import Session, check_order, gdb, run


def test():
    s = Session("tcp-launched", "threads", 1)
    out = gdb(s.program, s.gdb_connect(),
              "break lap if watched == 20", "continue", "print watched",
              "delete", "break lap", "ignore 2 4", "continue",
              "print watched", "kill")
    check_order(out, "Breakpoint 1, ", "$1 = 20", "Breakpoint 2, ", "$2 = 25")


run(test)
