# SPDX-License-Identifier: Apache-2.0
"""gdb catches a system call at entry and return."""
from lib.harness import Session, check_order, gdb, run


def test():
    s = Session("tcp-launched", "hello")
    out = gdb(s.program, s.gdb_connect(), "break main", "continue",
              "catch syscall getcwd", "continue", "continue", "delete",
              "continue")
    check_order(out, "Catchpoint 2 (call to syscall getcwd)",
                "Catchpoint 2 (returned from syscall getcwd)",
                "exited with code 07]")


run(test)
