# SPDX-License-Identifier: Apache-2.0
"""share/: the command rspd-connect of gdb and of lldb, with a section of
connect.conf: a session through TLS, and what is said when there is none."""
# variants: gdb lldb
import os

from lib.harness import (RSPD, Server, check, check_in, gdb, inferior, lldb,
                         run, tmp, variant)
from lib.pki import CA, client_cert, server_cert, server_options

SHARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../share")


def environment(ca, server):
    """HOME with a section [board] for this server."""
    me = client_cert(ca)
    folder = os.path.join(tmp(), ".config/rspd")
    os.makedirs(folder)
    with open(os.path.join(folder, "connect.conf"), "w") as f:
        f.write("[board]\naddress = localhost:%d\ntls-ca = %s\ntls-cert = %s\n"
                "tls-key = %s\n" % (server.port, ca.crt, me.crt, me.key))
    return {"HOME": tmp(), "RSPD": os.path.abspath(RSPD)}


def test():
    ca = CA("ca")
    program = inferior("hello")
    server = Server("--once", *server_options(server_cert(ca), ca),
                    "localhost:0", program)
    env = environment(ca, server)
    env.pop("XDG_CONFIG_HOME", None)
    if variant("gdb") == "gdb":
        out = gdb(program, "source " + SHARE + "/rspd_gdb.py",
                  "rspd-connect nowhere", "rspd-connect board", "break main",
                  "continue", "help rspd-connect", "delete", "continue",
                  env=env)
        check_in("Breakpoint 1, main", out)
        check_in("exited with code 07", out)
        check_in("rspd-connect [-e] HOST", out)
    else:
        out = lldb(program, "command script import " + SHARE +
                   "/rspd_lldb.py", "rspd-connect board", "breakpoint set --name main",
                   "continue", "help rspd-connect",
                   "breakpoint delete --force 1", "continue",
                   "rspd-connect nowhere", env=env)
        check_in("stop reason = breakpoint", out)
        check_in("exited with status = 7", out)
    check_in("nowhere: HOST:PORT is wanted here", out)
    check(server.wait() == 0, "exit status")


run(test)
