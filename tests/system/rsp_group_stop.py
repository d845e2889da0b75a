# SPDX-License-Identifier: Apache-2.0
"""A program that was stopped by SIGSTOP stays so over attach and detach, and
obeys SIGCONT."""
import os
import signal
import time

from lib.harness import Inferior, Server, check, run, state_of, wait_until
from lib.rsp import Rsp


def test():
    program = Inferior("threads", 3)
    os.kill(program.pid, signal.SIGSTOP)
    wait_until(lambda: state_of(program.pid) == "T", what="a stop")
    server = Server("--attach", "localhost:0", program.pid)
    r = Rsp(server).as_gdb()
    check(len(r.threads()) == 3, "threads")
    r.expect("D;%x" % program.pid, "OK")
    time.sleep(0.3)
    check(state_of(program.pid) == "T", "it is " + state_of(program.pid))
    os.kill(program.pid, signal.SIGCONT)
    wait_until(lambda: state_of(program.pid) in "RS", what="its running")


run(test)
