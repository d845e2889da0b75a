# SPDX-License-Identifier: Apache-2.0
"""Virtual memory, sections 4 to 6 and 8: rounding, each type at each place,
frees in the order of their checks, mappings that the program made."""
from lib.harness import check, run
from lib.vm import (FAULT, MAP, PAGE, PROTECT, READ, UNMAP, WRITE, Program,
                    maps)

EINVAL, INVALID, TOO_LITTLE = -0x16, -0x63, -0xc
RESERVE, COMMIT, BOTH = 0x2000, 0x1000, 0x3000
RESET, UNDO = 0x80000, 0x1000000
AT = 0x220000000
LIMIT = 0x7ffffffff000


def rounding(p):
    """Section 4: every page that holds a byte of it."""
    # address, size -> base, size
    for addr, size, base, whole in (
            (AT + 0x1010, PAGE, AT, 3 * PAGE), (AT + 0x8000, 1, AT, 9 * PAGE),
            (AT + 0xffff, 2, AT, 17 * PAGE), (AT, 1, AT, PAGE),
            (AT + 0xfff, 1, AT, PAGE), (AT + 0xfff, 2, AT, 2 * PAGE)):
        check(p.allocate(addr, size, RESERVE, 4) == base, "base", hex(addr))
        got = p.query(base)
        check(got[1] == base and got[3] == whole, "size", got, hex(whole))
        rest = p.query(base + whole)
        check(rest[4] == 0x10000, "the rest of the block is free", rest)
        check(p.allocate(base + whole, PAGE, RESERVE, 4) == INVALID,
              "nothing is reserved there")
        check(p.free(base, 0, 0x8000) == 0, "release")
    check(p.allocate(AT, 16 * PAGE, RESERVE, 4) == AT, "reserve")
    for addr, size, first, count in ((AT + 0x1fff, 2, 1, 2),
                                     (AT + 0x4010, PAGE, 4, 2),
                                     (AT + 0x7fff, 1, 7, 1)):
        got = p.allocate(addr, size, COMMIT, 4)
        check(got == AT + first * PAGE, "commit's base", hex(got))
        got = p.query(got)
        check(got[3:5] == (count * PAGE, 0x1000), "committed", got)
    check(p.protect(AT + 0x1fff, 2, 2) == 4, "protect")
    check(p.query(AT + PAGE)[3:6] == (2 * PAGE, 0x1000, 2), "both pages")
    check(p.free(AT + 0x4fff, 2, 0x4000) == 0, "decommit")
    check(p.query(AT + 3 * PAGE)[3:5] == (4 * PAGE, 0x2000), "both pages")
    check(p.free(AT + 0xfff, 0, 0x8000) == 0, "in the first page")


def types_at_places(p):
    """Section 5's table.  Two regions of 16 pages, side by side; of the first
    the pages from 8 on are reserved only."""
    check(p.allocate(AT, 16 * PAGE, BOTH, 4) == AT, "first")
    check(p.allocate(AT + 0x10000, 0x10000, BOTH, 4) == AT + 0x10000, "second")
    check(p.free(AT + 8 * PAGE, 8 * PAGE, 0x4000) == 0, "decommit")
    p.r.write(AT, b"kept")
    reserved, two, free = AT + 8 * PAGE, AT + 15 * PAGE, AT + 0x100000
    for kind in (RESERVE, BOTH):
        for at in (reserved, AT, two, AT + 0x1f000):
            check(p.allocate(at, 2 * PAGE, kind, 4) == INVALID, "taken",
                  hex(kind), hex(at))
        got = p.allocate(free, PAGE, kind, 4)
        check(got == free and
              p.query(free)[4] == (0x1000 if kind & COMMIT else 0x2000), "new")
        check(p.free(free, 0, 0x8000) == 0, "release")
    for kind in (COMMIT, RESET, UNDO):
        for at in (free, two, AT + 0x1f000):
            check(p.allocate(at, 2 * PAGE, kind, 4) == INVALID, "not in one",
                  hex(kind), hex(at))
    for kind in (RESET, UNDO):
        check(p.allocate(0, PAGE, kind, 4) == EINVAL, "at 0")
        check(p.allocate(reserved, PAGE, kind, 2) == reserved, "nothing")
        check(p.query(reserved)[4] == 0x2000, "reserved as before")
        check(p.allocate(AT, PAGE, kind, 2) == AT, "committed pages")
        check(p.query(AT)[3:6] == (8 * PAGE, 0x1000, 4), "as before")
    check(p.r.read(AT, 4) == b"kept", "undone is intact")
    check(p.allocate(AT, 2 * PAGE, COMMIT, 2) == AT, "commit over committed")
    check(p.r.read(AT, 4) == b"kept", "keeps the data")
    check(p.touch(WRITE, AT, 1)[0] == [FAULT], "takes the new protection")
    check(p.allocate(reserved, PAGE, COMMIT | 0x100000, 4) == reserved,
          "TOP_DOWN does not matter here")
    check(p.touch(READ, reserved) == ([], 0), "reads zero")
    for base in (AT, AT + 0x10000):
        check(p.free(base, 0, 0x8000) == 0, "release")


def top_down(p):
    """Above all that is allocated without it, each next one lower."""
    low = p.allocate(0, PAGE, RESERVE, 4)
    first = p.allocate(0, PAGE, RESERVE | 0x100000, 4)
    second = p.allocate(0, 0x10001, BOTH | 0x100000, 4)
    check(low < second < first < LIMIT, "the order", hex(low), hex(second),
          hex(first))
    check(first - second >= 0x20000 and second % 0x10000 == 0, "the gap")
    check(p.allocate(AT, PAGE, RESERVE | 0x100000, 4) == AT, "not at ours")
    for base in (low, first, second, AT):
        check(p.free(base, 0, 0x8000) == 0, "release")
    implied = p.allocate(0, PAGE, COMMIT, 4)
    check(p.query(implied)[4] == 0x1000, "COMMIT at 0 reserves")
    check(p.free(implied, 0, 0x8000) == 0, "release")


def frees(p):
    """Section 6, in the order of its checks."""
    check(p.allocate(AT, 8 * PAGE, BOTH, 4) == AT, "allocate")
    for addr, size, kind, want in (
            (AT, 0, 0, EINVAL), (AT, 0, 0xc000, EINVAL), (AT, 0, 0x8001, EINVAL),
            (AT, 0, 0x4001, EINVAL), (AT, 0, 0x8002, EINVAL),
            (AT, PAGE, 0x8000, EINVAL), (0, 0, 0xc000, EINVAL),
            (LIMIT, 0, 0x8000, EINVAL), (LIMIT - PAGE, 2 * PAGE, 0x4000, EINVAL),
            (AT, 2**64 - 1, 0x4000, EINVAL), (0, 0, 0x8000, INVALID),
            (AT - 1, 0, 0x8000, INVALID), (AT - 1, 2, 0x4000, INVALID),
            (AT + 8 * PAGE, 0, 0x8000, INVALID),
            (AT + PAGE, 0, 0x8000, INVALID), (AT + PAGE, 0, 0x4000, INVALID),
            (AT, 8 * PAGE + 1, 0x4000, EINVAL),
            (AT + 7 * PAGE, 2 * PAGE, 0x4000, EINVAL),
            (p.at["probed"], 0, 0x8000, EINVAL),
            (p.at["probed"], 1, 0x4000, EINVAL)):
        got = p.free(addr, size, kind)
        check(got == want, "free", (hex(addr), hex(size), hex(kind)), got)
    check(p.query(AT)[3:5] == (8 * PAGE, 0x1000), "nothing is changed")
    p.r.write(AT + 2 * PAGE, b"x")
    check(p.free(AT + 2 * PAGE, PAGE, 0x4000) == 0, "decommit")
    check(p.free(AT + PAGE, 3 * PAGE, 0x4000) == 0, "reserved ones among them")
    check(p.allocate(AT + 2 * PAGE, PAGE, COMMIT, 4) > 0, "commit")
    check(p.r.read(AT + 2 * PAGE, 1) == b"\0", "zero")
    check(p.free(AT + 0xfff, 0, 0x4000) == 0, "all of it")
    check(p.query(AT)[3:6] == (8 * PAGE, 0x2000, 0), "is reserved")
    check(p.free(AT, 0, 0x8000) == 0, "release")
    check(p.free(AT, 0, 0x8000) == INVALID, "and again")
    check(p.free(AT, 0, 0x4000) == INVALID, "and again")


def changed_by_the_program(p):
    """Section 8's protections, as the program's own mprotect makes them."""
    check(p.allocate(AT, PAGE, BOTH, 0x40) == AT, "allocate")
    for bits, want in ((1, 2), (3, 4), (5, 0x20), (7, 0x40), (4, 0x10),
                       (0, 1)):
        check(p.touch(PROTECT, AT, bits)[0] == [], "mprotect")
        check(p.query(AT)[4:6] == (0x1000, want), "query", bits, p.query(AT))
        p.r.write(AT, b"\5")
        check(p.r.read(AT, 1) == b"\5", "the debugger's all the same", bits)
    check(p.free(AT, 0, 0x8000) == 0, "release")


def mapped(p, at, prot, flags):
    p.put("probe_to", flags)
    check(p.touch(MAP, at, prot) == ([], at), "mmap", hex(at))


def mapped_by_the_program(p):
    """Section 8: what it mapped itself, anonymous and of a file that is no
    program."""
    shared, private, anonymous = 1, 2, 0x20
    image, view, own = 0x1000000, 0x40000, 0x20000
    for prot, flags, state, protect, kind in (
            (3, private | anonymous, 0x1000, 4, own),
            (7, private | anonymous, 0x1000, 0x40, own),
            (4, private | anonymous, 0x1000, 0x10, own),
            (0, private | anonymous, 0x2000, 0, own),
            (1, shared | anonymous, 0x1000, 2, view),
            (0, shared | anonymous, 0x1000, 1, view),
            (3, shared | anonymous, 0x1000, 4, view),
            (1, private, 0x1000, 2, view), (3, private, 0x1000, 8, view),
            (7, private, 0x1000, 0x80, view), (5, private, 0x1000, 0x20, view),
            (3, shared, 0x1000, 4, view), (7, shared, 0x1000, 0x40, view)):
        mapped(p, AT, prot, flags)
        allocated = protect or 1
        got = p.query(AT + 5)
        check(got[:3] == (AT, AT, allocated) and got[4:] ==
              (state, protect, kind), "query", (prot, flags),
              [hex(v) for v in got])
        check(got[3] == PAGE, "size", got)
        check(p.free(AT, 0, 0x8000) == EINVAL, "not ours to free")
        check(p.protect(AT, 1, 2) == INVALID, "in no region")
        check(p.allocate(AT, PAGE, BOTH, 4) == INVALID, "taken")
    check(p.query(p.at["probed"])[6] == image, "the program")
    check(p.touch(UNMAP, AT, PAGE)[0] == [], "munmap")


def replaced_by_another_kind(p):
    """A page of a region becomes memory of another kind: the region ends."""
    for flags in (1, 2, 0x21):
        for page in (0, 2, 7):
            check(p.allocate(AT, 8 * PAGE, BOTH, 4) == AT, "allocate")
            mapped(p, AT + page * PAGE, 3, flags)
            check(p.query(AT + page * PAGE)[6] == 0x40000, "what is there")
            check(p.free(AT, 0, 0x8000) == EINVAL, "no region")
            check(p.query(AT + 5 * PAGE)[6] == 0x20000, "the program's own")
            if not flags & 0x20:
                check(p.r.read(AT + page * PAGE, 1) == b"f", "kept")
            check(p.touch(UNMAP, AT, 8 * PAGE)[0] == [], "munmap")


def test():
    p = Program()
    before = maps(p.pid)
    rounding(p)
    types_at_places(p)
    top_down(p)
    frees(p)
    changed_by_the_program(p)
    mapped_by_the_program(p)
    replaced_by_another_kind(p)
    check(maps(p.pid) == before, "all is as it was")
    check(p.allocate(0, LIMIT - 0x10000, RESERVE, 4) == TOO_LITTLE, "no gap")
    p.r.expect("D;%x" % p.pid, "OK")


run(test)
