# SPDX-License-Identifier: Apache-2.0
# variants: tcp-launched tcp-attached
"""Expressions that lldb must compile and run in the program's memory."""
from lib.harness import Session, check_order, lldb, run, variant


def test():
    s = Session(variant("tcp-launched"), "threads", 2)
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name lap",
               "continue",
               "expression -- int sum = 0; for (int i = 0; i < 10; i++) "
               "sum += i; sum",
               "expression -- counters[50] = 1234, (int) getpid() > 1",
               "expression -- counters[50]",
               "expression -- (unsigned long) strlen(\"four\")",
               "breakpoint delete --force",
               "breakpoint set --name work --condition "
               "'(int) getpid() > 1 && n == 1'", "continue",
               "frame variable n", "process kill")
    check_order(out, "stop reason = breakpoint 1.1", "(int) $0 = 45", "$1",
                "= 1234", "= 4", "stop reason = breakpoint", "(int) n = 1")


run(test)
