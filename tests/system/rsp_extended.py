# SPDX-License-Identifier: Apache-2.0
"""vRun, vKill, vAttach, D, and the settings of a launch, without a debugger."""
import re

from lib.harness import (Inferior, Server, check, gone, inferior,
                         run, state_of, tmp)
from lib.rsp import Rsp


def vrun(*args):
    return "vRun;" + ";".join(a.encode().hex() for a in args)


def test():
    server = Server("--multi", "localhost:0")
    r = Rsp(server).as_gdb()
    r.expect("!", "OK")
    r.expect("?", "W00|OK")
    for body in ("g", "m0,1", "vCont;c", "_M0,1000,3000,4", "qC"):
        r.refused(body)
    r.error(vrun("/nonexistent/program"))
    r.expect("QDisableRandomization:0", "OK")
    r.expect("QEnvironmentHexEncoded:" + b"RSPD_TEST=a b".hex(), "OK")
    r.expect("QSetWorkingDir:" + tmp().encode().hex(), "OK")
    r.expect("QStartupWithShell:0", "OK")
    for _ in range(2):
        r.expect(vrun(inferior("hello"), "x y", "*"), "T05.*")
        r.resume()
        check(re.match(r"W07(;process:[0-9a-f]+)?$", r.stop_reply()), "exit")
    server.wait_stdout("arg 1: x y", "arg 2: *", "env: a b",
                       "cwd: " + tmp(), "aslr: on")
    r.expect("QEnvironmentUnset:" + b"RSPD_TEST".hex(), "OK")
    r.expect("QEnvironmentReset", "OK")
    reply = r.expect(vrun(inferior("threads"), "2"),
                     r"T05.*thread:p([0-9a-f]+).*")
    pid = int(reply.group(1), 16)
    r.expect("vKill;%x" % pid, "OK")
    gone(pid)
    program = Inferior("threads", 3)
    r.expect("vAttach;%x" % program.pid, "T.*")
    check(len(r.threads()) == 3, "threads")
    r.expect("qAttached:%x" % program.pid, "1")
    r.expect("D;%x" % program.pid, "OK")
    check(state_of(program.pid) in "RS", "it is not running")
    # Two at once.
    a = r.expect(vrun(inferior("threads"), "1"), r"T05.*thread:p([0-9a-f]+).*")
    r.expect("vAttach;%x" % program.pid, "T.*")
    check({t.split(".")[0] for t in r.threads()} ==
          {"p" + a.group(1), "p%x" % program.pid}, "both", r.threads())
    r.expect("vKill;" + a.group(1), "OK")
    r.expect("D;%x" % program.pid, "OK")
    r.expect("qC", "|E.*")


run(test)
