# SPDX-License-Identifier: Apache-2.0
# variants: launched attached
"""lldb's watchpoint shows old and new value."""
from lib.harness import (Session, check_match, check_order, lldb,
                         need_debug_registers, run, variant)


def test():
    need_debug_registers()
    s = Session("tcp-" + variant("launched"), "threads", 3)
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name lap",
               "continue", "breakpoint delete --force",
               "watchpoint set variable watched", "continue", "continue",
               "watchpoint delete --force", "process kill")
    check_order(out, "Watchpoint created", "Watchpoint 1 hit:",
                "old value:", "new value:", "stop reason = watchpoint 1",
                "Watchpoint 1 hit:")
    match = check_match(r"old value: (\d+)\s+new value: (\d+)", out)
    assert int(match.group(2)) == int(match.group(1)) + 1


run(test)
