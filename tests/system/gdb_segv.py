# SPDX-License-Identifier: Apache-2.0
"""gdb shows a fault with its address, and the death that follows."""
from lib.harness import Session, check_order, gdb, run


def test():
    s = Session("tcp-launched", "signals", "segv")
    out = gdb(s.program, s.gdb_connect(), "continue",
              "print $_siginfo._sifields._sigfault.si_addr", "backtrace",
              "continue")
    check_order(out, "Program received signal SIGSEGV", "main (",
                "$1 = (void *) 0x10", "#0 ",
                "Program terminated with signal SIGSEGV")


run(test)
