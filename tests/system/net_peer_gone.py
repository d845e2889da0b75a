# SPDX-License-Identifier: Apache-2.0
"""The other machine goes without a word (its address is taken away): both sides
notice within --peer-timeout, silent or with something to say, and what was
debugged is let go."""
# variants: silent speaking connect
import ctypes
import os
import signal
import subprocess
import sys

from lib.harness import (RSPD, Inferior, Server, check, check_in, need, run,
                         skip, start, tracer_of, variant, wait_until)
from lib.pki import CA, client_cert, client_options, server_cert, \
    server_options
from lib.rsp import Rsp, packet

# Two networks of the test's own, with a cable between them.
HERE, THERE = "10.9.8.1", "10.9.8.2"
CLONE_NEWNET = 0x40000000


def isolate():
    """Starts again in a network of our own."""
    if os.environ.get("ISOLATED"):
        return
    for tool in ("unshare", "nsenter", "ip"):
        need(tool)
    if subprocess.run(["unshare", "-n", "ip", "link", "set", "lo",
                       "up"]).returncode:
        skip("no network of one's own here: that takes root")
    os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv],
               dict(os.environ, ISOLATED="1"))


def ip(*words, there=None):
    enter = ["nsenter", "-t", str(there), "-n"] if there else []
    if subprocess.run([*enter, "ip", *words]).returncode:
        skip("ip cannot do this here: " + " ".join(words))


def go(fd):
    libc = ctypes.CDLL(None, use_errno=True)
    check(libc.setns(fd, CLONE_NEWNET) == 0, "setns")
    os.close(fd)


class Elsewhere:
    """Another machine, as far as the network goes."""

    def __init__(self):
        self.process = start(["unshare", "-n", "sleep", "600"])
        self.pid = self.process.pid
        own = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink("/proc/%d/ns/net" % self.pid) != own,
                   what="another network")
        ip("link", "set", "lo", "up")
        ip("link", "add", "here", "type", "veth", "peer", "name", "there",
           "netns", str(self.pid))
        ip("addr", "add", HERE + "/24", "dev", "here")
        ip("link", "set", "here", "up")
        ip("addr", "add", THERE + "/24", "dev", "there", there=self.pid)
        ip("link", "set", "there", "up", there=self.pid)

    def __enter__(self):
        """What this thread makes from now on is made there."""
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        fd = os.open("/proc/%d/ns/net" % self.pid, os.O_RDONLY)
        go(fd)

    def __exit__(self, *args):
        go(self.home)

    def vanish(self):
        ip("addr", "flush", "dev", "there", there=self.pid)


def server_side(speaking):
    there = Elsewhere()
    program = Inferior("sleeper", 600)
    server = Server("--once", "--insecure", "--peer-timeout", "2", "--attach",
                    HERE + ":0", program.pid)
    with there:
        r = Rsp((HERE, server.port)).no_ack()
    r.supported("multiprocess+")
    r.expect("?", "T.*")
    if speaking:
        r.send("vCont;c")
        wait_until(lambda: tracer_of(program.pid) == server.pid and
                   running(program.pid), what="the program to run")
    there.vanish()
    if speaking:
        # Its stop is told to nobody.
        os.kill(program.pid, signal.SIGUSR1)
    check(server.wait() == 0, "exit status")
    check(tracer_of(program.pid) == 0, "still traced")


def running(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rpartition(")")[2].split()[0] in "SR"


def connect_side():
    there = Elsewhere()
    ca = CA("ca")
    own, good = server_cert(ca), client_cert(ca)
    with there:
        server = Server("--multi", *server_options(own, ca), THERE + ":0")
    p = start([RSPD, "connect", "--peer-timeout", "2", "--tls-name",
               "localhost", *client_options(ca, good),
               "%s:%d" % (THERE, server.port)], stdin=subprocess.PIPE,
              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdin.write(packet("qSupported"))
    p.stdin.flush()
    check(p.stdout.read(2), "no answer")
    there.vanish()
    status = p.wait(60)
    text = p.stderr.read().decode()
    check(status == 4, "exit status %d" % status, text)
    check_in("timed out", text)


def test():
    isolate()
    what = variant("silent")
    if what == "connect":
        connect_side()
    else:
        server_side(what == "speaking")


run(test)
