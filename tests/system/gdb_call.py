# SPDX-License-Identifier: Apache-2.0
# variants: plain quiet unmapped
"""gdb calls functions of the program, and it goes on unharmed."""
from lib.harness import (Session, check_in, check_match, check_order, gdb, run,
                         variant)


def plain(s):
    out = gdb(s.program, s.gdb_connect(), "break add", "continue",
              "delete", "print add(2, 3)", "print (int) getpid() > 1",
              "print (char *) strcpy((char *) malloc(20), \"from gdb\")",
              "print $_exitcode", "backtrace 2", "continue")
    check_order(out, "add (a=41, b=1)", "$1 = 5", "$2 = 1",
                '"from gdb"', "#0  add (a=41", "exited with code 07]")


def quiet(s):
    """The function's return to the stack is a fault that gdb waits for, also
    where the user wants no stop for faults."""
    out = gdb(s.program, s.gdb_connect(), "break add", "continue",
              "delete", "handle SIGSEGV nostop noprint",
              "handle SIGILL nostop noprint", "print add(2, 3)", "continue")
    check_order(out, "$1 = 5", "exited with code 07]")


def unmapped(s):
    """A breakpoint that cannot be taken out, since its page is gone."""
    out = gdb(s.program, s.gdb_connect(), "break add", "continue",
              "set breakpoint always-inserted on",
              "print ((int (*) (unsigned long, unsigned long)) munmap)"
              "((unsigned long) &add & ~0xfff, 4096)", "delete 1", "kill")
    check_match(r"(?s)\$1 = 0.*warning: [Ee]rror removing breakpoint 1", out)
    check_in("killed]", out)


def test():
    {"plain": plain, "quiet": quiet, "unmapped": unmapped}[
        variant("plain")](Session("tcp-launched", "hello"))


run(test)
