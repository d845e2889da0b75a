# SPDX-License-Identifier: Apache-2.0
# variants: tls-port tls-unix plain-unix
"""lldb's platform mode, where lldb does not meet the server at the server's own
port: through `rspd connect --listen`, and at Unix sockets.  The sessions that
it opens beside the platform's go the same way."""
import os

from lib.harness import (Inferior, Server, check, check_in, check_order, inferior,
                         lldb, run, tmp, variant)
from lib.pki import CA, client_cert, client_options, server_cert, server_options


def bridge(path):
    """A server behind TLS; where a debugger is met."""
    ca = CA("ca")
    server = Server("serve", "--rights", "all",
                    *server_options(server_cert(ca), ca), "localhost:0")
    met = Server("connect", "--listen", "unix:" + path if path else "localhost:0",
                 *client_options(ca, client_cert(ca)),
                 "localhost:%d" % server.port)
    check(path or met.port != server.port, "the same port twice")
    return "unix-connect://" + path if path else "connect://" + met.address


def test():
    transport, _, kind = variant("tls-port").partition("-")
    path = os.path.join(tmp(), "socket") if kind == "unix" else None
    # lldb makes "[]/PATH" of a socket's path for the second connection.
    os.symlink("/", os.path.join(tmp(), "[]"))
    if transport == "tls":
        url = bridge(path)
    else:
        Server("serve", "--rights", "all", "unix:" + path)
        url = "unix-connect://" + path
    program = Inferior("threads", 2)
    out = lldb(None, "settings set plugin.process.gdb-remote.packet-timeout 60",
               "platform select remote-linux", "platform connect " + url,
               # The program is sent there.
               "platform settings --working-dir " + tmp(),
               "target create " + inferior("hello"),
               "breakpoint set --name add", "process launch", "thread backtrace",
               "continue", "target create " + inferior("threads"),
               "process attach --pid %d" % program.pid, "process detach",
               "platform process info %d" % program.pid, cwd=tmp())
    check_in("Connected: yes", out)
    check_order(out, "stop reason = breakpoint 1.1", "hello`middle",
                "exited with status = 7", "Process %d stopped" % program.pid,
                "name = threads")
    # Told when lldb comes to it.
    check_in("Process %d detached" % program.pid, out)


run(test)
