# SPDX-License-Identifier: Apache-2.0
"""rspd serve with a configuration file, and clients that come by TLS."""
import os
import re
import ssl
import socket
import subprocess

from lib.harness import Server, check, tmp, wait_until
from lib.rsp import Rsp


def write_config(text, name="rspd.conf"):
    path = os.path.join(tmp(), name)
    with open(path, "w") as f:
        f.write(text)
    return path


def daemon(text, *args, name="rspd.conf", **kwargs):
    """A daemon with this configuration; --config is among the arguments."""
    return Server("serve", "--config", write_config(text, name), *args,
                  **kwargs)


def check_config(text, *args):
    """What --check-config says: (status, text)."""
    from lib.harness import RSPD
    done = subprocess.run([RSPD, "serve", "--check-config", "--config",
                           write_config(text, "checked.conf"), *args],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def fingerprint(cert):
    from lib.pki import openssl
    out = openssl("x509", "-in", cert.crt, "-noout", "-fingerprint", "-sha256")
    return out.strip().partition("=")[2]


class TlsRsp(Rsp):
    """A raw client with a certificate."""

    def __init__(self, server, ca, cert=None):
        super().__init__(server)
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        c.load_verify_locations(ca.crt)
        if cert:
            c.load_cert_chain(cert.crt, cert.key)
        self.sock = c.wrap_socket(self.sock, server_hostname="localhost")

    def more(self, seconds):
        # What the TLS library holds already is not seen by select.
        self.sock.settimeout(max(0.01, seconds))
        try:
            data = self.sock.recv(65536)
        except (TimeoutError, socket.timeout):
            return False
        except (ssl.SSLError, ConnectionError):
            data = b""
        if not data:
            from lib.rsp import Closed
            raise Closed("connection closed by rspd")
        self.buffer += data
        return True


def serves(pid):
    fds = os.listdir("/proc/%s/fd" % pid)
    return "4" in fds and os.readlink("/proc/%s/fd/4" % pid).startswith(
        "socket:")


def relays(mark):
    """The relays that have `mark` (a file) in their command line, and whether
    each has a connection.  Only root can tell."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % name, "rb") as f:
                words = f.read().split(b"\0")
            if b"--role=relay" in words and mark.encode() in words:
                found[int(name)] = serves(name)
        except OSError:
            continue
    return found


def session_pids(server):
    return [int(n) for n in
            re.findall(r"session process (\d+)\)", server.text())]


def expect_closed(rsp, packet="qSupported"):
    """The client is sent away without an answer."""
    from lib.rsp import Closed
    try:
        rsp.send(packet)
        answer = rsp.receive(20)
    except (Closed, OSError):
        return
    check(False, "not sent away", answer)


def uid_of(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"Uid:\s+(\d+)", f.read()).group(1))
