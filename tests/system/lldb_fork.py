# SPDX-License-Identifier: Apache-2.0
# variants: parent child vfork
"""lldb follows the parent or the child; the other one goes on unharmed."""
from lib.harness import Session, check_order, lldb, run, variant


def test():
    how = variant("parent")
    s = Session("tcp-launched", "fork", "vfork" if how == "vfork" else "fork")
    if how == "child":
        out = lldb(s.program, "settings set target.process.follow-fork-mode "
                   "child", s.lldb_connect(), "breakpoint set --name both",
                   "continue", "continue", "frame variable n",
                   "breakpoint disable", "continue")
        check_order(out, "(int) n = 3", "exited with status = 4")
    elif how == "parent":
        out = lldb(s.program, s.lldb_connect(), "breakpoint set --name both",
                   "continue", "continue", "frame variable n", "continue")
        check_order(out, "(int) n = 10", "exited with status = 4")
    else:
        out = lldb(s.program, s.lldb_connect(), "breakpoint set --name both",
                   "continue", "continue", "frame variable n", "continue")
        check_order(out, "(int) n = 10", "exited with status = 3")


run(test)
