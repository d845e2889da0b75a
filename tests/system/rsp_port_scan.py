# SPDX-License-Identifier: Apache-2.0
"""Connections that never say a byte of the protocol use up no --once."""
import time

from lib.harness import check, run
from lib.rsp import Rsp, launch


def test():
    server = launch("threads", 1)
    for _ in range(5):
        Rsp(server).close()
    idle = Rsp(server)
    http = Rsp(server)
    http.raw(b"GET / HTTP/1.0\r\n\r\n")
    time.sleep(0.5)
    check(server.process.poll() is None, "rspd ended", server.text())
    r = Rsp(server)
    r.as_gdb()
    r.expect("qC", "QC.*")
    idle.close()
    http.close()
    r.send("k")


run(test)
