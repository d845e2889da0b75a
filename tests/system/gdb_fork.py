# SPDX-License-Identifier: Apache-2.0
# variants: parent child both vfork
"""gdb follows the parent, the child, or both over fork and vfork; the one
that is let go is rid of breakpoints."""
from lib.harness import Session, check_in, check_order, gdb, run, variant


def test():
    how = variant("parent")
    s = Session("tcp-launched", "fork", "vfork" if how == "vfork" else "fork")
    connect = s.gdb_connect("extended-remote")
    if how == "parent":
        out = gdb(s.program, connect, "break both", "continue", "continue",
                  "print n", "continue")
        # The child passed both(3) unharmed: 4 is its exit code.
        check_order(out, "both (n=0)", "both (n=10)", "$1 = 10",
                    "exited with code 04]")
    elif how == "child":
        out = gdb(s.program, connect, "set follow-fork-mode child",
                  "break both", "continue", "continue", "print n",
                  "continue")
        check_order(out, "both (n=0)", "both (n=3)", "$1 = 3",
                    "exited with code 04]")
    elif how == "both":
        out = gdb(s.program, connect, "set detach-on-fork off",
                  "break both if n == 10", "continue", "info inferiors",
                  "inferior 2", "backtrace 1", "continue", "inferior 1",
                  "kill")
        check_order(out, "both (n=10)", "Num", "process", "process",
                    "Switching to inferior 2", "exited with code 04]")
    else:
        out = gdb(s.program, connect, "catch vfork", "continue", "continue")
        check_order(out, "Catchpoint 1 (vfork", "exited with code 03]")
    check_in("exited with code", out)


run(test)
