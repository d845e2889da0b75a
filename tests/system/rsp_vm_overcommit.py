# SPDX-License-Identifier: Apache-2.0
# serial: it sets vm.overcommit_memory
"""Commit charge under strict overcommit: what cannot be charged is 1455 and
changes nothing; a reserve is charged nothing; a decommit gives back."""
from lib.harness import check, run, skip
from lib.sysctl import sysctl
from lib.vm import PAGE, WRITE, Program, maps

LIMIT = -0x1c
MIB = 1 << 20


def meminfo(name):
    with open("/proc/meminfo") as f:
        for line in f:
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
    return 0


def regions(p):
    """What the kernel has between 4 GiB and the program."""
    return [m for m in maps(p.pid) if 1 << 32 <= m[0] < 1 << 44]


def shape(p, base, end):
    """The runs of pages of a region."""
    runs, at = [], base
    while at < end:
        got = p.query(at)
        runs.append(got)
        at += got[3]
    return runs


def new_regions(p, huge):
    before = regions(p)
    for kind in (0x3000, 0x1000, 0x203000, 0x103000):
        check(p.allocate(0, huge, kind, 4) == LIMIT, "%x" % kind)
        check(p.allocate(0, huge, kind, 0x40) == LIMIT, "%x" % kind)
    check(p.allocate(0x200000000, huge, 0x3000, 4) == LIMIT, "at an address")
    check(p.query(0x200000000)[4] == 0x10000, "nothing reserved")
    check(regions(p) == before, "nothing mapped", regions(p), before)


def existing_pages(p, kind, huge):
    """A reserve is had; a commit of all of it is not, and changes nothing."""
    base = p.allocate(0, huge, kind, 4)
    check(base > 0, "reserve", base)
    check(p.allocate(base + PAGE, 2 * PAGE, 0x1000, 4) == base + PAGE, "part")
    p.r.write(base + PAGE, b"kept")
    check(p.protect(base + 2 * PAGE, PAGE, 2) == 4, "protect")
    runs, before = shape(p, base, base + huge), regions(p)
    for value in (4, 0x40):
        check(p.allocate(base, huge, 0x1000, value) == LIMIT, "commit")
        check(p.allocate(base + PAGE, huge - PAGE, 0x1000, value) == LIMIT,
              "commit over committed pages")
    check(shape(p, base, base + huge) == runs, "the table", runs)
    check(regions(p) == before, "the mappings", regions(p), before)
    check(p.r.read(base + PAGE, 4) == b"kept", "the data")
    check(p.allocate(base, 8 * PAGE, 0x1000, 4) == base, "less of it")
    check(p.touch(WRITE, base + 7 * PAGE, 1)[0] == [], "a store")
    check(p.free(base, 0, 0x8000) == 0, "release")


def protection(p, huge):
    """Linux charges when pages become writable (virtual-memory.md, 12)."""
    base = p.allocate(0, huge, 0x3000, 2)
    check(base > 0, "read-only", base)
    check(p.protect(base, huge, 4) == LIMIT, "protect")
    check(p.query(base)[:6] == (base, base, 2, huge, 0x1000, 2), "as before")
    check(p.protect(base + PAGE, PAGE, 4) == 2, "one page")
    check(p.free(base, 0, 0x8000) == 0, "release")


def given_back(p, most):
    """Two of these are too much, so the first one must go."""
    base = p.allocate(0, most, 0x3000, 4)
    check(base > 0, "commit", base)
    other = p.allocate(0, most, 0x2000, 4)
    check(other > 0, "reserve", other)
    check(p.allocate(other, most, 0x1000, 4) == LIMIT, "both")
    check(p.free(base, 0, 0x4000) == 0, "decommit")
    check(p.allocate(other, most, 0x1000, 4) == other, "the other")
    check(p.allocate(base, most, 0x1000, 4) == LIMIT, "and not again")
    check(p.free(other, 0, 0x8000) == 0, "release")
    check(p.allocate(base, most, 0x1000, 4) == base, "again")
    check(p.free(base, 0, 0x8000) == 0, "release")


def test():
    limit = meminfo("CommitLimit")
    room = limit - meminfo("Committed_AS")
    if room < 256 * MIB:
        skip("more is committed than strict overcommit allows")
    p = Program()
    # Other programs must not need memory meanwhile: no more than seconds.
    with sysctl("vm/overcommit_memory", 2):
        huge = (limit // MIB + 64) * MIB
        new_regions(p, huge)
        existing_pages(p, 0x2000, huge)
        existing_pages(p, 0x202000, huge)
        protection(p, huge)
        given_back(p, room * 6 // 10 // MIB * MIB)
    p.r.expect("D;%x" % p.pid, "OK")


run(test)
