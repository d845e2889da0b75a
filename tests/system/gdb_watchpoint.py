# SPDX-License-Identifier: Apache-2.0
# variants: launched attached
"""gdb's hardware watchpoint shows old and new value, in any thread."""
from lib.harness import (Session, check_match, check_order, gdb,
                         need_debug_registers, run, variant)


def test():
    need_debug_registers()
    s = Session("tcp-" + variant("launched"), "threads", 3)
    out = gdb(s.program, s.gdb_connect(), "break lap", "continue",
              "delete", "watch watched", "continue", "continue",
              "delete", "rwatch counters[2]", "continue", "info threads",
              "delete", "kill")
    check_order(out, "Hardware watchpoint 2: watched", "Old value =",
                "New value =", "Old value =", "New value =",
                "Hardware read watchpoint 3: counters[2]")
    match = check_match(r"Old value = (\d+)\s+New value = (\d+)", out)
    assert int(match.group(2)) == int(match.group(1)) + 1


run(test)
