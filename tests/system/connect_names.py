# SPDX-License-Identifier: Apache-2.0
"""Which names in a server's certificate `rspd connect` takes for the one that it
called: whole labels, addresses as addresses, nothing behind a NUL."""
import subprocess

from lib.harness import RSPD, Server, check, run, start
from lib.pki import CA, client_options, patched, server_options
from lib.rsp import packet

# subjectAltName, name of the certificate (CN), what is asked for, whether it is.
CASES = (
    ("DNS:*.example.org", "x", "a.example.org", True),
    ("DNS:*.example.org", "x", "A.Example.ORG", True),
    ("DNS:*.example.org", "x", "a.b.example.org", False),
    ("DNS:*.example.org", "x", "example.org", False),
    ("DNS:*.example.org", "x", ".example.org", False),
    ("DNS:f*.example.org", "x", "foo.example.org", False),
    ("DNS:*", "x", "localhost", False),
    ("DNS:other", "localhost", "localhost", False),
    (None, "localhost", "localhost", True),
    ("IP:127.0.0.1", "x", "127.0.0.1", True),
    ("IP:127.0.0.2", "127.0.0.1", "127.0.0.1", False),
    ("DNS:127.0.0.1", "127.0.0.1", "127.0.0.1", False),
    (None, "127.0.0.1", "127.0.0.1", False),
    ("IP:::1", "x", "::1", True),
    ("IP:::1", "x", "0:0::1", True),
    ("IP:::2", "::1", "::1", False),
    ("IP:::ffff:127.0.0.1", "x", "127.0.0.1", False),
    ("email:localhost,URI:localhost", "x", "localhost", False),
    ("DNS:localhostXevil.org", "x", "localhost", False),
)


def attempt(ca, n, san, cn, name):
    cert = ca.issue(cn, "serverAuth", san)
    if san and "X" in san:
        cert = patched(ca, cert, b"localhostX", b"localhost\0")
    server = Server("--multi", *server_options(cert), "localhost:0")
    p = start([RSPD, "connect", *client_options(ca), "--tls-name", name,
               "localhost:%d" % server.port], stdin=subprocess.PIPE,
              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        p.stdin.write(packet("qSupported"))
        p.stdin.flush()
    except BrokenPipeError:
        pass
    # An answer, or its end.
    answer = p.stdout.read(12)
    _, errors = p.communicate(timeout=60)
    print(n, san, cn, name, p.returncode, errors.decode())
    server.close()
    return p.returncode, answer


def test():
    ca = CA("ca")
    for n, (san, cn, name, good) in enumerate(CASES):
        status, answer = attempt(ca, n, san, cn, name)
        if good:
            check(b"PacketSize" in answer and status == 0,
                  "%s is not %s" % (san or "CN " + cn, name))
        else:
            check(answer == b"" and status == 3,
                  "%s is %s" % (san or "CN " + cn, name))


run(test)
