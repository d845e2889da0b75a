# SPDX-License-Identifier: Apache-2.0
"""A relay stands ready for the next connection: it serves one client alone,
never with files that have changed since, and goes with the server."""
# variants: used certificate revoked reload limits
import os
import shutil
import signal
import socket
import ssl

from lib.daemon import daemon, relays, write_config
from lib.harness import Server, check, gone, run, skip, variant, wait_until
from lib.pki import CA, client_cert, server_cert, server_options
from lib.rsp import packet
from lib.tlswire import client_hello

CONFIG = """
[server]
listen = localhost:0
rights = all
debug = yes
tls-cert = %s
tls-key = %s
tls-client-ca = %s
[limits]
handshake-timeout = 2
"""
READY = "a relay stood ready"


def spare(mark):
    """The relay that waits; there is one, a moment after the last was used."""
    def find():
        return [pid for pid, serves in relays(mark).items()
                if not serves]
    (pid,) = wait_until(find, what="a spare relay")
    return pid


def connect(server, ca, cert):
    c = ssl.create_default_context(cafile=ca.crt)
    c.load_cert_chain(cert.crt, cert.key)
    s = c.wrap_socket(socket.create_connection(("127.0.0.1", server.port), 60),
                      server_hostname="localhost")
    s.sendall(packet("qSupported"))
    check(s.recv(1000), "no answer")
    return s


def serial(s):
    return s.getpeercert()["serialNumber"]


def used():
    """Each by itself; SIGKILL leaves none behind."""
    ca = CA("ca")
    own, good = server_cert(ca), client_cert(ca)
    server = daemon(CONFIG % (own.crt, own.key, ca.crt))
    seen = []
    clients = []
    for _ in range(3):
        pid = spare(own.crt)
        check(pid not in seen, "a relay for two clients", seen)
        clients.append(connect(server, ca, good))
        wait_until(lambda: relays(own.crt).get(pid),
                   what="the spare one at work")
        seen.append(pid)
    check(server.text().count(READY) == 3, "not used", server.text())
    pid = spare(own.crt)
    # One that has died is no loss, and another one comes.
    os.kill(pid, signal.SIGKILL)
    gone(pid)
    clients.append(connect(server, ca, good))
    pid = spare(own.crt)
    os.kill(pid, signal.SIGKILL)
    gone(pid)
    pid = spare(own.crt)
    server.process.kill()
    gone(pid)
    server.checked = True


def certificate():
    """A new certificate, put in the old one's place, is shown at once."""
    ca = CA("ca")
    first, second, good = server_cert(ca), server_cert(ca, "second"), \
        client_cert(ca)
    server = Server("--multi", "--debug", *server_options(first, ca),
                    "localhost:0")
    pid = spare(first.crt)
    old = serial(connect(server, ca, good))
    check(server.text().count(READY) == 1, "not used", server.text())
    pid = spare(first.crt)
    for a, b in ((second.crt, first.crt), (second.key, first.key)):
        shutil.copy(a, b + ".new")
        os.chmod(b + ".new", 0o600)
        os.rename(b + ".new", b)
    s = connect(server, ca, good)
    check(serial(s) != old, "the old certificate")
    check(server.text().count(READY) == 1, "the old relay was used")
    gone(pid)


def revoked():
    ca = CA("ca")
    own, bad, good = server_cert(ca), client_cert(ca, "bad"), \
        client_cert(ca, "good")
    crl = ca.revoke(client_cert(ca, "other"))
    server = Server("--multi", "--debug", *server_options(own, ca, crl),
                    "localhost:0")
    spare(own.crt)
    connect(server, ca, bad).close()
    spare(own.crt)
    ca.revoke(bad)
    try:
        connect(server, ca, bad)
        check(False, "revoked, and let in")
    except OSError as e:
        print("refused:", e)
    server.wait_line("revoked")
    spare(own.crt)
    connect(server, ca, good)


def reload():
    """SIGHUP with another certificate: the spare one goes."""
    ca = CA("ca")
    first, second, good = server_cert(ca), server_cert(ca, "second"), \
        client_cert(ca)
    server = daemon(CONFIG % (first.crt, first.key, ca.crt))
    pid = spare(first.crt)
    write_config(CONFIG % (second.crt, second.key, ca.crt))
    server.process.send_signal(signal.SIGHUP)
    server.wait_line("Configuration read again")
    gone(pid)
    new = spare(second.crt)
    s = connect(server, ca, good)
    check(relays(second.crt).get(new), "not used", server.text())
    s.close()


def limits():
    """Time runs from the connection on, not from the relay's start; who sends
    half a hello is alone with its relay."""
    ca = CA("ca")
    own, good = server_cert(ca), client_cert(ca)
    server = daemon(CONFIG % (own.crt, own.key, ca.crt))
    pid = spare(own.crt)
    half = socket.create_connection(("127.0.0.1", server.port), 60)
    half.sendall(client_hello()[:20])
    wait_until(lambda: relays(own.crt).get(pid), what="the spare at work")
    connect(server, ca, good)
    check(half.recv(1000) == b"", "an answer")
    server.wait_line("took too long")
    gone(pid)


def test():
    if os.geteuid() != 0:
        skip("only root sees which relay is spare")
    {"used": used, "certificate": certificate, "revoked": revoked,
     "reload": reload, "limits": limits}[variant("used")]()


run(test)
