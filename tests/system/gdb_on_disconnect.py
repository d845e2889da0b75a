# SPDX-License-Identifier: Apache-2.0
# variants: keep continue detach kill
"""gdb is killed while the program stands at a breakpoint: --on-disconnect."""
import signal
import time

from lib.harness import (Inferior, Server, alive, check, check_order, gdb,
                         gone, run, state_of, tracer_of, variant, wait_until)
from lib.mi import Mi


def test():
    how = variant("keep")
    other = Inferior("threads", 2)
    server = Server("--on-disconnect=" + how, "--attach", "127.0.0.1:0",
                    other.pid)
    program = "/proc/%d/exe" % other.pid
    mi = Mi(program, connect="-target-select remote " + server.address)
    mi.command("-break-insert lap")
    mi.command("-exec-continue")
    mi.wait("*stopped,reason=\"breakpoint-hit\"")
    mi.process.send_signal(signal.SIGKILL)
    mi.process.wait()
    if how == "kill":
        gone(other.pid)
        return
    if how == "detach":
        wait_until(lambda: tracer_of(other.pid) == 0, what="its release")
        time.sleep(0.5)
        check(alive(other.pid) and state_of(other.pid) in "SR", "it runs",
              state_of(other.pid))
        return
    if how == "keep":
        wait_until(lambda: state_of(other.pid) in "tT", what="its stop")
    else:
        wait_until(lambda: state_of(other.pid) in "SR", what="its running")
        time.sleep(0.5)
        check(alive(other.pid), "it died of an old breakpoint")
    out = gdb(program, "target remote " + server.address,
              "info breakpoints", "break work", "continue", "delete",
              "detach")
    check_order(out, "No breakpoints", "work (n=", "detached")
    check(tracer_of(other.pid) == 0, "still traced")
    check(alive(other.pid), "it has ended")


run(test)
