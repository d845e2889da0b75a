# SPDX-License-Identifier: Apache-2.0
"""No descriptors, no processes, no disk: those who are there go on, others are
sent away, and all is well once there is some again."""
# variants: descriptors processes disk reloads
import json
import os
import resource
import shutil
import signal
import socket
import subprocess

from lib.daemon import daemon, write_config
from lib.harness import (RSPD, check, need, run, skip, tmp, variant,
                         wait_until)
from lib.rsp import Closed, Rsp

CONFIG = """
[server]
listen = localhost:0
rights = all
"""


def client(server):
    r = Rsp(server).no_ack()
    r.supported("multiprocess+")
    return r


def gets_in(server):
    try:
        client(server).expect("qC", ".*")
        return True
    except (Closed, OSError):
        return False


def descriptors():
    """More connections than there are descriptors."""
    server = daemon(CONFIG + "[limits]\nwaiting = 4096\ngreeting-timeout = 0\n")
    r = client(server)
    used = len(os.listdir("/proc/%d/fd" % server.pid))
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used + 10,) * 2)
    silent = []
    for _ in range(60):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", server.port))
        silent.append(s)
    server.wait_line("cannot accept a connection: Too many open files")
    r.expect("qC", ".*")
    check(server.process.poll() is None, "it ended")
    for s in silent:
        s.close()
    wait_until(lambda: gets_in(server), 60, "another client")
    r.expect("qC", ".*")


def processes():
    """A user that may have no more processes."""
    if os.geteuid() != 0:
        skip("the bound of root's own processes is for others only")
    os.chmod(tmp(), 0o755)
    prefix = [need("setpriv"), "--reuid", "54321", "--clear-groups",
              need("prlimit")]
    # The build may lie where only root may look.
    server = daemon(CONFIG, before=[*prefix, "--nproc=1:1000"],
                    program=shutil.copy(RSPD, tmp()))
    for _ in range(20):
        check(not gets_in(server), "a session without a process")
    server.wait_line("sent away: Resource temporarily unavailable")
    subprocess.run([*prefix, "--pid", str(server.pid), "--nproc=1000:1000"],
                   check=True)
    check(gets_in(server), "sent away though there is room")


def disk():
    """An audit log that is full lets nobody in; what is lost is told."""
    place = os.path.join(tmp(), "disk")
    os.mkdir(place)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs",
                       place]).returncode:
        skip("a small disk cannot be mounted here")
    try:
        full_disk(place)
    finally:
        subprocess.run(["umount", "-l", place])


def full_disk(place):
    path = os.path.join(place, "audit.jsonl")
    server = daemon(CONFIG + "[audit]\nfile = %s\n" % path)
    r = client(server)
    filler = os.path.join(place, "filler")
    with open(filler, "wb", buffering=0) as f:
        try:
            while True:
                f.write(b"x" * 1024)
        except OSError:
            pass
    # The last page of the log has room for some.
    for _ in range(200):
        if not gets_in(server):
            break
    server.wait_line("the audit log cannot be written")
    check(not gets_in(server), "let in, though nothing is on record")
    server.wait_line("sent away: nothing can be put on record")
    r.expect("qC", ".*")
    os.unlink(filler)
    check(gets_in(server), "sent away though there is room")
    r.sock.close()
    check(server.terminate() == 0, "exit status")
    done = subprocess.run([RSPD, "audit", "verify", path],
                          capture_output=True, text=True)
    check(done.returncode == 0, "the chain", done.stderr)
    with open(path) as f:
        events = [json.loads(line) for line in f]
    lost = [e["times"] for e in events if e["event"] == "lost"]
    check(lost and lost[0] > 0, "what is lost is not told", events[-5:])


def reloads():
    """A storm of SIGHUPs, with wrong files among them, while clients come."""
    server = daemon(CONFIG)
    r = client(server)
    fds = len(os.listdir("/proc/%d/fd" % server.pid))
    for i in range(200):
        write_config(CONFIG + ("" if i % 3 else "nonsense\n"))
        os.kill(server.pid, signal.SIGHUP)
        if i % 20 == 0:
            check(gets_in(server), "sent away")
            r.expect("qC", ".*")
    write_config(CONFIG)
    before = server.text().count("Configuration read again")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: server.text().count("Configuration read again") >
               before, what="the last one")
    r.expect("qC", ".*")
    wait_until(lambda: len(os.listdir("/proc/%d/fd" % server.pid)) <= fds,
               what="its descriptors to be as before")


def test():
    {"descriptors": descriptors, "processes": processes, "disk": disk,
     "reloads": reloads}[variant("descriptors")]()


run(test)
