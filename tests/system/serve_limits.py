# SPDX-License-Identifier: Apache-2.0
"""Limits of the configuration: sessions, rate, silence before and during a
session; silent connections take no session."""
# variants: sessions greeting idle rate
import socket

from lib.daemon import daemon, expect_closed, session_pids
from lib.harness import check, run, variant, wait_until
from lib.rsp import Closed, Rsp

CONFIG = """
[server]
listen = localhost:0
rights = all
debug = yes
[limits]
"""


def client(server):
    r = Rsp(server).no_ack()
    r.supported("multiprocess+")
    return r


def closes(sock, seconds=60):
    sock.settimeout(seconds)
    try:
        return sock.recv(1) == b""
    except ConnectionError:
        return True


def sessions():
    server = daemon(CONFIG + "sessions = 2\nwaiting = 5\n")
    silent = [socket.create_connection(("127.0.0.1", server.port))
              for _ in range(20)]
    first, second = client(server), client(server)
    expect_closed(Rsp(server))
    server.wait_line("2 sessions are enough")
    first.sock.close()
    wait_until(lambda: try_one(server), 60, "a free session")
    second.expect("qC", ".*")
    # The oldest ones had to go.
    check(closes(silent[0]), "too many may wait")


def try_one(server):
    try:
        client(server)
        return True
    except (Closed, OSError):
        return False


def greeting():
    server = daemon(CONFIG + "greeting-timeout = 1\n")
    silent = socket.create_connection(("127.0.0.1", server.port))
    garbage = socket.create_connection(("127.0.0.1", server.port))
    garbage.sendall(b"GET / HTTP/1.0\r\n")
    good = client(server)
    check(closes(silent), "a silent connection stays")
    check(closes(garbage), "a web browser stays")
    good.expect("?", ".*")
    check(len(session_pids(server)) == 1, "a session was used up")


def idle():
    server = daemon(CONFIG + "idle-timeout = 2\n")
    r = client(server)
    check(closes(r.sock), "an idle session stays")


def rate():
    server = daemon(CONFIG + "rate = 3\n")
    got = []
    for _ in range(6):
        try:
            client(server)
            got.append(True)
        except (Closed, OSError):
            got.append(False)
    # One more comes every 20 seconds.
    check(got[:3] == [True] * 3 and got.count(False) >= 1, "rate", got)
    server.wait_line("it connects too often")


def test():
    {"sessions": sessions, "greeting": greeting, "idle": idle,
     "rate": rate}[variant("sessions")]()


run(test)
