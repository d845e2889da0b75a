# SPDX-License-Identifier: Apache-2.0
# variants: kernel faults
"""The table of regions stays true to what the program's own mremap does."""
import resource

from lib.harness import check, run, variant
from lib.vm import FAULT, GUARD, KEEP, PAGE, READ, REMAP, WRITE, Program

INVALID, EINVAL = -0x63, -0x16
PLAIN, WATCHED = 0x3000, 0x203000
AWAY = 0x300000000


def remap(p, addr, before, after, to=0, kind=REMAP):
    """Of so many pages so many, at another address or where they are."""
    p.put("probe_to", to)
    p.put("probe_pages", after)
    seen, got = p.touch(kind, addr, before)
    if kind == KEEP and got == 2**64 - 1:
        return False
    check(seen == [] and got == (to or addr), "mremap", seen, hex(got))
    return True


def filled(p, kind):
    """A region of four pages, all stored to: what is watched by faults keeps
    no trace of it, also in pages that leave it (allocation.md)."""
    base = p.allocate(0, 4 * PAGE, kind, 4)
    for page in range(base, base + 4 * PAGE, PAGE):
        check(p.touch(WRITE, page, 9)[0] == [], "store")
    return base


def own(p, addr, what):
    """It is in no region, but it is mapped: the program's."""
    check(p.query(addr)[4] == 0x1000, "mapped", what, p.query(addr))
    check(p.free(addr, 0, 0x8000) == EINVAL, "not ours to free", what)
    check(p.protect(addr, 1, 2) == INVALID, "not in a region", what)


def moved(p, kind):
    """All of it."""
    base = filled(p, kind)
    remap(p, base, 4, 4, AWAY)
    check(p.query(base)[4] == 0x10000, "free")
    check(p.free(base, 0, 0x8000) == INVALID, "no region")
    own(p, AWAY, "moved")
    check(p.touch(READ, AWAY) == ([], 9), "its data went along")
    check(p.touch(WRITE, AWAY, 8)[0] == [], "it is written as before")
    again = p.allocate(base, 4 * PAGE, kind, 4)
    check(again == base and p.touch(READ, base) == ([], 0), "to be had again")
    check(p.free(base, 0, 0x8000) == 0, "release")
    check(p.touch(READ, AWAY) == ([], 8), "which is not what was moved")
    remap(p, AWAY, 4, 1)


def part_moved(p, kind):
    """A page from its middle, and the first one."""
    for page in (2, 0):
        base = p.allocate(0, 4 * PAGE, kind, 4)
        remap(p, base + page * PAGE, 1, 1, AWAY)
        check(p.query(base + page * PAGE)[4] == 0x10000, "the hole")
        own(p, base + PAGE, "left of it")
        own(p, base + 3 * PAGE, "left of it")
        own(p, AWAY, "moved")
        check(p.allocate(base, 4 * PAGE, kind, 4) == INVALID, "not all free")


def shrunk(p, kind):
    base = p.allocate(0, 4 * PAGE, kind, 4)
    remap(p, base, 4, 3)
    own(p, base, "shrunk")
    check(p.query(base + 3 * PAGE)[4] == 0x10000, "the end is free")
    check(p.allocate(base, 4 * PAGE, 0x1000, 4) == INVALID, "no region")


def grown(p, kind):
    """What is behind the region is the program's, and stays."""
    base = filled(p, kind)
    end = base + 4 * PAGE
    remap(p, base, 4, 6)
    check(p.query(base)[:6] == (base, base, 4, 4 * PAGE, 0x1000, 4),
          "as it was", p.query(base))
    check(p.allocate(base, 5 * PAGE, 0x1000, 4) == INVALID, "behind it")
    own(p, end, "grown")
    check(p.touch(WRITE, end, 7)[0] == [], "store behind it")
    if kind == WATCHED:
        check(len(p.written(base, 4 * PAGE, 1)) == 4, "all of it")
        check(p.touch(WRITE, base + PAGE, 7)[0] == [], "store")
        check(p.written(base, 4 * PAGE) == [base + PAGE], "watched")
        check(p.written(base, 5 * PAGE) == EINVAL, "not behind it")
    check(p.free(base, 0, 0x8000) == 0, "release")
    check(p.touch(READ, base)[0] == [FAULT], "released")
    check(p.touch(READ, end) == ([], 7), "kept")


def grown_over(p):
    """Another region moved onto pages of it: as both are anonymous memory only
    the protection shows that."""
    base = p.allocate(0, 4 * PAGE, PLAIN, 4)
    other = p.allocate(0, 2 * PAGE, PLAIN, 0x20)
    remap(p, other, 2, 2, base + PAGE)
    check([p.query(base + i * PAGE)[5] for i in range(4)] ==
          [4, 0x20, 0x20, 4], "as it is mapped now")
    check(p.free(other, 0, 0x8000) == INVALID, "the other one is gone")
    check(p.free(base, 0, 0x8000) == 0, "release")


def kept(p, kind):
    """Its pages moved, and it stays: mapped, empty, and a region."""
    base = filled(p, kind)
    check(p.protect(base + 3 * PAGE, PAGE, 0x104) == 4, "guard")
    if not remap(p, base, 3, 3, AWAY, KEEP):
        print("this kernel knows no MREMAP_DONTUNMAP")
        return
    check(p.query(base)[:6] == (base, base, 4, 3 * PAGE, 0x1000, 4),
          "as it was", p.query(base))
    own(p, AWAY, "moved")
    for page in range(2):
        check(p.touch(READ, AWAY + page * PAGE) == ([], 9), "its data")
        check(p.touch(READ, base + page * PAGE) == ([], 0), "and it is empty")
    if kind == WATCHED and variant("kernel") == "kernel":
        check(p.written(base, 3 * PAGE) == [], "none is written")
    check(p.touch(WRITE, base + PAGE, 8)[0] == [], "store")
    check(p.touch(READ, AWAY + PAGE) == ([], 9), "not there")
    if kind == WATCHED:
        check(base + PAGE in p.written(base, 4 * PAGE, 1), "written")
        check(p.written(base, 4 * PAGE) == [], "reset")
    check(p.touch(WRITE, base + 3 * PAGE, 1)[0] == [GUARD], "guard hit")
    check(p.allocate(base, 4 * PAGE, 0x3000, 4) == INVALID, "taken")
    check(p.protect(base, 4 * PAGE, 2) == 4, "protect")
    check(p.touch(WRITE, base, 1)[0] == [FAULT], "read only")
    check(p.free(base, 0, 0x8000) == 0, "release")
    check(p.touch(READ, AWAY) == ([], 9), "what was moved stays")
    remap(p, AWAY, 3, 1)


def test():
    p = Program()
    if variant("kernel") == "faults":
        resource.prlimit(p.pid, resource.RLIMIT_NOFILE, (0, 0))
    for kind in (PLAIN, WATCHED):
        moved(p, kind)
        part_moved(p, kind)
        shrunk(p, kind)
        grown(p, kind)
        kept(p, kind)
    grown_over(p)
    p.r.expect("D;%x" % p.pid, "OK")


run(test)
