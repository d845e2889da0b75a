# SPDX-License-Identifier: Apache-2.0
# variants: guard faults
"""Pages that are left of a region which the program broke up are its own: it
meets no guard page there, and no page without leave to write because it was
watched by faults."""
import resource

from lib.harness import check, run, variant, wait_until
from lib.rsp import ALL_GDB
from lib.vm import (BOTH, FAULT, FORK, KERNEL, MAP, PAGE, PROTECT, READ, UNMAP,
                    VFORK, WRITE, Program, permissions)

PRIVATE = 0x22  # with MAP_ANONYMOUS
GUARDED = variant("guard") == "guard"


def broken(p, value=4, pages=6):
    """A region whose pages need us, and of which the program has unmapped the
    last page and the third."""
    kind = 0x3000 if GUARDED else 0x203000
    base = p.allocate(0, pages * PAGE, kind, value)
    if GUARDED:
        check(p.protect(base, pages * PAGE, 0x100 | value) == value, "guard")
    check(permissions(p.pid, base) == ("---p" if GUARDED else "r--p"),
          "protected", permissions(p.pid, base))
    for page in (pages - 1, 2):
        check(p.touch(UNMAP, base + page * PAGE, PAGE)[0] == [], "munmap")
    return base


def touched(p, base):
    """By the program, when rspd has not even seen that it is broken up; with a
    system call, that would be told EFAULT, once it has."""
    for page in (0, 1, 3, 4):
        check(p.touch(READ, base + page * PAGE) == ([], 0), "load", page)
        check(p.touch(WRITE, base + page * PAGE, 7)[0] == [], "store", page)
    check(p.touch(READ, base + 2 * PAGE)[0] == [FAULT], "the hole")
    check(p.query(base)[1:3] == (base, 4), "the program's", p.query(base))
    p.touch(UNMAP, base, 5 * PAGE)


def seen_only(p):
    """Looking at it makes no system call: it is mended at the next fault."""
    base = broken(p)
    check(p.query(base + 2 * PAGE)[4] == 0x10000, "the hole")
    check(permissions(p.pid, base)[1] == "-", "not yet")
    touched(p, base)


def called(p):
    """A call of the client's mends it before."""
    base = broken(p)
    p.allocate(0, PAGE, 0x2000, 4)
    for page in (0, 1, 3, 4):
        check(permissions(p.pid, base + page * PAGE) == "rw-p", "mended", page)
    check(p.touch(KERNEL, base + PAGE) == ([], 1), "read(2)")
    p.touch(UNMAP, base, 5 * PAGE)


def readonly(p):
    """It is as protected as it was given, and a fault of its own is one."""
    base = p.allocate(0, 3 * PAGE, 0x203000, 2)
    check(p.protect(base, 2 * PAGE, 0x102) == 2, "guard")
    p.touch(UNMAP, base + 2 * PAGE, PAGE)
    check(p.touch(WRITE, base, 1)[0] == [FAULT], "read only")
    check(permissions(p.pid, base) == "r--p", "mended")
    check(p.touch(READ, base) == ([], 0), "load")
    check(p.touch(WRITE, base, 1)[0] == [FAULT], "read only")
    p.touch(UNMAP, base, 2 * PAGE)


def not_ours(p):
    """What was reserved or NOACCESS stays so; what the program has put there
    or protected itself stays as it is."""
    base = broken(p, pages=12)
    # Protected as we had it, it would pass for ours (allocation.md).
    other = 1 if GUARDED else 0
    p.put("probe_to", PRIVATE)
    p.touch(MAP, base, other)
    p.touch(PROTECT, base + PAGE, 5)
    p.put("probe_to", 2)
    p.touch(MAP, base + 3 * PAGE, 1 - other)  # of a file
    for page in (0, 1, 3):
        check(p.touch(WRITE, base + page * PAGE, 1)[0] == [FAULT], "its own",
              page)
    check(p.touch(WRITE, base + 5 * PAGE, 1)[0] == [], "the others")
    check(permissions(p.pid, base + PAGE) == "r-xp", "as it protected it")
    p.touch(UNMAP, base, 11 * PAGE)
    base = p.allocate(0, 4 * PAGE, 0x202000, 4)
    check(p.allocate(base + PAGE, PAGE, 0x1000, 1) > 0, "NOACCESS")
    p.touch(UNMAP, base + 3 * PAGE, PAGE)
    for page in range(3):
        check(p.touch(READ, base + page * PAGE)[0] == [FAULT], "none", page)
    p.touch(UNMAP, base, 3 * PAGE)


def allocated_again(p):
    """A new region on the hole has guard pages of its own."""
    base = broken(p, pages=48)
    hole = (base + 16 * PAGE) & ~0xffff
    p.touch(UNMAP, hole, 16 * PAGE)
    check(p.query(hole)[4] == 0x10000, "the hole")
    check(p.allocate(hole, 16 * PAGE, 0x3000, 0x104) == hole, "allocate")
    check(permissions(p.pid, hole) == "---p", "a guard page")
    check(p.touch(WRITE, base, 1)[0] == [], "what was left")
    check(p.query(hole)[5] == 0x104, "it is one")
    check(p.free(hole, 0, 0x8000) == 0, "release")
    p.touch(UNMAP, base, 48 * PAGE)


def two_threads(p):
    for _ in range(10):
        base = broken(p)
        check(p.touch(BOTH, base, 0x77)[0] == [], "no stop")
        check(p.r.word(base) == 0x77 and p.r.word(base + 8) == 0x77, "stored")
        p.touch(UNMAP, base, 5 * PAGE)


def followed(p):
    """One that is followed has its own copy."""
    base = broken(p)
    reply = p.start(FORK, base + PAGE, 5)
    check("fork:" in reply, "fork", reply)
    child = reply.partition("fork:")[2].partition(";")[0]
    parent = p.thread(reply)
    reply = p.go("vCont;c:" + child)
    check(reply.startswith("W03"), "no stop in it", reply)
    p.r.expect("Hg" + parent, "OK")
    check("swbreak" in p.go("vCont;c:" + parent), "on")
    check(p.touch(WRITE, base, 1)[0] == [], "its own")


def let_go(p):
    """One that is let go, one that shares the memory."""
    for kind in (FORK, VFORK):
        base = broken(p)
        check(p.query(base + 2 * PAGE)[4] == 0x10000, "the hole")
        check(p.touch(kind, base + PAGE, 5) == ([], 3 << 8), "it lives", kind)
        check(p.touch(WRITE, base, 1)[0] == [], "its own")
        p.touch(UNMAP, base, 5 * PAGE)


def watch_by_faults(p):
    """It may open no file, so gets no userfaultfd, then and later."""
    if GUARDED:
        return
    was = resource.prlimit(p.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(p.pid, resource.RLIMIT_NOFILE, (0, was[1]))
    check(p.free(p.allocate(0, PAGE, 0x203000, 4), 0, 0x8000) == 0, "watched")
    resource.prlimit(p.pid, resource.RLIMIT_NOFILE, was)


def detached(p):
    base, seen = broken(p), broken(p)
    check(p.query(seen + 2 * PAGE)[4] == 0x10000, "the hole")
    third = broken(p)
    p.r.expect("z0,%x,1" % p.at["probed"], "OK")
    p.r.expect("D;%x" % p.pid, "OK")
    for at in (base, seen, third):
        wait_until(lambda at=at: permissions(p.pid, at) == "rw-p" and
                   permissions(p.pid, at + 4 * PAGE) == "rw-p", what="mended")


def refused(p):
    """Where memory cannot be charged it stays as it is: a fault of the
    program's, not a hang; later it may be had, or the user reads of it."""
    was = resource.prlimit(p.pid, resource.RLIMIT_DATA)
    base = broken(p)
    resource.prlimit(p.pid, resource.RLIMIT_DATA, (PAGE, was[1]))
    for _ in range(2):
        check(p.touch(WRITE, base, 1)[0] == [FAULT], "not to be had")
    resource.prlimit(p.pid, resource.RLIMIT_DATA, was)
    check(p.touch(WRITE, base, 1)[0] == [], "to be had")
    base = broken(p)
    alive = p.allocate(0, 3 * PAGE, 0x3000, 0x104)
    base = broken(p)
    resource.prlimit(p.pid, resource.RLIMIT_DATA, (PAGE, was[1]))
    p.r.expect("D;%x" % p.pid, "OK")
    # Of `base` four pages are left.
    p.server.wait_line("In process %d 0x%x bytes stay protected as guard" %
                       (p.pid, 7 * PAGE))
    check(permissions(p.pid, alive) == "---p", "guard page")
    check(permissions(p.pid, base)[1] == "-", "what was left")


def test():
    p = Program()
    watch_by_faults(p)
    base = broken(p)
    touched(p, base)
    seen_only(p)
    called(p)
    readonly(p)
    not_ours(p)
    allocated_again(p)
    two_threads(p)
    let_go(p)
    detached(p)
    p = Program()
    watch_by_faults(p)
    refused(p)
    p = Program(features=ALL_GDB)
    watch_by_faults(p)
    followed(p)
    p.r.expect("D;%x" % p.pid, "OK")


run(test)
