# SPDX-License-Identifier: Apache-2.0
# variants: kernel faults
"""The table of regions stays true to what the program does to its memory."""
import resource

from lib.harness import check, run, variant
from lib.rsp import ALL_GDB
from lib.vm import (EXEC, FAULT, FORK, GUARD, PAGE, PROTECT, READ, REPLACE,
                    UNMAP, VFORK, WRITE, Program)

INVALID = -0x63
WATCHED = 0x203000


def gone(p, base, what):
    """It is no region any more, and what is left is the program's."""
    check(p.protect(base, 1, 2) == INVALID, what)
    check(p.free(base, 0, 0x8000) < 0, what)


def pages(p, by_kernel):
    base = p.allocate(0, 8 * PAGE, WATCHED, 4)
    check(p.touch(WRITE, base + PAGE, 1)[0] == [], "store")
    if by_kernel:
        # Watched by faults it looks like our own doing (allocation.md).
        check(p.touch(PROTECT, base + 2 * PAGE, 1)[0] == [], "mprotect")
        check(p.query(base + 2 * PAGE)[:6] ==
              (base + 2 * PAGE, base, 4, PAGE, 0x1000, 2), "taken over")
        check(p.touch(WRITE, base + 2 * PAGE, 1)[0] == [FAULT], "it holds")
    check(p.written(base, 8 * PAGE) == [base + PAGE], "not written")
    check(p.protect(base + 3 * PAGE, PAGE, 0x104) == 4, "guard")
    check(p.touch(PROTECT, base + 3 * PAGE, 3)[0] == [], "opened by itself")
    check(p.query(base + 3 * PAGE)[5] == 4, "no guard any more")
    check(p.touch(WRITE, base + 3 * PAGE, 1)[0] == [], "no guard hit")
    check(p.touch(UNMAP, base + 7 * PAGE, PAGE)[0] == [], "munmap")
    gone(p, base, "a page unmapped")
    check(p.query(base + 7 * PAGE)[4] == 0x10000, "free")
    other = p.allocate(0, 2 * PAGE, 0x3000, 4)
    check(p.touch(UNMAP, other, 2 * PAGE)[0] == [], "munmap")
    gone(p, other, "unmapped whole")
    again = p.allocate(other, 2 * PAGE, 0x3000, 4)
    check(again == other & ~0xffff, "the address is to be had again")
    check(p.free(again, 0, 0x8000) == 0, "release")


def replaced(p):
    base = p.allocate(0, 4 * PAGE, 0x3000, 0x20)
    check(p.touch(REPLACE, base + PAGE)[0] == [], "mmap(MAP_FIXED)")
    # An anonymous page instead of an anonymous page: only its protection.
    check(p.query(base + PAGE)[5] == 4, "as it is mapped now")
    check(p.touch(WRITE, base + PAGE, 1)[0] == [], "store")
    check(p.free(base, 0, 0x8000) == 0, "release")


def replaced_watched(p):
    """Other pages in a watched region are watched from then on; what was
    stored there before they were seen counts as well."""
    base = p.allocate(0, 8 * PAGE, WATCHED, 4)
    check(p.touch(WRITE, base, 1)[0] == [], "store")
    check(p.touch(REPLACE, base + PAGE)[0] == [], "mmap(MAP_FIXED)")
    check(p.touch(WRITE, base + PAGE, 1)[0] == [], "store")
    check(p.touch(WRITE, base + 2 * PAGE, 1)[0] == [], "store")
    check(p.written(base, 8 * PAGE, 1) ==
          [base, base + PAGE, base + 2 * PAGE], "written")
    check(p.written(base, 8 * PAGE) == [], "reset")
    check(p.touch(WRITE, base + PAGE, 1)[0] == [], "store")
    check(p.written(base, 8 * PAGE) == [base + PAGE], "watched")
    check(p.free(base, 0, 0x8000) == 0, "release")


def forked(p):
    """A child that is followed has its own table, and its own guard pages."""
    base = p.allocate(0, 4 * PAGE, WATCHED, 4)
    check(p.touch(WRITE, base, 1)[0] == [], "store")
    check(p.protect(base + PAGE, PAGE, 0x104) == 4, "guard")
    reply = p.start(FORK, base + PAGE, 5)
    check("fork:" in reply, "fork", reply)
    child = reply.partition("fork:")[2].partition(";")[0]
    parent = p.thread(reply)
    p.r.expect("Hg" + child, "OK")
    check(p.query(base + PAGE)[5] == 0x104, "copied")
    check(p.written(base, 4 * PAGE) == [], "nothing written in the child")
    reply = p.go("vCont;c:" + child)
    check("guard:" in reply and child in reply, "guard hit in it", reply)
    reply = p.go("vCont;c:" + child)
    check(reply.startswith("W03"), "its end", reply)
    p.r.expect("Hg" + parent, "OK")
    check(p.query(base + PAGE)[5] == 0x104, "the parent's is armed")
    check(p.written(base, 4 * PAGE) == [base], "and its bits are kept")
    check("swbreak" in p.go("vCont;c:" + parent), "on")
    check(p.touch(READ, base + PAGE)[0] == [GUARD], "guard hit")
    check(p.free(base, 0, 0x8000) == 0, "release")


def execed(p):
    base = p.allocate(0, 4 * PAGE, WATCHED, 4)
    check(p.touch(WRITE, base, 1)[0] == [], "store")
    reply = p.start(EXEC, base)
    check("exec:" in reply, "exec", reply)
    check(p.query(base)[4] == 0x10000, "all gone")
    again = p.allocate(base, 4 * PAGE, WATCHED, 4)
    check(again == base, "the address is free", again)
    check(p.written(base, 4 * PAGE) == [], "watched anew")
    p.r.write(base + PAGE, b"1")
    check(p.written(base, 4 * PAGE, 1) == [base + PAGE], "by us")


def test():
    p = Program(features=ALL_GDB)
    if variant("kernel") == "faults":
        resource.prlimit(p.pid, resource.RLIMIT_NOFILE, (0, 0))
    pages(p, variant("kernel") == "kernel")
    replaced(p)
    replaced_watched(p)
    forked(p)
    execed(p)
    p.r.expect("D;%x" % p.pid, "OK")


run(test)
