# SPDX-License-Identifier: Apache-2.0
"""rspd connect --listen carries several debuggers, and a signal ends it and
removes its socket, with or without them."""
import os
import signal

from lib.harness import Server, check, run, tmp
from lib.pki import CA, client_cert, client_options, server_cert, server_options
from lib.rsp import Rsp


def test():
    ca = CA("ca")
    server = Server("serve", "--rights", "all", *server_options(server_cert(ca), ca),
                    "localhost:0")
    path = os.path.join(tmp(), "socket")
    options = ["connect", "--listen", "unix:" + path,
               *client_options(ca, client_cert(ca)),
               "localhost:%d" % server.port]
    for sig in (signal.SIGTERM, signal.SIGINT):
        bridge = Server(*options)
        first, second = Rsp(path), Rsp(path)
        for r in (first, second):
            r.no_ack().expect("qC", "E.*|")
        check(bridge.terminate(sig) == 0, "exit status")
        check(not os.path.exists(path), "the socket is left")
        # What is under way goes on.
        second.expect("qC", "E.*|")


run(test)
