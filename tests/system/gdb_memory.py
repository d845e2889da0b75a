# SPDX-License-Identifier: Apache-2.0
"""gdb dumps, searches, compares and changes memory."""
from lib.harness import Session, check_in, check_order, gdb, run, tmp


def test():
    s = Session("tcp-launched", "threads", 1)
    out = gdb(s.program, s.gdb_connect(), "break lap", "continue",
              "set var counters[5] = 0x1122334455",
              "print/x counters[5]", "find &counters[0], "
              "(char *) &counters[63], (long) 0x1122334455",
              "dump binary memory %s/dump counters counters+64" % tmp(),
              "restore %s/dump binary &counters[0]" % tmp(),
              "print/x counters[5]", "x/2xg 0", "info auxv", "kill")
    check_order(out, "$1 = 0x1122334455",
                "1 pattern found", "$2 = 0x1122334455",
                "Cannot access memory at address 0x0", "AT_PAGESZ")
    check_in("AT_ENTRY", out)


run(test)
