# SPDX-License-Identifier: Apache-2.0
"""A session becomes its rule's user before it touches a process: the kernel
refuses what that user may not, and what it starts runs as that user."""
import os
import pwd
import re

from lib.daemon import daemon, session_pids, uid_of
from lib.harness import Inferior, check, run, skip, wait_until
from lib.rsp import Rsp

CONFIG = """
[server]
listen = localhost:0
[role all]
rights = all
[rule everybody]
connection = tcp
role = all
user = nobody
"""


def field(pid, name):
    with open("/proc/%d/status" % pid) as f:
        return re.search(r"%s:\s+(.*)" % name, f.read()).group(1).split()


def test():
    if os.getuid() != 0:
        skip("only root can let a session become another user")
    nobody = pwd.getpwnam("nobody")
    server = daemon(CONFIG)
    program = Inferior("sleeper", 20)
    r = Rsp(server).no_ack()
    r.supported("multiprocess+")
    r.expect("!", "OK")
    (pid,) = session_pids(server)
    check(uid_of(pid) == nobody.pw_uid, "the session's user")
    check(field(pid, "NoNewPrivs") == ["1"], "no_new_privs")
    check(set(field(pid, "Groups")) <= {str(nobody.pw_gid)}, "groups",
          field(pid, "Groups"))
    for caps in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        check(int(field(pid, caps)[0], 16) == 0, caps)
    check(uid_of(server.pid) == 0, "the daemon's user")
    # Root's process is not nobody's; that is the kernel's word.
    r.expect("vAttach;%x" % program.pid, "E01")
    # What it starts is its own, and is traced.
    r.expect("vRun;" + b"/bin/sleep".hex() + ";" + b"30".hex(), "T05.*")
    child = int(r.expect("qC", r"QCp([0-9a-f]+)\..*").group(1), 16)
    check(uid_of(child) == nobody.pw_uid, "the program's user")
    r.expect("vKill;%x" % child, "OK")
    # Files are those that nobody may read.
    r.expect("vFile:open:" + b"/etc/shadow".hex() + ",0,0", "F-1,d")
    r.expect("vFile:open:" + b"/etc/passwd".hex() + ",0,0", "F[0-9a-f]+")
    # One nobody cannot look into another's session, or the daemon.
    second = Rsp(server).no_ack()
    second.supported("multiprocess+")
    second.expect("!", "OK")
    second.expect("vAttach;%x" % pid, "E01")
    second.expect("vAttach;%x" % server.pid, "E01")


run(test)
