# SPDX-License-Identifier: Apache-2.0
"""siginfo is read and written: what gdb puts there the handler gets."""
from lib.harness import Session, check_in, check_order, gdb, run


def test():
    s = Session("tcp-launched", "signals", "segv")
    out = gdb(s.program, s.gdb_connect(), "continue",
              "print $_siginfo.si_signo",
              "print $_siginfo._sifields._sigfault.si_addr",
              "print $_siginfo._sifields._sigfault.si_addr = (void *) 0x1234",
              "print $_siginfo._sifields._sigfault.si_addr", "kill")
    check_order(out, "SIGSEGV", "$1 = 11", "$2 = (void *) 0x10",
                "$4 = (void *) 0x1234")
    s = Session("tcp-launched", "siginfo")
    out = gdb(s.program, s.gdb_connect(), "continue",
              "print $_siginfo._sifields._rt.si_sigval.sival_int",
              "print $_siginfo._sifields._rt.si_sigval.sival_int = 4242",
              "continue")
    check_in("$1 = 17", out)
    check_in("exited normally", out)


run(test)
