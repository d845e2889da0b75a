# SPDX-License-Identifier: Apache-2.0
"""A client that has closed its sending side still gets its replies."""
import socket

from lib.harness import check, run
from lib.rsp import Rsp, launch, packet


def test():
    server = launch("threads", 1, options=())
    r = Rsp(server)
    r.no_ack()
    r.raw(packet("qC") + packet("?"))
    r.sock.shutdown(socket.SHUT_WR)
    check(r.receive().startswith(b"QC"), "no reply after half-close")
    check(r.is_closed(10), "connection stays open")
    r = Rsp(server)
    r.expect("qC", "QC.*")


run(test)
