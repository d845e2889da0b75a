# SPDX-License-Identifier: Apache-2.0
# variants: stopped breakpoint expression
"""lldb detaches, and the program finds nothing changed: results of system
calls, registers, code, signals."""
from lib.harness import (Session, check, check_in, lldb, run, tracer_of,
                         variant)


def test():
    s = Session("tcp-attached", "detach_check", 15)
    work = {
        "stopped": ["thread list", "thread backtrace all -c 2"],
        "breakpoint": ["breakpoint set --name round_done", "continue",
                       "thread step-inst", "continue", "continue"],
        "expression": ["expression -- (int) seconds + 1",
                       "expression -- (long) getpid() > 1"],
    }[variant("stopped")]
    out = lldb(s.program, s.lldb_connect(), *work, "process detach")
    check_in("detached", out)
    check(tracer_of(s.inferior.pid) == 0, "still traced")
    check_in("PASS", s.inferior.output(60))
    check(s.inferior.status() == 0, "exit status")


run(test)
