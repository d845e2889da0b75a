# SPDX-License-Identifier: Apache-2.0
# variants: parent child both both-child exec-new
"""Fork and exec on a plain `target remote` connection (gdb_fork has
extended-remote)."""
from lib.harness import Session, check_order, gdb, run, variant


def test():
    how = variant("parent")
    s = Session("tcp-launched", "fork", "exec" if how == "exec-new"
                else "fork")
    connect = s.gdb_connect()
    if how == "parent":
        out = gdb(s.program, connect, "break both", "continue", "continue",
                  "print n", "continue")
        check_order(out, "both (n=0)", "both (n=10)", "$1 = 10",
                    "exited with code 04]")
    elif how == "child":
        out = gdb(s.program, connect, "set follow-fork-mode child",
                  "break both", "continue", "continue", "print n", "continue")
        check_order(out, "both (n=0)", "both (n=3)", "$1 = 3",
                    "exited with code 04]")
    elif how == "both":
        out = gdb(s.program, connect, "set detach-on-fork off",
                  "break both if n == 10", "continue", "info inferiors",
                  "inferior 2", "break both if n == 3", "continue",
                  "print n", "continue", "inferior 1", "delete", "continue")
        check_order(out, "both (n=10)", "process", "process",
                    "Switching to inferior 2", "both (n=3)", "$1 = 3",
                    "exited with code 04]", "exited with code 04]")
    elif how == "both-child":
        out = gdb(s.program, connect, "set detach-on-fork off",
                  "set follow-fork-mode child", "break both if n == 3",
                  "continue", "info inferiors", "continue", "inferior 1",
                  "continue")
        check_order(out, "both (n=3)", "process", "exited with code 04]",
                    "Switching to inferior 1", "exited with code 04]")
    else:
        out = gdb(s.program, connect, "set follow-exec-mode new",
                  "set follow-fork-mode child", "catch exec", "continue",
                  "info inferiors", "break both", "continue", "continue")
        check_order(out, "is executing new program", "Catchpoint 1 (exec",
                    "both (n=1)", "exited with code 03]")


run(test)
