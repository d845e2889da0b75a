# SPDX-License-Identifier: Apache-2.0
"""Signals that the user does not want to see are delivered without a stop."""
import os
import signal
import time

from lib.harness import Session, check, run
from lib.mi import Mi


def test():
    s = Session("tcp-attached", "signals", "loop")
    mi = Mi(s.program, s)
    mi.console("handle SIGUSR1 nostop noprint pass")
    mi.command("-exec-continue")
    mi.wait("*running")
    for _ in range(5):
        os.kill(s.inferior.pid, signal.SIGUSR1)
        time.sleep(0.1)
    check(not any(l.startswith("*stopped") for l in mi.idle(0.5)),
          "it stopped")
    os.kill(s.inferior.pid, signal.SIGUSR2)
    mi.wait("*stopped")
    mi.command("-exec-continue")
    stop = mi.wait("*stopped")
    check("exited" in stop and '"05"' in stop, "exit code 5", stop)
    mi.quit()
    check("count 5" in s.inferior.output(), "the program's own count")


run(test)
