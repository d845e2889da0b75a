# SPDX-License-Identifier: Apache-2.0
# variants: plain watched
"""PAGE_GUARD and PAGE_NOACCESS: what the program meets, and the debugger."""
import resource

from lib.harness import check, run, variant, wait_until
from lib.vm import (BOTH, CALL, FAULT, FORK, GUARD, KERNEL, PAGE, READ, VFORK,
                    WRITE, Program, permissions)

# protection: what read, write and call meet (section 10)
TABLE = {1: (1, 1, 1), 2: (0, 1, 1), 4: (0, 0, 1), 0x10: (0, 1, 0),
         0x20: (0, 1, 0), 0x40: (0, 0, 0)}


def table(p, base):
    for value, faults in TABLE.items():
        for kind, wrong in zip((READ, WRITE, CALL), faults):
            check(p.protect(base, 1, 4) >= 0, "protect")
            p.r.write(base, b"\xb8\x2a\0\0\0\xc3")
            check(p.protect(base, 1, value) == 4, "protect")
            seen, result = p.touch(kind, base, 0xb8)
            check(seen == [FAULT] * wrong, "access", (value, kind), seen)
            check(wrong or result == {READ: 0xb8, WRITE: 0xb8, CALL: 42}[kind],
                  "value", (value, kind), result)
            if value == 1:
                continue
            check(p.protect(base, 1, 0x100 | value) == value, "guard")
            check(p.r.read(base, 1) == b"\xb8", "the debugger reads")
            p.r.write(base + 100, b"\1")
            check(p.query(base)[5] == 0x100 | value, "and trips nothing")
            seen, result = p.touch(kind, base, 0xb8)
            check(seen == [GUARD] + [FAULT] * wrong, "guard", (value, kind),
                  seen)
            check(p.query(base)[5] == value, "one shot")
            check(p.touch(kind, base, 0xb8)[0] == [FAULT] * wrong, "again")
    check(p.protect(base, 1, 4) >= 0, "protect")


def debugger(p, base):
    """Section 10: committed pages always, others never."""
    check(p.protect(base, 1, 1) == 4, "protect")
    p.r.write(base, b"\5")
    check(p.r.read(base, 1) == b"\5", "NOACCESS is the debugger's")
    check(p.free(base + PAGE, 1, 0x4000) == 0, "decommit")
    p.r.expect("m%x,1" % (base + PAGE), "E0e")
    p.r.expect("M%x,2:0102" % (base + PAGE - 1), "E0e")
    p.r.expect("X%x,2:ab" % (base + PAGE - 1), "E0e")
    p.r.expect("m%x,2" % (base + PAGE - 1), "00")
    check(p.touch(READ, base + PAGE)[0] == [FAULT], "reserved")
    check(p.allocate(base + PAGE, 1, 0x1000, 0x104) == base + PAGE, "commit")
    check(p.touch(READ, base + PAGE) == ([GUARD], 0), "zero")
    check(p.allocate(base + PAGE, 1, 0x1000, 0x104) == base + PAGE, "re-arm")
    check(p.free(base + PAGE, 1, 0x4000) == 0, "decommit")
    check(p.touch(READ, base + PAGE)[0] == [FAULT], "not a guard hit")
    check(p.allocate(base + PAGE, 1, 0x1000, 4) == base + PAGE, "commit")
    check(p.protect(base, 1, 4) == 1, "protect")


def several(p, base):
    """Each page by itself; a page across whose end it goes."""
    check(p.protect(base, 3 * PAGE, 0x104) == 4, "protect")
    check(p.touch(WRITE, base + PAGE, 1)[0] == [GUARD], "the middle")
    check([p.query(base + i * PAGE)[5] for i in range(3)] ==
          [0x104, 4, 0x104], "only that page")
    if variant("plain") == "plain":
        check(p.touch(KERNEL, base, 0) == ([], 14), "a system call: EFAULT")
    check(p.query(base)[5] == 0x104, "and it is not tripped")
    check(p.protect(base, 3 * PAGE, 4) == 0x104, "protect")


def two_threads(p, base):
    for _ in range(40):
        check(p.protect(base, 1, 0x104) == 4, "protect")
        seen, _ = p.touch(BOTH, base, 0x77)
        check(seen == [GUARD], "two threads, one page: one stop", seen)
        check(p.r.word(base) == 0x77 and p.r.word(base + 8) == 0x77, "stored")


def stepping(p, base):
    """A step into it, and a breakpoint on the instruction."""
    check(p.protect(base, 1, 0x104) == 4, "protect")
    reply = p.start(WRITE, base, 9)
    check("guard:" in reply, "no guard hit", reply)
    pc = p.r.ask("p10")
    check(p.protect(base, 1, 0x104) == 4, "armed again")
    reply = p.go("vCont;s:%s" % p.thread(reply))
    check(reply.startswith("T0b") and "guard:" in reply, "step", reply)
    check(p.r.ask("p10") == pc, "it has not run")
    at = int.from_bytes(bytes.fromhex(pc), "little")
    p.r.expect("Z0,%x,1" % at, "OK")
    reply = p.go()
    while not reply.startswith("T05") or p.r.ask("p10") == pc:
        reply = p.go()
    p.r.expect("z0,%x,1" % at, "OK")
    check(p.r.read(base, 1) == b"\x09", "stored")


def children(p, base):
    """A child that we let go must not meet our pages."""
    check(p.protect(base, 1, 0x104) == 4, "protect")
    check(p.touch(FORK, base, 5) == ([], 3 << 8), "fork: the child lives")
    check(p.query(base)[5] == 0x104, "the parent's is still armed")
    check(p.protect(base, 1, 4) >= 0, "protect")
    check(p.touch(VFORK, base, 5) == ([], 3 << 8), "vfork")
    check(p.r.read(base, 1) == b"\5", "stored by the child")


def detach(p, base):
    check(p.protect(base, 2 * PAGE, 0x104) == 4, "protect")
    check(permissions(p.pid, base) == "---p", "armed")
    p.r.expect("z0,%x,1" % p.at["probed"], "OK")
    p.r.expect("D;%x" % p.pid, "OK")
    wait_until(lambda: permissions(p.pid, base) == "rw-p",
               what="the underlying protection")


def test():
    p = Program()
    if variant("plain") == "watched":
        resource.prlimit(p.pid, resource.RLIMIT_NOFILE, (0, 0))
    kind = 0x203000 if variant("plain") == "watched" else 0x3000
    base = p.allocate(0, 8 * PAGE, kind, 4)
    table(p, base)
    debugger(p, base)
    several(p, base)
    two_threads(p, base)
    stepping(p, base)
    children(p, base)
    detach(p, base)


run(test)
