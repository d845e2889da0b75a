# SPDX-License-Identifier: Apache-2.0
"""lldb through `rspd connect --listen`, on a port and on a Unix socket."""
# variants: port unix
import os

from lib.harness import (Server, check_in, inferior, lldb, run, tmp, variant,
                         wait_until)
from lib.pki import CA, client_cert, client_options, server_cert, server_options


def test():
    ca = CA("ca")
    program = inferior("hello")
    server = Server("--once", *server_options(server_cert(ca), ca),
                    "localhost:0", program)
    path = os.path.join(tmp(), "socket")
    listen = "localhost:0" if variant("port") == "port" else "unix:" + path
    bridge = Server("connect", "--once", "--listen", listen,
                    *client_options(ca, client_cert(ca)),
                    "localhost:%d" % server.port)
    if bridge.port:
        how = "gdb-remote 127.0.0.1:%d" % bridge.port
    else:
        how = "process connect --plugin gdb-remote unix-connect://" + path
    text = lldb(program, how, "breakpoint set --name main", "continue",
                "thread backtrace", "breakpoint delete --force 1", "continue")
    check_in("stop reason = breakpoint", text)
    check_in("exited with status = 7", text)
    assert server.wait() == 0
    assert bridge.wait() == 0
    assert not os.path.exists(path)


run(test)
