# SPDX-License-Identifier: Apache-2.0
# variants: disconnect killed-stopped killed-running reset-running in-reply in-run
"""gdb goes in one way or another; the next one finds the same process and
threads, no old breakpoint, and its own breakpoints work."""
import re
import signal

from lib.cut import Cut
from lib.harness import (Server, alive, check, check_in, check_match,
                         check_order, gdb, inferior, run, state_of, variant,
                         wait_until)
from lib.mi import Mi
from lib.rsp import Rsp


def leave(how, server, program):
    if how == "disconnect":
        out = gdb(program, "target remote " + server.address, "break lap",
                  "continue", "break work", "disconnect", "info threads")
        check_order(out, "Breakpoint 1, lap", "No threads.")
        return
    if how == "reset-running":
        r = Rsp(server)
        r.as_gdb()
        r.expect("?", "T.*")
        r.resume()
        r.reset()
        return
    if how.startswith("in-"):
        cut = Cut(server, how.rpartition("-")[2], server.inferior_pid())
        gdb(program, "target remote " + cut.address, "break lap", "continue",
            "delete", "break work if n == 1000000", "monitor help",
            *(["dump binary memory /dev/null"
               " (char*)&printf (char*)&printf+0x80000"]
              if how == "in-reply" else ["continue"]))
        check(cut.was_cut, "gdb got through")
        return
    mi = Mi(program, connect="-target-select remote " + server.address)
    mi.command("-break-insert lap")
    mi.command("-exec-continue")
    mi.wait("*stopped,reason=\"breakpoint-hit\"")
    mi.command("-break-insert -c \"watched == 1000000\" lap")
    if how == "killed-running":
        mi.command("-break-delete 1")
        mi.command("-exec-continue")
    mi.process.send_signal(signal.SIGKILL)
    mi.process.wait()


def test():
    how = variant("disconnect")
    server = Server("127.0.0.1:0", inferior("threads"), "3")
    pid = server.inferior_pid()
    program = inferior("threads")
    # Until there are all of its threads.
    gdb(program, "target remote " + server.address, "tbreak lap", "continue",
        "disconnect")
    seen = set()
    for _ in range(3):
        leave(how, server, program)
        wait_until(lambda: state_of(pid) in ("t", "T"), what="its stop")
        out = gdb(program, "target remote " + server.address, "info threads",
                  "print $_inferior", "x/i lap", "info breakpoints",
                  "tbreak lap", "continue", "backtrace 1", "print watched",
                  "disconnect")
        seen.add(tuple(sorted(re.findall(r"Thread %d\.(\d+)" % pid,
                                         out.split("$1 =")[0]))))
        check_in("No breakpoints", out)
        # As it was compiled, not an int3.
        check_match(r"<lap>:\s+push", out)
        check_order(out, "Temporary breakpoint 1, lap", "#0  lap ()")
    check(len(seen) == 1 and len(seen.pop()) == 3, "other threads", seen)
    check(alive(pid), "the program has ended")


run(test)
