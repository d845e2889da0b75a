# SPDX-License-Identifier: Apache-2.0
# variants: all-stop non-stop free
# timeout: 600
"""Threads come and go, a thousand a second as far as the machine can: gdb is
stopped at a breakpoint in every hundredth of them, and misses none."""
import re

from lib.harness import Session, check, check_in, gdb, run, variant
from lib.mi import Mi

COUNT, TOLD = 1500, 15


def all_stop(extra):
    s = Session("tcp-launched", "churn", COUNT, 8, 1000)
    out = gdb(s.program, *extra, s.gdb_connect(), "break visit_100th",
              "break done", *["continue"] * (TOLD + 1), "print visits",
              "info threads", "delete", "continue", seconds=500)
    hits = re.findall(r"hit Breakpoint 1, |Breakpoint 1, visit", out)
    check(len(hits) == TOLD, "hits: %d" % len(hits), out)
    check_in("$1 = %d" % COUNT, out)
    check_in("exited normally", out)


def non_stop():
    s = Session("tcp-launched", "churn", COUNT, 8, 1000)
    mi = Mi(s.program, s, setup=["-gdb-set pagination off",
                                 "-gdb-set non-stop on"])
    mi.command("-break-insert visit_100th")
    mi.command("-break-insert done")
    mi.command("-exec-continue --all")
    hits = 0
    while True:
        stop = mi.wait("*stopped", 200)
        check("breakpoint-hit" in stop, "another stop", stop)
        if 'func="done"' in stop:
            break
        hits += 1
        tid = re.search(r'thread-id="(\d+)"', stop).group(1)
        mi.command("-exec-continue --thread " + tid, 100)
    check(hits == TOLD, "hits: %d" % hits)
    value = mi.command("-data-evaluate-expression --thread 1 visits")
    check('value="%d"' % COUNT in value, "visits", value)
    mi.command("-exec-continue --thread 1")
    mi.wait("*stopped,reason=\"exited-normally\"", 100)
    mi.quit()


def test():
    how = variant("all-stop")
    if how == "non-stop":
        non_stop()
    elif how == "free":
        # As fast as it can, with nothing that stops it.
        s = Session("tcp-launched", "churn", 3000, 8)
        out = gdb(s.program, s.gdb_connect(), "continue", seconds=500)
        check_in("exited normally", out)
    else:
        all_stop(())


run(test)
