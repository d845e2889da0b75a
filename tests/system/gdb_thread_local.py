# SPDX-License-Identifier: Apache-2.0
"""gdb reads a __thread variable of each thread."""
from lib.harness import Session, check_order, gdb, run


def test():
    s = Session("tcp-launched", "threads", 4)
    out = gdb(s.program, s.gdb_connect(), "break work if n == 3",
              "continue", "finish", "print own", "delete",
              "break work if n == 2", "continue", "finish", "print own",
              "kill")
    check_order(out, "$1 = 3", "$2 = 2")


run(test)
