# SPDX-License-Identifier: Apache-2.0
# variants: parent child exec local-exec
"""Expressions that need memory in the program, before and after it forked or
became another program: what was allocated before does not count any more."""
import os

from lib.harness import (RSPD, Session, check_order, inferior, lldb, run,
                         variant)

LOOP = "expression -- int s = 0; for (int i = 0; i < 10; i++) s += i; s + %d"


def test():
    how = variant("parent")
    if how in ("parent", "child"):
        s = Session("tcp-launched", "fork", "fork")
        out = lldb(s.program, "settings set target.process.follow-fork-mode " +
                   how, s.lldb_connect(), "breakpoint set --name both",
                   "continue", LOOP % 100, "expression -- char $buf[64]; "
                   "$buf[3] = 7; $buf[3] + 200", "continue", LOOP % 300,
                   "expression -- $buf[3] + 400", "expression -- both(500)",
                   "breakpoint disable", "continue")
        end = 4
    elif how == "exec":
        s = Session("tcp-launched", "fork", "self")
        out = lldb(s.program, s.lldb_connect(), "breakpoint set --name main",
                   "continue", LOOP % 100, "breakpoint delete --force",
                   "breakpoint set --name both", "continue", "continue",
                   LOOP % 300, "expression -- (int)strlen(\"hello\") + 400",
                   "breakpoint disable", "expression -- both(500)", "continue")
        end = 3
    else:
        env = {"LLDB_DEBUGSERVER_PATH": os.path.abspath(RSPD)}
        out = lldb(inferior("fork"), "breakpoint set --name main",
                   "process launch -- self", LOOP % 100,
                   "breakpoint delete --force", "breakpoint set --name both",
                   "continue", "continue", LOOP % 300,
                   "expression -- (int)strlen(\"hello\") + 400",
                   "breakpoint disable", "expression -- both(500)", "continue",
                   env=env)
        end = 3
    if how in ("parent", "child"):
        check_order(out, "= 145", "= 207", "stop reason = breakpoint", "= 345",
                    "= 407", "= 501", "exited with status = %d" % end)
    else:
        check_order(out, "= 145", "stop reason = exec", "= 345", "= 405",
                    "= 501", "exited with status = %d" % end)


run(test)
