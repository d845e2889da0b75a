# SPDX-License-Identifier: Apache-2.0
# variants: kernel faults
"""MEM_WRITE_WATCH by packets: section 9.  A program that may open no file gets
no userfaultfd: then pages are watched by their faults."""
import resource

from lib.harness import check, run, variant
from lib.vm import (CALL, FORK, KERNEL, PAGE, READ, WRITE, GUARD, FAULT,
                    Program, permissions)

EINVAL = -0x16


def test():
    p = Program()
    by_kernel = variant("kernel") == "kernel"
    if not by_kernel:
        resource.prlimit(p.pid, resource.RLIMIT_NOFILE, (0, 0))
    base = p.allocate(0, 16 * PAGE, 0x203000, 0x40)
    check(base > 0, "allocate", base)

    def written(*pages, flags=0, start=0, size=16 * PAGE):
        got = p.written(base + start, size, flags)
        check(got == [base + i * PAGE for i in pages], "written",
              [(v - base) // PAGE for v in got] if isinstance(got, list)
              else got, pages)
    written()
    for i in (3, 4, 9):
        check(p.touch(WRITE, base + i * PAGE + 17, i)[0] == [], "touch")
    written(3, 4, 9)
    check(p.touch(READ, base + 5 * PAGE)[0] == [], "read")
    p.r.read(base, 16 * PAGE)
    written(3, 4, 9)
    written(4, flags=1, start=4 * PAGE + 5, size=1)
    written(3, 9)
    if by_kernel:
        check(p.touch(KERNEL, base + 6 * PAGE) == ([], 1), "read(2)")
    else:
        check(permissions(p.pid, base + 6 * PAGE) == "r-xp", "not by faults")
        check(p.touch(WRITE, base + 6 * PAGE, 1)[0] == [], "store")
    written(3, 6, 9)
    written(3, 6, 9, flags=1)
    written()
    check(p.touch(WRITE, base + 3 * PAGE, 1)[0] == [], "touch again")
    p.r.write(base + 7 * PAGE + 8, b"\1")
    p.r.expect("X%x,1:a" % (base + 8 * PAGE), "OK")
    written(3, 7, 8)
    # no stores: a breakpoint, a call, a protect, a commit, a store that faults
    written(3, 7, 8, flags=1)
    p.r.write(base, b"\xc3")
    written(0, flags=1)
    p.r.expect("Z0,%x,1" % base, "OK")
    reply = p.start(CALL, base)
    check("swbreak:" in reply and p.r.ask("p10").startswith(
        base.to_bytes(8, "little").hex()), "breakpoint", reply)
    p.r.expect("z0,%x,1" % base, "OK")
    check("swbreak" in p.go(), "back")
    written()
    check(p.protect(base + PAGE, PAGE, 2) == 0x40, "protect")
    check(p.touch(WRITE, base + PAGE, 1)[0] == [FAULT], "faults")
    check(p.allocate(base, 16 * PAGE, 0x1000, 4) == base, "commit over it")
    written()
    # kept over a protect, and a guard hit
    check(p.touch(WRITE, base + 2 * PAGE, 1)[0] == [], "store")
    check(p.protect(base, 16 * PAGE, 0x104) == 4, "protect")
    written(2)
    check(p.touch(WRITE, base + 3 * PAGE, 1)[0] == [GUARD], "guard")
    check(p.touch(READ, base + 4 * PAGE)[0] == [GUARD], "guard")
    written(2, 3)
    # gone with the contents
    check(p.free(base + 2 * PAGE, PAGE, 0x4000) == 0, "decommit")
    written(3)
    check(p.allocate(base + 2 * PAGE, PAGE, 0x1000, 4) > 0, "commit")
    written(3)
    check(p.touch(READ, base + 2 * PAGE) == ([], 0), "zero")
    written(3)
    check(p.touch(WRITE, base + 2 * PAGE, 1)[0] == [], "store")
    written(2, 3)
    check(p.protect(base, 16 * PAGE, 4) >= 0, "protect")
    check(p.touch(FORK, base + 5 * PAGE, 1)[0] == [], "fork")
    written(2, 3)
    rows = [(base, 0, 0), (base, PAGE, 2), (base, 17 * PAGE, 0),
            (base - 1, 2, 0), (p.at["probed"], 1, 0), (2**64 - 1, 1, 0),
            (base, 2**64 - 1, 0), (base, PAGE, 2**32)]
    for addr, size, flags in rows:
        check(p.written(addr, size, flags) == EINVAL, "87", hex(addr))
    plain = p.allocate(0, PAGE, 0x3000, 4)
    check(p.written(plain, PAGE) == EINVAL, "not watched")
    # more than one reply holds, in parts
    much = p.allocate(0, 20000 * PAGE, 0x203000, 4)
    for part in range(0, 20000 * PAGE, 0x8000):
        p.r.write(much + part, b"\1" * 0x8000)
    first = p.r.ask("qGetWriteWatch:%x,%x,1" % (much, 20000 * PAGE))
    rest = int(first.rpartition("next:")[2].rstrip(";"), 16)
    check(rest == much + 16384 * PAGE, "next", hex(rest))
    check(len(p.written(rest, much + 20000 * PAGE - rest, 1)) == 20000 - 16384,
          "the rest")
    check(p.written(much, 20000 * PAGE) == [], "all reset")
    check(p.free(base, 0, 0x8000) == 0, "free")
    p.r.expect("D;%x" % p.pid, "OK")


run(test)
