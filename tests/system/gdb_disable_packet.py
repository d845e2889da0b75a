# SPDX-License-Identifier: Apache-2.0
# variants: vCont Tthread T qC qfThreadInfo threads all
"""Each word of --disable-packet; gdb does its work without it."""
from lib.harness import Session, check_order, gdb, run, variant

WORDS = ("vCont", "Tthread", "T", "qC", "qfThreadInfo", "threads")


def test():
    how = variant("vCont")
    words = ",".join(WORDS[:2] + WORDS[3:]) if how == "all" else how
    s = Session("tcp-launched", "threads", 2,
                options=("--disable-packet=" + words,))
    out = gdb(s.program, s.gdb_connect(), "tbreak lap", "continue", "stepi",
              "next", "tbreak work if n == 1" if how not in
              ("threads", "all", "T", "Tthread", "vCont") else "tbreak work",
              "continue", "backtrace 1", "info threads", "kill")
    check_order(out, "lap ()", "work (n=", "#0  work", "* ", "killed]")


run(test)
