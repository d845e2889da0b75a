# SPDX-License-Identifier: Apache-2.0
# variants: passcount full circular error exit hardware
"""A run ends by itself: passcount, a full buffer, an error, the program's end;
circular goes on.  A hardware breakpoint at the same place changes nothing."""
import os

from lib.harness import (Session, check_order, gdb, need_debug_registers, run,
                         tmp, variant)

COMMANDS = """
break over
trace visit {condition}
{settings}
actions
collect total
end
tstart
continue
tstatus
{stop}
tfind start
print total
tfind none
kill
"""

# What is set, and what gdb shows then.
CASES = {
    "passcount": ("if n & 1", "passcount 3",
                  ("Trace stopped by tracepoint 2",
                   "Collected 3 trace frames", "Found trace frame 0",
                   "$1 = 100")),
    "full": ("", "set trace-buffer-size 100",
             ("Trace stopped because the buffer was full",
              "Collected 5 trace frames", "of 100 bytes free", "$1 = 100")),
    "circular": ("", "set trace-buffer-size 100\n"
                 "set circular-trace-buffer on",
                 ("Trace is running on the target",
                  "(of 10 created total)", "Trace buffer is circular",
                  "Found trace frame 0", "$1 = 145")),
    "error": ("if 8 / (n - 4)", "",
              ("Trace stopped by an error (division by zero, tracepoint 2)",
               "Collected 4 trace frames", "$1 = 100")),
    "exit": ("", "delete 1",
             ("exited normally",
              "Trace stopped by an error (the program has ended)",
              "Collected 10 trace frames")),
    "hardware": ("", "hbreak *visit if n == 77",
                 ("Trace is running on the target",
                  "Collected 10 trace frames", "$1 = 100")),
}


def test():
    how = variant("passcount")
    condition, settings, shown = CASES[how]
    if how == "hardware":
        need_debug_registers()
    s = Session("tcp-launched", "traced")
    path = os.path.join(tmp(), "commands")
    with open(path, "w") as f:
        f.write(COMMANDS.format(condition=condition, settings=settings,
                                stop="tstop" if how in ("circular", "hardware")
                                else ""))
    out = gdb(s.program, s.gdb_connect("extended-remote"), "source " + path)
    check_order(out, *shown)


run(test)
