# SPDX-License-Identifier: Apache-2.0
"""Records that are no good, in the handshake and in a session, end that
connection, in order; the next one is served."""
# variants: truncated oversized garbage forged empty alerts renegotiation
import os
import ssl

from lib.harness import Server, check, check_in, run, variant
from lib.pki import CA, client_cert, server_cert, server_options
from lib.rsp import packet
from lib.tlswire import (ALERT, DATA, HANDSHAKE, client_hello, connect,
                         read_all, record, s_client)


class Session:
    """A TLS session under which bytes of our own can be sent."""

    def __init__(self, port, ca, cert):
        context = ssl.create_default_context(cafile=ca.crt)
        context.load_cert_chain(cert.crt, cert.key)
        self.socket = connect(port)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing,
                                    server_hostname="localhost")
        self._run(self.tls.do_handshake)
        self.send(packet("qSupported"))
        check_in("PacketSize", self.answer())

    def _run(self, step):
        while True:
            try:
                result = step()
                self.socket.sendall(self.outgoing.read())
                return result
            except ssl.SSLWantReadError:
                self.socket.sendall(self.outgoing.read())
                data = self.socket.recv(65536)
                check(data, "closed by the server")
                self.incoming.write(data)

    def send(self, data):
        self.tls.write(data)
        self.socket.sendall(self.outgoing.read())

    def answer(self):
        text = ""
        while "#" not in text.rpartition("$")[2]:
            text += self._run(lambda: self.tls.read(65536)).decode("latin-1")
        return text


# The ends of a session, and of a handshake.
BAD = {
    "truncated": [record(DATA, b"x" * 100)[:40],
                  client_hello()[:60]],
    "oversized": [b"\x17\3\3\x48\1" + b"x" * 0x4801,
                  b"\x16\3\1\xff\xff" + b"x" * 0xffff],
    "garbage": [os.urandom(4000),
                b"\x16" + os.urandom(4000)],
    "forged": [record(DATA, os.urandom(200)),
               client_hello() + record(DATA, os.urandom(200))],
    "empty": [record(DATA, b"") * 2000,
              record(HANDSHAKE, b"", 0x0301) * 2000],
    "alerts": [record(ALERT, b"\1\0") * 2000,
               record(HANDSHAKE, client_hello()[5:20], 0x0301) +
               record(ALERT, b"\1\x5a", 0x0301) * 2000],
}


def closed_by_server(s):
    """It gets an end within the time that the socket has."""
    s.settimeout(60)
    try:
        s.shutdown(1)
    except OSError:
        pass
    read_all(s)
    s.close()


def renegotiation(server, ca, good):
    """s_client asks for it with the letter R; the session has begun."""
    out = s_client(server.port, "-CAfile", ca.crt, "-cert", good.crt, "-key",
                   good.key, "-tls1_2", send=b"R\n", wait=b"never")
    check_in("RENEGOTIATING", out)
    check("no renegotiation" in out.lower(), "no alert", out)
    check(out.count("verify return:1") <= 2, "it was done again", out)


def test():
    what = variant("truncated")
    ca = CA("ca")
    good = client_cert(ca)
    server = Server("--multi", *server_options(server_cert(ca), ca),
                    "localhost:0")
    if what == "renegotiation":
        renegotiation(server, ca, good)
    else:
        in_session, in_handshake = BAD[what]
        s = Session(server.port, ca, good)
        try:
            s.socket.sendall(in_session)
        except OSError:
            pass
        closed_by_server(s.socket)
        Session(server.port, ca, good).socket.close()
        s = connect(server.port)
        try:
            s.sendall(in_handshake)
        except OSError:
            pass
        closed_by_server(s)
    last = Session(server.port, ca, good)
    last.send(packet("qC"))
    check_in("$", last.answer())
    last.socket.close()


run(test)
