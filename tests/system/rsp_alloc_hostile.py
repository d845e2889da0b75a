# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# variants: strict filter-kill filter-errno filter-kill-held filter-errno-held rlimit blocked badstack altstack mlock locked undumpable vdso mdwe
"""Allocation in programs that make it hard: it works or fails with the error
that says why, and the program lives and computes right.  "held": by an rspd
that may not suspend the program's filter."""
import os

from lib.harness import (Inferior, Server, check, check_in, run, variant,
                         wait_until)
from lib.rsp import Rsp, base_of, symbols
from lib.vm import PAGE


# These never look at `probe`.
BUSY = ("badstack", "vdso")
SYS_ADMIN = 21


def pages(r, base):
    """The other calls, on three committed pages."""
    r.expect("QVirtualProtect:%x,1000,2" % base, "4")
    r.expect("qVirtualQuery:%x" % base, "base:%x;.*size:1000;.*protect:2;.*" %
             base)
    r.expect("QVirtualProtect:%x,3000,104" % base, "2")
    r.expect("_m%x,1000,4000" % (base + PAGE), "OK")
    r.expect("_M%x,1000,1000,4" % (base + PAGE), "%x" % (base + PAGE))
    r.expect("m%x,4" % (base + PAGE), "00000000")


def hit(r, probe, base):
    """The program meets the guard page, then it stores."""
    r.write(probe, base.to_bytes(8, "little"))
    r.resume()
    reply = r.stop_reply()
    check(reply.startswith("T0b") and "guard:%x;" % base in reply, "guard",
          reply)
    check(r.read(base, 1) == b"\1", "it has stored already")
    r.write(base, b"\0")
    r.resume()
    check(r.receive(0.5) is None, "it stopped by itself")
    r.interrupt()
    r.stop_reply()
    wait_until(lambda: r.read(base, 1) == b"\1", what="the store")


def too_much_locked(r):
    """What is mapped is locked at once, and the limit is reached."""
    r.expect("_M0,100000,3000,4", "E7a")
    r.expect("_M0,100000,2000,4", "E7a")


def can_suspend():
    """A filter, by a process like this one."""
    with open("/proc/self/status") as f:
        facts = dict(line.split(":", 1) for line in f if ":" in line)
    return (int(facts["CapEff"], 16) >> SYS_ADMIN & 1 and
            int(facts["Seccomp"]) == 0)


def refusal(how, held):
    """What must be answered where it cannot work."""
    if how == "rlimit":
        return "E0c"
    if how == "strict" or (how.startswith("filter") and
                           (held or not can_suspend())):
        return "E0d"
    return None


def test():
    how, held = variant("blocked"), False
    if how.endswith("-held"):
        how, held = how[:-5], True
    before = ()
    if held and os.geteuid() == 0:
        before = ("setpriv", "--bounding-set", "-sys_admin")
    program = Inferior("hostile", how)
    server = Server("--attach", "localhost:0", program.pid, before=before)
    r = Rsp(server).as_gdb()
    r.expect("?", "T.*")
    base_at = base_of(program.pid, "hostile")
    table = symbols("hostile")
    probe = base_at + table["probe"][0]
    for _ in range(3):
        regs = r.ask("g")
        reply = r.ask("_M0,3000,3000,4")
        refused = refusal(how, held)
        check(reply == refused or (refused is None and reply[0] != "E"),
              "answer", reply, refused)
        check(r.ask("g") == regs, "registers have changed")
        if refused is None:
            r.expect("M%s,4:01020304" % reply, "OK")
            r.expect("m%s,4" % reply, "01020304")
            pages(r, int(reply, 16))
            if how not in BUSY:
                hit(r, probe, int(reply, 16))
            if how == "locked":
                too_much_locked(r)
            r.expect("_m%s,0,8000" % reply, "OK")
        r.resume()
        check(r.receive(0.5) is None, "it stopped by itself")
        r.interrupt()
        check(r.stop_reply().startswith("T"), "no stop")
    r.write(base_at + table["enough"][0], b"\1\0\0\0")
    r.expect("D;%x" % program.pid, "OK")
    r.close()
    check_in("PASS", program.output(250))
    check(program.status() == 0, "exit status")


run(test)
