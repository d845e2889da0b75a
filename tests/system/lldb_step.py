# SPDX-License-Identifier: Apache-2.0
"""lldb steps by lines, into and out of functions, and by instructions."""
from lib.harness import Session, check_match, check_order, lldb, run


def test():
    s = Session("tcp-launched", "hello")
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name middle",
               "continue", "thread step-in", "thread step-over",
               "frame variable sum", "thread step-out",
               "thread step-inst", "disassemble --pc", "register read rip",
               "register read xmm0", "continue")
    check_order(out, "middle(n=41)", "add(a=41, b=1)", "(int) sum = 42",
                "Return value: (int) $0 = 42", "instruction step into",
                "->  0x", "rip = 0x", "xmm0 = {",
                "exited with status = 7")
    check_match(r"rip = 0x[0-9a-f]+ ", out)


run(test)
