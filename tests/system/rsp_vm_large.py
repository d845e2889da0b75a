# SPDX-License-Identifier: Apache-2.0
# serial: it sets vm.nr_hugepages
"""MEM_LARGE_PAGES with a pool of huge pages, and when it is used up."""
from lib.harness import check, run, skip
from lib.sysctl import sysctl
from lib.vm import (CALL, FAULT, GUARD, READ, WRITE, PAGE, Program, maps,
                    permissions)

LARGE = 0x200000
KIND = 0x20003000
NO_RESOURCES, EINVAL, INVALID, UNSUPPORTED = -0x69, -0x16, -0x63, -0x5f
AT = 0x240000000
POOL = 4


def pages(name):
    with open("/proc/meminfo") as f:
        for line in f:
            if line.startswith(name + ":"):
                return int(line.split()[1])
    return 0


def at_addresses(p):
    """Chosen by rspd, ours, from the top, and near another."""
    base = p.allocate(0, LARGE, KIND, 4)
    check(base > 0 and base % LARGE == 0, "chosen", hex(base))
    check([m for m in maps(p.pid) if m[0] == base and
           m[3].startswith("/anon_hugepage")], "the kernel's view")
    check(p.free(base, 0, 0x8000) == 0, "release")
    check(p.allocate(AT, LARGE, KIND, 4) == AT, "at an address")
    check(p.allocate(AT, LARGE, KIND, 4) == INVALID, "taken")
    check(p.free(AT, 0, 0x8000) == 0, "release")
    for kind, near in ((KIND | 0x100000, None), (KIND, p.at["probed"])):
        base = p.allocate(0, LARGE, kind, 4, near)
        there = base > AT if near is None else abs(base - near) < 1 << 31
        check(there and base % LARGE == 0, "top or near", hex(base))
        check(p.touch(WRITE, base, 1)[0] == [], "store")
        check(p.free(base, 0, 0x8000) == 0, "release")
    for addr, size in ((AT + PAGE, LARGE), (AT, LARGE + PAGE)):
        check(p.allocate(addr, size, KIND, 4) == EINVAL, "no multiple", addr)
    check(p.allocate(0, LARGE, KIND | 0x200000, 4) == UNSUPPORTED, "watched")


def whole_pages(p, base):
    """Each of them as a whole; its data and what may be done with it."""
    check(p.query(base)[:6] == (base, base, 4, 2 * LARGE, 0x1000, 4), "query")
    check(p.touch(READ, base + LARGE) == ([], 0), "zero")
    check(p.touch(WRITE, base + LARGE, 7) == ([], 7), "store")
    p.r.write(base + LARGE - 1, b"\5\6")
    check(p.r.read(base + LARGE - 1, 2) == b"\5\6", "the debugger, across")
    for addr, size in ((base, PAGE), (base + PAGE, LARGE),
                       (base, LARGE + PAGE)):
        check(p.protect(addr, size, 2) == EINVAL, "part: protect")
        check(p.free(addr, size, 0x4000) == EINVAL, "part: decommit")
        check(p.allocate(addr, size, 0x1000, 2) == EINVAL, "part: commit")
    check(p.query(base)[:6] == (base, base, 4, 2 * LARGE, 0x1000, 4), "query")
    check(p.protect(base, LARGE, 2) == 4, "a whole one")
    check(p.touch(WRITE, base, 7)[0] == [FAULT], "read-only")
    check(p.touch(WRITE, base + LARGE, 7)[0] == [], "the other one is not")
    check(p.free(base, LARGE, 0x4000) == 0, "decommit")
    check(p.touch(READ, base)[0] == [FAULT], "reserved")
    p.r.expect("m%x,1" % base, "E0e")
    check(p.allocate(base, LARGE, 0x1000, 4) == base, "commit")
    check(p.touch(READ, base + LARGE - 1) == ([], 0), "zero again")


def protections(p, base):
    p.r.write(base, b"\xb8\x2a\0\0\0\xc3")
    check(p.protect(base, LARGE, 0x10) == 4, "execute")
    check(p.touch(CALL, base) == ([], 42), "call")
    check(p.touch(READ, base) == ([], 0xb8), "execute-only is readable")
    check(p.protect(base, 2 * LARGE, 0x104) == 0x10, "guard")
    check(p.touch(WRITE, base + 5 * PAGE, 1)[0] == [GUARD], "guard hit")
    check(p.touch(WRITE, base + 6 * PAGE, 1)[0] == [], "all of the page")
    check(p.query(base)[5] == 4 and permissions(p.pid, base) == "rw-p",
          "is open")
    check(p.query(base + LARGE)[5] == 0x104, "the other one is not")
    check(p.protect(base, 2 * LARGE, 4) == 4, "protect")


def used_up(p, base):
    """No more than there is: nothing is changed by what is refused."""
    before = maps(p.pid)
    check(p.allocate(0, POOL * LARGE, KIND, 4) == NO_RESOURCES, "chosen")
    check(p.allocate(AT, POOL * LARGE, KIND, 4) == NO_RESOURCES, "ours")
    check(maps(p.pid) == before, "the mappings")
    check(p.query(AT)[4] == 0x10000, "the table")
    rest = p.allocate(0, (POOL - 2) * LARGE, KIND, 4)
    check(rest > 0, "what is left", rest)
    check(p.allocate(0, LARGE, KIND, 4) == NO_RESOURCES, "and no more")
    check(p.free(rest, 0, 0x8000) == p.free(base, 0, 0x8000) == 0, "release")
    check(pages("HugePages_Free") == POOL and pages("HugePages_Rsvd") == 0,
          "all is given back")


def test():
    if pages("HugePages_Total"):
        skip("there is a pool of huge pages, which others may use")
    p = Program()
    check(p.allocate(0, LARGE, KIND, 4) == NO_RESOURCES, "without a pool")
    with sysctl("vm/nr_hugepages", POOL):
        if pages("HugePages_Free") < POOL or pages("Hugepagesize") != 2048:
            skip("the kernel has no memory for a pool of 2 MiB pages")
        at_addresses(p)
        base = p.allocate(0, 2 * LARGE, KIND, 4)
        check(base > 0, "allocate", base)
        whole_pages(p, base)
        protections(p, base)
        used_up(p, base)
    p.r.expect("D;%x" % p.pid, "OK")


run(test)
