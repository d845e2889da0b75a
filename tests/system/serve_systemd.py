# SPDX-License-Identifier: Apache-2.0
"""systemd's protocols, with this program in its place: sockets that are handed
over, and notices of state."""
# variants: used refused
import os
import signal
import socket

from lib.daemon import write_config
from lib.harness import RSPD, Server, check, run, tmp, variant
from lib.rsp import Rsp

CONFIG = """
[server]
rights = all
"""


class Activated(Server):
    """Sockets as descriptors 3 and up, as sd_listen_fds(3) says."""

    def __init__(self, sockets, notify, config, **kwargs):
        fds = [s.fileno() for s in sockets]
        # LISTEN_PID is the pid of who execs: a shell that becomes rspd.
        moves = " ".join("%d<&%d" % (90 + i, fd) for i, fd in enumerate(fds))
        back = " ".join("%d<&%d %d<&-" % (3 + i, 90 + i, 90 + i)
                        for i in range(len(fds)))
        script = ("exec %s\nexec %s\nexport LISTEN_PID=$$ LISTEN_FDS=%d\n"
                  'exec "$0" serve --config "$1"' % (moves, back, len(fds)))
        for s in sockets:
            os.set_inheritable(s.fileno(), True)
        import subprocess
        real = subprocess.Popen

        def popen(argv, **kwargs):
            return real(["bash", "-c", script, RSPD, config],
                        close_fds=False, **kwargs)
        subprocess.Popen = popen
        try:
            super().__init__(env={"NOTIFY_SOCKET": notify,
                                  "WATCHDOG_USEC": "400000"}, **kwargs)
        finally:
            subprocess.Popen = real


def used():
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(os.path.join(tmp(), "notify"))
    notify.settimeout(60)
    tcp = socket.create_server(("127.0.0.1", 0))
    local = socket.socket(socket.AF_UNIX)
    local.bind(os.path.join(tmp(), "socket"))
    local.listen()
    server = Activated([tcp, local], os.path.join(tmp(), "notify"),
                       write_config(CONFIG))
    server.wait_line("2 sockets of systemd")

    def heard(word):
        while True:
            text = notify.recv(4096).decode()
            if word in text.split("\n"):
                return text

    heard("READY=1")
    for where in (tcp.getsockname(), os.path.join(tmp(), "socket")):
        r = Rsp(where).no_ack()
        r.supported("multiprocess+")
        r.expect("!", "OK")
        r.expect("vRun;" + b"/usr/bin/env".hex(), "T05.*")
        r.send("vCont;c")
        r.receive(60)
    check("NOTIFY_SOCKET" not in r.output.decode(), "programs see it",
          r.output.decode())
    heard("WATCHDOG=1")
    server.process.send_signal(signal.SIGHUP)
    check("MONOTONIC_USEC=" in heard("RELOADING=1"), "no time")
    heard("READY=1")
    server.process.send_signal(signal.SIGTERM)
    heard("STOPPING=1")
    check(server.wait() == 0, "exit status")


def refused():
    """A socket that other machines reach needs TLS, whoever opened it."""
    wide = socket.create_server(("0.0.0.0", 0))
    server = Activated([wide], "/nowhere", write_config(CONFIG),
                       listens=False)
    check(server.wait() == 1, "exit status")
    server.wait_line("other machines can connect there")


def test():
    {"used": used, "refused": refused}[variant("used")]()


run(test)
