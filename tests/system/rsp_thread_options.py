# SPDX-License-Identifier: Apache-2.0
"""QThreadOptions: clones stand and are told, ends are told; the last entry
that means a thread counts, and what it does not mention stays."""
import re

from lib.harness import check, check_in, run
from lib.rsp import ALL_GDB, Rsp, launch


def clone_of(reply):
    match = re.match(r"T05clone:(p[0-9a-f]+\.[0-9a-f]+);.*thread:([^;]+);",
                     reply)
    check(match, "no clone", reply)
    return match.groups()


def test():
    server = launch("churn", 6, 2)
    pid = server.inferior_pid()
    r = Rsp(server)
    check_in("QThreadOptions=3", r.supported(ALL_GDB + ";QThreadOptions+"))
    r.no_ack()
    main = "p%x.%x" % (pid, pid)
    # Nothing is done where one entry is bad.
    for bad in (";", ";4", ";3;", ";3;8:" + main, ";3:", ""):
        check(r.ask("QThreadOptions" + bad).startswith("E") or bad == "",
              "taken: " + bad)
    # The last that matches counts; an unknown thread is none.
    r.expect("QThreadOptions;0;3:%s;1:p%x.7fffffff" % (main, pid), "OK")
    r.resume()
    first, by = clone_of(r.stop_reply())
    check(by == main, "by whom", by)
    check_in(first, r.threads())
    # The new one has no options, and its maker keeps its own.
    r.expect("QThreadOptions;3:" + first, "OK")
    r.resume("vCont;c:" + main)
    second, by = clone_of(r.stop_reply())
    check(by == main and second != first, "the second", second)
    r.expect("QThreadOptions;0", "OK")
    r.expect("QThreadOptions;2:p%x.-1" % pid, "OK")
    # No clone is told now, but the end of a thread is.
    r.resume()
    reply = r.stop_reply()
    check(re.fullmatch(r"w00;p[0-9a-f]+\.[0-9a-f]+", reply),
          "no end", reply)
    r.expect("QThreadOptions;0", "OK")
    # Ends that came before are told yet.
    reply = "w"
    while reply.startswith("w"):
        r.resume()
        reply = r.stop_reply()
    check(reply.startswith("W00"), "the program's end", reply)


run(test)
