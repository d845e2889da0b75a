# SPDX-License-Identifier: Apache-2.0
"""gdb calls functions of the program, and it goes on unharmed."""
from lib.harness import Session, check_order, gdb, run


def test():
    s = Session("tcp-launched", "hello")
    out = gdb(s.program, s.gdb_connect(), "break add", "continue",
              "delete", "print add(2, 3)", "print (int) getpid() > 1",
              "print (char *) strcpy((char *) malloc(20), \"from gdb\")",
              "print $_exitcode", "backtrace 2", "continue")
    check_order(out, "add (a=41, b=1)", "$1 = 5", "$2 = 1",
                '"from gdb"', "#0  add (a=41", "exited with code 07]")


run(test)
