# SPDX-License-Identifier: Apache-2.0
"""Signals that arrive around attach, stop and detach are delivered exactly
once."""
import os
import re
import signal
import time

from lib.harness import Inferior, Server, check, run
from lib.rsp import Rsp


def test():
    program = Inferior("signals", "loop")
    server = Server("--multi", "localhost:0")
    r = Rsp(server).as_gdb()
    r.expect("!", "OK")
    # gdb's number for SIGUSR1 is 30: let the program have it.
    r.expect("QPassSignals:1e", "OK")
    r.expect("QProgramSignals:0;1;2;3;4;5;6;7;8;9;a;b;c;d;e;f;1e;1f", "OK")
    sent = 0
    for _ in range(10):
        os.kill(program.pid, signal.SIGUSR1)
        time.sleep(0.01)
        r.expect("vAttach;%x" % program.pid, "T.*")
        os.kill(program.pid, signal.SIGUSR1)
        r.expect("D;%x" % program.pid, "OK")
        time.sleep(0.02)
        sent += 2
    os.kill(program.pid, signal.SIGUSR2)
    count = int(re.search(r"count (\d+)", program.output()).group(1))
    check(count == sent, "%d sent, %d delivered" % (sent, count))


run(test)
