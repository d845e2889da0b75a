# SPDX-License-Identifier: Apache-2.0
"""Each way in which `rspd connect` cannot do its work has a status and a
reason of its own."""
import hashlib
import re
import socket
import ssl
import subprocess
import threading

from lib.harness import RSPD, Server, check, free_port, run
from lib.pki import CA, client_cert, client_options, server_cert, server_options


def fails(status, pattern, *args):
    done = subprocess.run([RSPD, "connect", *args], input="+$?#3f", text=True,
                          capture_output=True, timeout=60)
    check(done.returncode == status, "status %d, not %d: %s" %
          (done.returncode, status, args), done.stderr)
    check(re.search(pattern, done.stderr), "no reason like " + pattern,
          done.stderr)
    check(done.stdout == "", "output without a server", done.stdout)


def fingerprint(cert, between=""):
    with open(cert.crt) as f:
        der = ssl.PEM_cert_to_DER_cert(f.read())
    return hashlib.sha256(der).digest().hex(*([between] if between else []))


def plain_server():
    """Something that does not speak TLS."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            s, _ = listener.accept()
            s.sendall(b"+$E01#a6 this is no TLS at all, as all can see")
            s.recv(1000)
            s.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def tls_server(cert):
    """One that does not look at its own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert.crt, cert.key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            s, _ = listener.accept()
            try:
                context.wrap_socket(s, server_side=True).recv(1)
            except OSError:
                pass

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def test():
    ca, other = CA("ca"), CA("other")
    good = client_cert(ca)
    own = server_cert(ca)
    server = Server("--multi", *server_options(own, ca), "localhost:0")
    at = "localhost:%d" % server.port

    fails(1, "HOST:PORT is missing", *client_options(ca, good))
    fails(1, "--tls-ca is missing", at)
    fails(1, "go together", "--tls-ca", ca.crt, "--tls-cert", good.crt, at)
    fails(1, "No such file", "--tls-ca", "/nonexistent/ca", at)
    fails(1, "is not the key of", "--tls-ca", ca.crt, "--tls-cert", good.crt,
          "--tls-key", other.key, at)
    fails(2, "Connection refused", *client_options(ca, good),
          "localhost:%d" % free_port())
    fails(2, "cannot resolve", *client_options(ca, good), "no.such.invalid:1")
    # The server is not who it should be.
    fails(3, "not correctly signed", *client_options(other, good), at)
    fails(3, "not for elsewhere.example, but for DNS:localhost, IP:127",
          "--tls-name", "elsewhere.example", *client_options(ca, good), at)
    fails(3, "not for 127.0.0.2, but for", *client_options(ca, good),
          "--tls-name", "127.0.0.2", at)
    fails(3, "not the pinned one: its fingerprint is " + fingerprint(own),
          "--tls-pin", "0" * 64, *client_options(ca, good), at)
    fails(1, "a fingerprint is", "--tls-pin", "12:34",
          *client_options(ca, good), at)
    # The server does not want us.
    fails(3, "certificate", *client_options(ca), at)
    fails(3, "unknown_ca|certificate",
          *client_options(ca, client_cert(other, "stranger")), at)
    fails(3, "expired", *client_options(ca, client_cert(ca, "old",
                                                         expired=True)), at)
    # It is no TLS server.
    fails(3, "does not speak TLS", *client_options(ca, good),
          "localhost:%d" % plain_server())
    # Expired, and for another purpose, on the server's side.
    old = Server("--multi", *server_options(server_cert(ca, "old-server",
                                                        expired=True)),
                 "localhost:0")
    fails(3, "expired", *client_options(ca), old.address)
    fails(3, "(?i)extended ?key ?usage", *client_options(ca),
          "localhost:%d" % tls_server(
              ca.issue("for-clients", "clientAuth", "DNS:localhost")))
    fails(1, "not for clients", *client_options(ca, server_cert(ca, "s2")), at)
    # And with everything right it works.
    port = at.rpartition(":")[2]
    for host, pin in ((at, None), ("127.0.0.1:" + port, None),
                      ("[::1]:" + port, None), (at, fingerprint(own)),
                      (at, fingerprint(own, ":").upper())):
        done = subprocess.run(
            [RSPD, "connect", *client_options(ca, good),
             *(["--tls-pin", pin] if pin else []), host], timeout=60,
            input=b"+$qSupported#37", capture_output=True)
        check(done.returncode == 0, "status", done.stderr)


run(test)
