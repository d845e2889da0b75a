# SPDX-License-Identifier: Apache-2.0
"""A relay has no rights: no new privileges, a filter, nobody's user and root
when started as root, and only its own descriptors."""
import os
import re
import socket
import ssl

from lib.daemon import relays
from lib.harness import RSPD, Server, check, run, skip, wait_until
from lib.pki import CA, client_cert, server_cert, server_options
from lib.rsp import packet


def status(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(re.findall(r"(\w+):\s*(.*)", f.read()))


def test():
    ca = CA("ca")
    cert = server_cert(ca)
    server = Server("--multi", *server_options(cert, ca), "localhost:0")
    good = client_cert(ca)
    c = ssl.create_default_context(cafile=ca.crt)
    c.load_cert_chain(good.crt, good.key)
    s = c.wrap_socket(socket.create_connection(("127.0.0.1", server.port), 20),
                      server_hostname="localhost")
    s.sendall(packet("qSupported"))
    check(s.recv(1000), "no answer")
    # Not the one that stands ready.
    (pid,) = [pid for pid, serves in relays(cert.crt).items() if serves]
    now = status(pid)
    check(now.get("NoNewPrivs", "1") == "1", "no_new_privs", now)
    with open(RSPD, "rb") as f:
        sanitized = b"__asan_init" in f.read()
    if not sanitized:
        check(now.get("Seccomp", "2") == "2", "seccomp filter", now)
    if os.geteuid() == 0:
        check("0" not in now["Uid"].split(), "user", now)
        check("0" not in now["Gid"].split(), "group", now)
        check(int(now["CapEff"], 16) == 0, "capabilities", now)
        try:
            check(os.listdir("/proc/%d/root" % pid) == [], "root")
        except OSError as e:
            print("cannot look at its root:", e)
    fds = sorted(map(int, os.listdir("/proc/%d/fd" % pid)))
    check(fds == [0, 1, 2, 3, 4], "descriptors", fds)
    s.close()
    wait_until(lambda: pid not in relays(cert.crt), 20, "the relay's end")


run(test)
