# SPDX-License-Identifier: Apache-2.0
"""TLS as bytes, for what no TLS library would send; and openssl's client."""
import os
import socket
import struct
import subprocess

from lib.harness import check, free_port, need, start, wait_until
from lib.rsp import packet

ALERT, HANDSHAKE, DATA = 21, 22, 23
# A suite that rspd has with the certificates of lib.pki, which are EC.
GOOD_SUITE = 0xCCA9


def extension(number, body):
    return struct.pack(">HH", number, len(body)) + body


def vector(body, size):
    return len(body).to_bytes(size, "big") + body


def client_hello(suites=(GOOD_SUITE,), version=0x0303):
    extensions = b"".join((
        extension(10, vector(struct.pack(">4H", 29, 23, 24, 25), 2)),
        extension(11, vector(b"\0", 1)),
        extension(13, vector(struct.pack(">6H", 0x403, 0x503, 0x603, 0x804,
                                         0x401, 0x201), 2))))
    body = (struct.pack(">H", version) + os.urandom(32) + b"\0" +
            vector(b"".join(struct.pack(">H", s) for s in suites), 2) +
            vector(b"\0", 1) + vector(extensions, 2))
    return record(HANDSHAKE, b"\1" + vector(body, 3), min(version, 0x0301))


def record(kind, body, version=0x0303):
    return struct.pack(">BHH", kind, version, len(body)) + body


def read_all(s):
    """Until the end; what came."""
    data = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                return data
            data += more
    except OSError:
        return data


def read_record(s):
    """(kind, body) of the next record; None at the end."""
    def exactly(n):
        data = b""
        while len(data) < n:
            more = s.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data
    try:
        kind, _, n = struct.unpack(">BHH", exactly(5))
        return kind, exactly(n)
    except (OSError, EOFError):
        return None


def connect(port):
    return socket.create_connection(("127.0.0.1", port), 60)


def s_client(port, *args, send=packet("qSupported"), wait=b"#"):
    """openssl's client: what it printed, and what the server answered."""
    argv = [need("openssl"), "s_client", "-connect", "127.0.0.1:%d" % port,
            "-servername", "localhost", *args]
    p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT)
    out = b""
    try:
        p.stdin.write(send)
        p.stdin.flush()
        while True:
            more = os.read(p.stdout.fileno(), 65536)
            out += more
            if not more or b"$" in out and wait in out.rpartition(b"$")[2]:
                break
        p.stdin.close()
    except OSError:
        pass
    p.kill()
    p.wait()
    text = out.decode("latin-1")
    print(text)
    return text


def s_server(cert, options=("-tls1_2",)):
    """openssl's server, which turns lines round; its port."""
    port = free_port()
    if "-cipher" not in options:
        options = [*options, "-cipher", "DEFAULT:@SECLEVEL=0"]
    p = start([need("openssl"), "s_server", "-accept", "127.0.0.1:%d" % port,
               "-cert", cert.crt, "-key", cert.key, *options, "-rev"],
              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def listens():
        check(p.poll() is None, "s_server ended")
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0
    wait_until(listens, what="s_server")
    return port
