# SPDX-License-Identifier: Apache-2.0
"""A second connection neither disturbs nor shares the session; when the first
is gone the next is served."""
import time

from lib.harness import check, run
from lib.rsp import Closed, Rsp, launch, packet


def test():
    server = launch("threads", 1, options=())
    first = Rsp(server)
    first.as_gdb()
    first.expect("qC", "QC.*")
    second = Rsp(server)
    try:
        second.raw(packet("qC"))
        reply = second.receive(1.5)
        check(reply is None, "a second client was answered", reply)
    except (Closed, ConnectionError):
        pass
    first.expect("qC", "QC.*")
    first.resume()
    time.sleep(0.3)
    third = Rsp(server)
    try:
        third.raw(b"\x03")
    except ConnectionError:
        pass
    check(first.receive(1) is None, "a stranger stopped the target")
    first.interrupt()
    check(first.stop_reply().startswith("T"), "no stop")
    first.close()
    second.close()
    third.close()
    time.sleep(0.5)
    r = Rsp(server)
    r.as_gdb()
    r.expect("qC", "QC.*")


run(test)
