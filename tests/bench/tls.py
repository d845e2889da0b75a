#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rspd's TLS beside gdbserver behind socat and behind stunnel (OpenSSL), each
with client certificates:

    tests/bench/tls.py build/release/rspd PROGRAM [ROUNDS]

Round trips (qC), reads of memory (m, 1920 bytes of code each) and handshakes,
up to the first answer; the best of some rounds that take turns, so that what
else the machine does hits all alike.  In brackets: rspd's figure by the other's."""
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

RSPD, PROGRAM = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 5


def packet(body):
    return b"$%s#%02x" % (body, sum(body) & 255)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port):
    for _ in range(500):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit("nobody listens")


def rspd(folder):
    port = free_port()
    p = subprocess.Popen(
        [RSPD, "--tls-cert", "localhost.crt", "--tls-key", "localhost.key",
         "--tls-client-ca", "ca.crt", "localhost:%d" % port, PROGRAM],
        cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        text=True)
    for line in p.stderr:
        if "Listening" in line:
            break
    return port, [p]


# One gdbserver for each connection, as neither tunnel keeps it.
def socat(folder):
    port = free_port()
    p = subprocess.Popen(
        ["socat", "OPENSSL-LISTEN:%d,bind=127.0.0.1,reuseaddr,fork,nodelay,"
         "cert=localhost.crt,key=localhost.key,cafile=ca.crt,verify=1" % port,
         "EXEC:gdbserver --once - " + PROGRAM], cwd=folder,
        stderr=subprocess.DEVNULL)
    wait_for_port(port)
    return port, [p]


def stunnel(folder):
    port = free_port()
    conf = os.path.join(folder, "stunnel.conf")
    with open(conf, "w") as f:
        f.write("foreground=yes\npid=\ndebug=0\n[g]\naccept=127.0.0.1:%d\n"
                "cert=%s/localhost.crt\nkey=%s/localhost.key\n"
                "CAfile=%s/ca.crt\nverifyChain=yes\nrequireCert=yes\n"
                "exec=/usr/bin/gdbserver\nexecArgs=gdbserver --once - %s\n" %
                (port, folder, folder, folder, PROGRAM))
    p = subprocess.Popen(["stunnel4", conf], cwd=folder,
                         stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_for_port(port)
    return port, [p]


class Client:
    def __init__(self, port, context):
        self.plain = socket.create_connection(("127.0.0.1", port), 30)
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start = time.perf_counter()
        self.s = context.wrap_socket(self.plain, server_hostname="localhost")
        self.s.sendall(b"+")
        self.ask(b"QStartNoAckMode")
        self.handshake = time.perf_counter() - start
        self.s.sendall(b"+")

    def ask(self, body):
        self.s.sendall(packet(body))
        data = b""
        while b"#" not in data[:-2]:
            more = self.s.recv(1 << 18)
            if not more:
                sys.exit("closed: %r" % data)
            data += more
        return data[data.index(b"$") + 1:data.rindex(b"#")]

    def code(self):
        """The page that the program stands in."""
        regs = bytes.fromhex(expand(self.ask(b"g")).replace("x", "0"))
        return int.from_bytes(regs[128:136], "little") & ~4095


def expand(data):
    """Without run-length encoding."""
    return re.sub(r"(.)\*(.)", lambda m: m[1] * (ord(m[2]) - 28),
                  data.decode("latin-1"))


def measure(port, context):
    c = Client(port, context)
    c.ask(b"qSupported:xmlRegisters=i386")
    c.ask(b"?")
    c.ask(b"Hg0")
    at = c.code()
    start = time.perf_counter()
    for _ in range(2000):
        c.ask(b"qC")
    trip = (time.perf_counter() - start) / 2000
    size = 1920
    if len(expand(c.ask(b"m%x,%x" % (at, size)))) != 2 * size:
        sys.exit("memory cannot be read")
    start = time.perf_counter()
    for _ in range(1000):
        c.ask(b"m%x,%x" % (at, size))
    bulk = 1000 * size / (time.perf_counter() - start)
    c.s.sendall(packet(b"D"))
    c.s.close()
    return {"round trips/s": 1 / trip, "m, MB/s": bulk / 1e6,
            "handshakes/s": 1 / c.handshake}


def certificates(folder):
    for words in (["ca"], ["server", "localhost"], ["client", "me"]):
        subprocess.run([RSPD, "certs", *words], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
    context = ssl.create_default_context(
        cafile=os.path.join(folder, "ca.crt"))
    context.load_cert_chain(os.path.join(folder, "me.crt"),
                            os.path.join(folder, "me.key"))
    return context


def main():
    servers = {"rspd": rspd}
    for name, tool, start in (("socat", "socat", socat),
                              ("stunnel", "stunnel4", stunnel)):
        if shutil.which(tool) and shutil.which("gdbserver"):
            servers[name] = start
    best = {name: {} for name in servers}
    with tempfile.TemporaryDirectory() as folder:
        context = certificates(folder)
        for _ in range(ROUNDS):
            for name, start in servers.items():
                port, processes = start(folder)
                try:
                    for what, value in measure(port, context).items():
                        best[name][what] = max(value,
                                               best[name].get(what, 0))
                finally:
                    for p in processes:
                        p.terminate()
                        p.wait()
    for what in best["rspd"]:
        print("%-15s" % what, *("%s %.1f (%.2f)" % (
            name, best[name][what], best["rspd"][what] / best[name][what])
            for name in servers), sep="  ")


main()
