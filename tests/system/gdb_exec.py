# SPDX-License-Identifier: Apache-2.0
"""gdb follows an exec, and breakpoints hold in the new program."""
from lib.harness import Session, check_order, gdb, run


def test():
    s = Session("tcp-launched", "fork", "self")
    out = gdb(s.program, s.gdb_connect("extended-remote"), "catch exec",
              "continue", "break both", "continue", "backtrace", "continue")
    check_order(out, "Catchpoint 1 (exec", "is executing new program",
                "both (n=1)", "main (", "exited with code 03]")


run(test)
