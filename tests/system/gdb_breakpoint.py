# SPDX-License-Identifier: Apache-2.0
# variants: tcp-launched tcp-attached unix-launched unix-attached stdio-launched stdio-attached
"""gdb stops at a breakpoint, shows the stack and values, and goes on."""
from lib.harness import Session, check_order, gdb, run, variant


def test():
    s = Session(variant("tcp-launched"), "threads", 1)
    out = gdb(s.program, s.gdb_connect(), "break work", "continue",
              "backtrace", "print n", "next", "finish", "continue",
              "print counters[0] > 0", "kill")
    check_order(out, "Breakpoint 1 at", "Breakpoint 1, ", "work (n=0)",
                "#0  work (n=0)", "#1 ", "main (", "$1 = 0",
                "main (", "Breakpoint 1, ", "$2 = 1")


run(test)
