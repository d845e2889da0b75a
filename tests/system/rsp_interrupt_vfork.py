# SPDX-License-Identifier: Apache-2.0
"""A vfork's parent that is resumed alone cannot run while its child stands: ^C
is answered all the same, and both go on later."""
import re

from lib.harness import check, run
from lib.rsp import Rsp, launch


def test():
    server = launch("fork", "vfork")
    r = Rsp(server).as_gdb()
    r.resume("vCont;c")
    reply = r.stop_reply()
    match = re.search(r"vfork:(p[0-9a-f]+\.[0-9a-f]+);.*thread:(p[0-9a-f.]+);",
                      reply)
    check(match, "no vfork", reply)
    child, parent = match.groups()
    for _ in range(3):
        r.resume("vCont;c:" + parent)
        check(r.receive(0.3) is None, "it cannot have stopped")
        r.interrupt()
        reply = r.stop_reply()
        check(reply.startswith("T0") and "thread:%s;" % parent in reply,
              "answer to ^C", reply)
    # It is still there, and so is the rest of the world.
    check(sorted(r.threads()) == sorted([child, parent]), "threads")
    r.expect("T" + parent, "OK")
    r.expect("D;" + child[1:].split(".")[0], "OK")
    r.resume("vCont;c")
    reply = r.stop_reply()
    check("vforkdone" in reply, "end of the vfork", reply)
    r.expect("g", "[0-9a-fx]+")
    # SIGCHLD on the way.
    while reply.startswith("T"):
        r.resume("vCont;C14" if reply.startswith("T14") else "vCont;c")
        reply = r.stop_reply()
    check(reply.startswith("W03"), "end", reply)


run(test)
