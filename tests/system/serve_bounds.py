# SPDX-License-Identifier: Apache-2.0
"""What a role may attach to: a cgroup and what is below it; and what it finds
at its start, by the path of its program."""
# variants: cgroup process
import os
import subprocess

from lib.daemon import daemon, expect_closed
from lib.harness import (Inferior, check, inferior, run, skip, tmp, tracer_of,
                         variant, wait_until)
from lib.rsp import Rsp

CONFIG = """
[server]
listen = localhost:0
[role r]
rights = observe attach
%s
[rule all]
connection = any
role = r
"""


def client(server):
    r = Rsp(server).no_ack()
    r.supported("multiprocess+")
    return r


class Groups:
    """Two cgroups of version 2, one below the other."""

    def __init__(self):
        self.mount = os.path.join(tmp(), "cgroup")
        os.mkdir(self.mount)
        if subprocess.run(["mount", "-t", "cgroup2", "none",
                           self.mount]).returncode:
            skip("cgroups of version 2 cannot be mounted here")
        self.name = "rspd-test-%d" % os.getpid()
        self.paths = [os.path.join(self.mount, self.name + tail)
                      for tail in ("", "/below", "x")]
        try:
            for path in self.paths:
                os.mkdir(path)
        except OSError as e:
            self.close()
            skip("no cgroup can be made: %s" % e)

    def put(self, path, pid):
        with open(os.path.join(path, "cgroup.procs"), "w") as f:
            f.write(str(pid))

    def close(self):
        # A program that is ending is in it for a moment.
        for path in reversed(self.paths):
            wait_until(lambda: not os.path.exists(path) or remove(path),
                       what="an empty cgroup")
        subprocess.run(["umount", "-l", self.mount])


def remove(path):
    try:
        os.rmdir(path)
        return True
    except OSError:
        return False


def by_cgroup():
    groups = Groups()
    programs = [Inferior("sleeper", 60) for _ in range(4)]
    try:
        for path, program in zip(groups.paths, programs):
            groups.put(path, program.pid)
        with open("/proc/%d/cgroup" % programs[0].pid) as f:
            line = [x for x in f.read().split("\n") if x.startswith("0::")][0]
        server = daemon(CONFIG % ("attach-cgroup = " + line[3:]))
        r = client(server)
        r.expect("!", "OK")
        # It, one below it; one whose name begins alike, one elsewhere.
        for program, fits in zip(programs, (True, True, False, False)):
            r.expect("vAttach;%x" % program.pid, "T.*" if fits else "E01")
            check((tracer_of(program.pid) != 0) == fits, "traced")
            if fits:
                r.expect("D;%x" % program.pid, "OK")
        # One that moves away is no longer one of them.
        groups.put(groups.mount, programs[0].pid)
        r.expect("vAttach;%x" % programs[0].pid, "E01")
    finally:
        for program in programs:
            program.process.kill()
            program.process.wait()
        groups.close()


def by_process():
    path = os.path.join(os.path.realpath(tmp()), "program")
    with open(inferior("sleeper"), "rb") as f, open(path, "wb") as g:
        g.write(f.read())
    os.chmod(path, 0o755)
    server = daemon(CONFIG.replace(" attach\n", "\n") % ("process = " + path))
    # Nobody, one, two of them.
    expect_closed(Rsp(server))
    program = subprocess.Popen([path, "60"], stdout=subprocess.PIPE)
    program.stdout.readline()
    r = client(server)
    r.expect("?", "T.*")
    check(tracer_of(program.pid) != 0, "not attached to")
    # That one and no other.
    r.expect("vAttach;%x" % Inferior("sleeper", 60).pid, "E01")
    r.sock.close()
    wait_until(lambda: tracer_of(program.pid) == 0, what="the detach")
    second = subprocess.Popen([path, "60"], stdout=subprocess.PIPE)
    second.stdout.readline()
    expect_closed(Rsp(server))
    for p in (program, second):
        p.kill()
        p.wait()
    server.wait_line("several processes have that name")



def test():
    {"cgroup": by_cgroup, "process": by_process}[variant("cgroup")]()


run(test)
