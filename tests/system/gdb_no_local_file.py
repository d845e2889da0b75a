# SPDX-License-Identifier: Apache-2.0
# variants: launched attached
"""gdb without any local file gets the program and its libraries from rspd,
and shows a symbolic stack."""
import os
import shutil

from lib import harness
from lib.harness import (Server, check_not_in, check_order, gdb, inferior,
                         run, start, tmp, variant)


def test():
    copy = os.path.join(tmp(), "nowhere", "program")
    os.mkdir(os.path.dirname(copy))
    shutil.copy(inferior("threads"), copy)
    if variant("launched") == "launched":
        server = Server("--once", "localhost:0", copy, "2")
    else:
        process = start([copy, "2"], stdout=harness.subprocess.PIPE,
                        text=True)
        process.stdout.readline()
        server = Server("--once", "--attach", "localhost:0",
                        str(process.pid))
    out = gdb(None, "set sysroot target:",
              "target remote " + server.address, "break lap", "continue",
              "backtrace", "info sharedlibrary", "print watched", "kill")
    check_order(out, "Reading", "Breakpoint 1", "lap ()", "#0  lap ()",
                "#1 ", "main (", "target:", "$1 = ")
    check_not_in("No symbol table", out)


run(test)
