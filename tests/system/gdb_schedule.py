# SPDX-License-Identifier: Apache-2.0
"""Schedule locking, range stepping, an end of the only thread that runs."""
import re

from lib.harness import Session, check, check_in, check_order, gdb, run


def locking():
    s = Session("tcp-launched", "threads", 3)
    out = gdb(s.program, s.gdb_connect(), "break lap", "continue",
              "continue 5", "delete", "set scheduler-locking on",
              "print counters[1]", "print counters[2]", "next", "next",
              "step", "next 20", "print counters[1]", "print counters[2]",
              "set scheduler-locking off", "break work if n == 1", "continue",
              "print n", "kill")
    value = dict(re.findall(r"\$(\d+) = (\d+)", out))
    check(value["1"] == value["3"] and value["2"] == value["4"],
          "others ran", value)
    check(value["5"] == "1", "then they run", value)


def ranges():
    """A line of many instructions is one packet."""
    s = Session("tcp-launched", "threads", 1, options=("--remote-debug",))
    out = gdb(s.program, s.gdb_connect(), "break lap", "continue",
              "finish", "next", "next", "next", "kill")
    check_in("lap", out)
    steps = re.findall(r"received: (vCont;[rs][^\s]*)", s.server.text())
    rows = [p for p in steps if p.startswith("vCont;r")]
    check(3 <= len(rows) <= 12, "range steps: %d" % len(rows), steps)
    # gdb steps out of functions and over breakpoints by single steps.
    check(len(steps) < 30, "steps: %d" % len(steps), steps)


def no_resumed():
    s = Session("tcp-launched", "churn", 4, 2)
    out = gdb(s.program, s.gdb_connect(), "break visit", "continue",
              "set scheduler-locking on", "delete", "continue",
              "info threads", "set scheduler-locking off", "thread 1",
              "continue")
    check_order(out, "visit (n=", "No unwaited-for children left.",
                "exited normally")


def test():
    locking()
    ranges()
    no_resumed()


run(test)
