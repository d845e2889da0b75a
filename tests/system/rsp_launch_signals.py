# SPDX-License-Identifier: Apache-2.0
"""A launched program ignores and blocks no signal that it would not without
rspd."""
import re
import subprocess

from lib.harness import check, run, start
from lib.rsp import Rsp, launch


def signals_of(pid):
    with open("/proc/%d/status" % pid) as f:
        return re.findall(r"(?m)^(?:SigBlk|SigIgn|SigCgt):.*$", f.read())


def test():
    plain = start(["sleep", "60"], stdin=subprocess.DEVNULL)
    server = launch("hello")
    r = Rsp(server).as_gdb()
    r.expect("?", "T.*")
    got = signals_of(server.inferior_pid())
    check(got == signals_of(plain.pid), "other signals",
          got, signals_of(plain.pid))


run(test)
