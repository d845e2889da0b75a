# SPDX-License-Identifier: Apache-2.0
# variants: stopped breakpoint watchpoint
"""gdb detaches, and the program finds nothing changed: results of system
calls, registers, code, signals."""
from lib.harness import (Session, check, check_in, gdb, need_debug_registers,
                         run, tracer_of, variant)


def test():
    how = variant("stopped")
    if how == "watchpoint":
        need_debug_registers()
    s = Session("tcp-attached", "detach_check", 12)
    work = {
        "stopped": ["info threads", "thread apply all info registers rip"],
        "breakpoint": ["break round_done", "continue", "stepi", "step",
                       "continue 20", "info threads"],
        "watchpoint": ["watch rounds", "continue", "continue"],
    }[how]
    out = gdb(s.program, s.gdb_connect(), *work, "detach")
    check_in("detached", out)
    check(tracer_of(s.inferior.pid) == 0, "still traced")
    said = s.inferior.output(60)
    check_in("PASS", said)
    check(s.inferior.status() == 0, "exit status")


run(test)
