# SPDX-License-Identifier: Apache-2.0
# variants: breakpoint fork
"""A vCont for all threads that crosses the notification of a stop is not for the
thread that has stopped, nor for the child that the stop tells of: the client did
not know of them.  (gdb's assertions fail where they run.)"""
import time

from lib.harness import check, check_match, run, state_of, variant
from lib.rsp import Rsp, base_of, launch, symbols


def first_stop(r):
    """Until the program stops; its notification is left unacknowledged."""
    r.expect("QNonStop:1", "OK")
    check(r.ask("?").startswith("T05"), "?")
    r.expect("vStopped", "OK")
    r.expect("vCont;c", "OK")
    for _ in range(200):
        r.receive(0.1)
        if r.notifications:
            return r.notifications[-1].decode()
    check(False, "no stop")


def test():
    how = variant("breakpoint")
    server = launch("fork", "fork")
    r = Rsp(server).as_gdb()
    pid = server.inferior_pid()
    at = base_of(pid, "fork") + symbols("fork")["both"][0]
    if how == "breakpoint":
        r.expect("Z0,%x,1" % at, "OK")
    told = first_stop(r)
    pids = [pid]
    if how == "fork":
        child = check_match("fork:p([0-9a-f]+)", told).group(1)
        pids.append(int(child, 16))
    r.expect("vCont;c", "OK")
    time.sleep(0.3)
    check([state_of(p) for p in pids] == ["t"] * len(pids), "they run")
    # Named, or once it is known, it goes on.
    r.expect("vStopped", "OK")
    if how == "fork":
        r.expect("D;%s" % child, "OK")
    else:
        r.expect("z0,%x,1" % at, "OK")
    r.expect("vCont;c", "OK")
    seen = len(r.notifications)
    for _ in range(200):
        r.receive(0.1)
        if len(r.notifications) > seen:
            break
    check(len(r.notifications) > seen, "it did not go on")


run(test)
