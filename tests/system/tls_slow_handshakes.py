# SPDX-License-Identifier: Apache-2.0
"""Half-done handshakes, more than there is room for, neither delay a session
nor keep a good client out."""
# timeout: 300
import socket
import ssl
import threading
import time

from lib.harness import Server, check, inferior, run
from lib.pki import CA, client_cert, server_cert, server_options
from lib.rsp import packet

HALF = 500
# A client hello's record header and a bit.
HELLO = bytes([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])


def connect(server, ca, cert):
    c = ssl.create_default_context(cafile=ca.crt)
    c.load_cert_chain(cert.crt, cert.key)
    s = c.wrap_socket(socket.create_connection(("127.0.0.1", server.port), 60),
                      server_hostname="localhost")
    s.sendall(b"+" + packet("QStartNoAckMode") + b"+")
    read(s, b"OK#9a")
    return s


def read(s, end):
    data = b""
    while not data.endswith(end):
        more = s.recv(4096)
        check(more, "closed after %r" % data)
        data += more
    return data


def slowest(s, seconds):
    """The longest round trip within so many seconds."""
    worst = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        s.sendall(packet("qC"))
        data = b""
        while b"#" not in data[:-2]:
            data += s.recv(4096)
        worst = max(worst, time.monotonic() - start)
        time.sleep(0.01)
    return worst


def drip(sockets, stop):
    """A byte for each now and then, so that none of them is idle."""
    at = len(HELLO)
    while not stop.wait(0.5):
        for s in sockets[::4]:
            try:
                s.send(b"\0" if at % 2 else b"\1")
            except OSError:
                pass
        at += 1


def half(server, data):
    s = socket.create_connection(("127.0.0.1", server.port), 60)
    if data:
        s.sendall(data)
    return s


def test():
    ca = CA("ca")
    good = client_cert(ca)
    server = Server("--once", *server_options(server_cert(ca), ca),
                    "localhost:0", inferior("threads"), "1")
    s = connect(server, ca, good)
    kept = [half(server, HELLO if i % 4 == 0 else b"") for i in range(HALF)]
    stop = threading.Event()
    dripping = threading.Thread(target=drip, args=(kept, stop), daemon=True)
    dripping.start()
    worst = slowest(s, 10)
    stop.set()
    dripping.join()
    print("slowest round trip: %.3f s" % worst)
    check(worst < 5, "the session was delayed: %.3f s" % worst)
    s.close()
    check(server.wait() == 0, "exit status")
    for k in kept:
        k.close()

    server = Server("--once", *server_options(server_cert(ca, "two"), ca),
                    "localhost:0", inferior("threads"), "1")
    kept = [half(server, HELLO if i % 4 == 0 else b"") for i in range(HALF)]
    start = time.monotonic()
    s = connect(server, ca, good)
    check(time.monotonic() - start < 40, "a good client had to wait too long")
    s.sendall(packet("k"))
    s.close()
    check(server.wait() == 0, "exit status")


run(test)
