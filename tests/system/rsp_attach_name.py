# SPDX-License-Identifier: Apache-2.0
"""vAttachName, vAttachWait, vAttachOrWait by themselves: one that is there, none,
two; one that comes; a client that goes while it waits."""
import os
import shutil

from lib.harness import (Server, alive, check, inferior, run, start, tmp,
                         tracer_of, wait_until)
from lib.rsp import Rsp


def hexed(text):
    return text.encode().hex()


def running(program):
    """A process that has come as far as its own code."""
    p = start([program, "1"])
    wait_until(lambda: os.path.realpath("/proc/%d/exe" % p.pid) == program,
               what="the exec")
    return p


def test():
    # A name that nobody else's test has.
    program = os.path.join(os.path.realpath(tmp()), "n%d" % os.getpid())
    shutil.copy(inferior("threads"), program)
    name = hexed(os.path.basename(program))
    server = Server("--multi", "127.0.0.1:0")
    r = Rsp(server).as_lldb()
    r.error("vAttachName;" + name)
    r.error("vAttachName;")
    first = running(program)
    r.expect("vAttachName;" + name, "T.*")
    check(tracer_of(first.pid) == server.pid, "not attached")
    r.expect("D", "OK")
    # Its whole path is a name, too; the wrong folder's is not.
    r.expect("vAttachOrWait;" + hexed(program), "T.*")
    r.expect("D", "OK")
    r.error("vAttachName;" + hexed("/nowhere/" + os.path.basename(program)))
    second = running(program)
    r.error("vAttachName;" + name)
    # Those that are there do not count; the next one does.
    r.send("vAttachWait;" + name)
    check(r.receive(1) is None, "attached to one that was there")
    third = start([program, "1"])
    check(r.stop_reply().startswith("T"), "no stop")
    check(tracer_of(third.pid) == server.pid, "not the third")
    check(tracer_of(first.pid) == 0 and tracer_of(second.pid) == 0, "others")
    r.expect("D", "OK")
    # Its client goes: nothing is attached to any more.
    r.send("vAttachWait;" + name)
    r.close()
    r = Rsp(server).as_lldb()
    fourth = running(program)
    r.expect("qfThreadInfo", "OK")
    for p in (first, second, third, fourth):
        check(alive(p.pid) and tracer_of(p.pid) == 0, "%d" % p.pid)


run(test)
