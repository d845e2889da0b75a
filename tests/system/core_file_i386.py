# SPDX-License-Identifier: Apache-2.0
"""A core file of a 32-bit program."""
import os

from lib.harness import (INFERIORS, Server, check_match, check_order, gdb, run,
                         skip, tmp)


def test():
    program = os.path.join(os.path.abspath(INFERIORS), "bare32")
    if not os.path.exists(program):
        skip("no 32-bit program")
    core = os.path.join(tmp(), "core")
    server = Server("--once", "127.0.0.1:0", program)
    live = gdb(program, "target remote " + server.address, "stepi 3",
               "print/x $pc", "print/x $sp", "print $mxcsr", "print/x $cs",
               "monitor save-core " + core, "kill")
    dead = gdb(program, "core-file " + core, "print/x $pc", "print/x $sp",
               "print $mxcsr", "print/x $cs", "x/2i $pc", "info auxv")
    check_match(r"Saved .* \(\d+ bytes\)", live)
    values = [check_match(r"^(\$%d = .*)$" % n, live).group(1)
              for n in range(1, 5)]
    check_order(dead, *values, "=> 0x", "AT_ENTRY")


run(test)
