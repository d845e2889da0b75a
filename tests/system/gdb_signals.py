# SPDX-License-Identifier: Apache-2.0
"""gdb shows a signal, passes or drops it as the user says."""
import os
import signal
import time

from lib.harness import Session, check, run
from lib.mi import Mi


def test():
    s = Session("tcp-attached", "signals", "loop")
    mi = Mi(s.program, s)
    pid = s.inferior.pid

    def next_signal(number):
        mi.command("-exec-continue")
        mi.wait("*running")
        time.sleep(0.3)
        os.kill(pid, number)
        return mi.wait("*stopped")

    check("SIGUSR1" in next_signal(signal.SIGUSR1), "SIGUSR1 not shown")
    check("SIGUSR1" in next_signal(signal.SIGUSR1), "SIGUSR1 not shown")
    # Both were passed on by the continue commands; this one is dropped.
    mi.command("-interpreter-exec console \"queue-signal 0\"")
    stop = next_signal(signal.SIGUSR2)
    check("SIGUSR2" in stop, "SIGUSR2 not shown", stop)
    value = mi.command('-data-evaluate-expression count')
    check('value="1"' in value, "delivered count", value)
    # Not shown, but passed.
    mi.console("handle SIGUSR1 nostop noprint pass")
    mi.command("-exec-continue")
    mi.wait("*stopped")
    mi.quit()
    check("count 1" in s.inferior.output(), "the program's own count")


run(test)
