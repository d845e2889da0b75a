# SPDX-License-Identifier: Apache-2.0
# variants: tcp-launched
"""gdb steps by lines, into and out of functions, and by instructions."""
from lib.harness import Session, check_match, check_order, gdb, run, variant


def test():
    s = Session(variant("tcp-launched"), "hello")
    out = gdb(s.program, s.gdb_connect(), "break middle", "continue",
              "step", "next", "print sum", "finish", "stepi",
              "x/i $pc", "stepi 3", "info registers rip", "continue")
    check_order(out, "middle (n=41)", "add (a=41, b=1)", "return sum",
                "$1 = 42", "Value returned is $2 = 42", "=> 0x", "rip ",
                "exited with code 07]")
    check_match(r"rip\s+0x[0-9a-f]+", out)


run(test)
