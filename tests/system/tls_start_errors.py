# SPDX-License-Identifier: Apache-2.0
"""Wrong, missing or mismatched TLS files, and addresses that would open the
machine to others: the start ends with a status and a reason."""
import os
import re
import socket
import subprocess

from lib.harness import RSPD, Server, check, run, tmp
from lib.pki import CA, client_cert, server_cert, server_options


def refused(pattern, *args):
    done = subprocess.run([RSPD, "--multi", *args], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    check(done.returncode == 1, "status %d: %s" % (done.returncode, args),
          done.stderr)
    check(re.search(pattern, done.stderr), "no reason like " + pattern,
          done.stderr)
    check("Listening" not in done.stderr, "it listened", done.stderr)


def write(name, text):
    path = os.path.join(tmp(), name)
    with open(path, "w") as f:
        f.write(text)
    return path


def own_address():
    """An address of this machine that is not loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
            return s.getsockname()[0]
        except OSError:
            return None


def files():
    ca = CA("ca")
    server = server_cert(ca)
    other = server_cert(ca, "other")
    at = "localhost:0"
    missing = os.path.join(tmp(), "missing")
    junk = write("junk", "-----BEGIN CERTIFICATE-----\nAAAA\n")
    empty = write("empty", "")

    def options(crt=server.crt, key=server.key, ca=ca.crt, crl=None):
        return (["--tls-cert", crt, "--tls-key", key, "--tls-client-ca", ca] +
                (["--tls-crl", crl] if crl else []))

    for bad in (missing, junk, empty, tmp()):
        refused(re.escape(bad), *options(crt=bad), at)
        refused(re.escape(bad), *options(ca=bad), at)
        refused(re.escape(bad), *options(crl=bad), at)
        if bad != junk:
            refused(re.escape(bad), *options(key=bad), at)
    refused("is not the key of", *options(key=other.key), at)
    usage = ca.issue("usage", "clientAuth")
    refused("not for servers", *options(usage.crt, usage.key), at)
    silent = ca.issue("silent", "serverAuth", extra=["keyUsage=keyAgreement"])
    refused("may not sign", *options(silent.crt, silent.key), at)
    stranger = CA("stranger")
    refused("of another CA", *options(crl=stranger.revoke(
        client_cert(stranger))), at)
    refused("--tls-cert and --tls-key", "--tls-cert", server.crt, at)
    refused("--tls-cert and --tls-key", "--tls-client-ca", ca.crt, at)
    for mode in (0o644, 0o640, 0o602):
        os.chmod(server.key, mode)
        refused("others can read", *options(), at)
    os.chmod(server.key, 0o600)
    # With the same files in order it does start.
    Server("--multi", *options(), at)
    return ca, server


def addresses(ca, server):
    wide = ["*:0", "0.0.0.0:0", "[::]:0", ":::0"]
    own = own_address()
    if own and not own.startswith("127."):
        wide.append(own + ":0")
    for address in wide:
        refused("--insecure", address)
        refused("--tls-client-ca", *server_options(server), address)
    Server("--multi", *server_options(server, ca), "0.0.0.0:0")
    Server("--multi", "--insecure", "0.0.0.0:0")
    # No host is this machine, and the user is told so.
    narrow = Server("--multi", ":0")
    narrow.wait_line("localhost")
    if own and not own.startswith("127."):
        with socket.socket() as s:
            check(s.connect_ex((own, narrow.port)) != 0,
                  "another address than loopback is open")


def test():
    addresses(*files())


run(test)
