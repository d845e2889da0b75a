# SPDX-License-Identifier: Apache-2.0
# variants: native i386
"""siginfo is read and written: what gdb puts there the handler gets."""
import os

from lib.harness import (INFERIORS, Session, check_in, check_order, gdb, run,
                         skip, tmp, variant)

FAULT = "print $_siginfo._sifields._sigfault.si_addr"


def native():
    s = Session("tcp-launched", "signals", "segv")
    out = gdb(s.program, s.gdb_connect(), "continue",
              "print $_siginfo.si_signo", FAULT, FAULT + " = (void *) 0x1234",
              FAULT, "kill")
    check_order(out, "SIGSEGV", "$1 = 11", "$2 = (void *) 0x10",
                "$4 = (void *) 0x1234")
    s = Session("tcp-launched", "siginfo")
    out = gdb(s.program, s.gdb_connect(), "continue",
              "print $_siginfo._sifields._rt.si_sigval.sival_int",
              "print $_siginfo._sifields._rt.si_sigval.sival_int = 4242",
              "continue")
    check_in("$1 = 17", out)
    check_in("exited normally", out)


def i386():
    """In the layout that a 32-bit program knows; in core files as well."""
    if not os.path.exists(os.path.join(INFERIORS, "i386_segv")):
        skip("no 32-bit program was built")
    core = os.path.join(tmp(), "core")
    s = Session("tcp-launched", "i386_segv")
    out = gdb(s.program, s.gdb_connect(), "continue",
              "print $_siginfo.si_signo", "print $_siginfo.si_code", FAULT,
              "monitor save-core " + core, FAULT + " = (void *) 0x2a", FAULT,
              "continue")
    check_order(out, "SIGSEGV", "$1 = 11", "$2 = 1", "$3 = (void *) 0x10",
                "$5 = (void *) 0x2a", "exited with code 052]")
    out = gdb(s.program, "core-file " + core, FAULT)
    check_in("$1 = (void *) 0x10", out)


def test():
    {"native": native, "i386": i386}[variant("native")]()


run(test)
