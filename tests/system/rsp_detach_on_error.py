# SPDX-License-Identifier: Apache-2.0
# variants: keep kill
"""QSetDetachOnError says what becomes of a launched program when the client is
lost: it goes on, or ends."""
import os
import signal

from lib.harness import Server, check, gone, inferior, run, tracer_of
from lib.harness import variant, wait_until
from lib.rsp import Rsp


def test():
    keep = variant("keep") == "keep"
    server = Server("gdbserver", "127.0.0.1:0", "--", inferior("threads"), "1")
    r = Rsp(server).as_lldb()
    pid = int(r.expect("qC", "QCp?([0-9a-f]+).*").group(1), 16)
    check(tracer_of(pid) == server.pid, "not traced")
    r.expect("QSetDetachOnError:%d" % keep, "OK")
    r.reset()
    if not keep:
        gone(pid)
        return
    wait_until(lambda: tracer_of(pid) == 0, what="the detach")
    os.kill(pid, signal.SIGKILL)


run(test)
