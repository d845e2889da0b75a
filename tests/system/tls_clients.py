# SPDX-License-Identifier: Apache-2.0
"""Who gets in at a TLS port that wants client certificates, and what others
learn: nothing, and they disturb nobody."""
# variants: ec rsa
import socket
import ssl

from lib.harness import Server, check, inferior, run, variant
from lib.pki import CA, client_cert, server_cert, server_options
from lib.rsp import packet


def context(ca, cert=None, version=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.load_verify_locations(ca.crt)
    if version:
        c.minimum_version = ssl.TLSVersion.TLSv1
        c.maximum_version = version
        c.set_ciphers("ALL:@SECLEVEL=0")
    if cert:
        c.load_cert_chain(cert.crt, cert.key)
    return c


def ask(server, c):
    """What a client gets as an answer; "" if it is not let in."""
    with socket.create_connection(("127.0.0.1", server.port), 20) as plain:
        try:
            with c.wrap_socket(plain, server_hostname="localhost") as s:
                s.sendall(packet("qSupported:multiprocess+"))
                data = b""
                while b"#" not in data:
                    more = s.recv(4096)
                    if not more:
                        break
                    data += more
                return data.decode("latin-1")
        except (ssl.SSLError, OSError) as e:
            print("not let in:", e)
            return ""


def ask_plainly(server):
    with socket.create_connection(("127.0.0.1", server.port), 20) as s:
        s.sendall(packet("qSupported"))
        try:
            return s.recv(4096)
        except OSError:
            return b""


def test():
    kind = variant("ec")
    ca, other = CA("ca"), CA("other")
    server = Server("--multi", *server_options(
        server_cert(ca, key=kind), ca,
        ca.revoke(client_cert(ca, "revoked", key=kind))),
        "localhost:0")
    good = client_cert(ca, "good", key=kind)
    revoked = type(good)(ca.path("revoked.crt"), ca.path("revoked.key"))
    refused = {
        "no certificate": context(ca),
        "another CA": context(ca, client_cert(other, key=kind)),
        "expired": context(ca, client_cert(ca, "old", key=kind,
                                           expired=True)),
        "for servers": context(ca, ca.issue("wrong", "serverAuth")),
        "revoked": context(ca, revoked),
        "TLS 1.1": context(ca, good, ssl.TLSVersion.TLSv1_1),
    }
    check("PacketSize" in ask(server, context(ca, good)), "good one refused")
    for what, c in refused.items():
        check(ask(server, c) == "", "let in: " + what)
        check("PacketSize" in ask(server, context(ca, good)),
              "good one refused after: " + what)
    check(ask_plainly(server) == b"", "plain text was answered")
    check("PacketSize" in ask(server, context(ca, good)),
          "good one refused after plain text")
    server.wait_line("Client certificate: CN=good")
    for words in ("expired", "revoked", "extendedKeyUsage"):
        server.wait_line("(?i)" + words)


run(test)
