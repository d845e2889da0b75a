# SPDX-License-Identifier: Apache-2.0
"""Virtual memory, sections 4 to 11: protect, query, and what allocate and free
say of modifiers and reset, row by row."""
from lib.harness import check, run
from lib.vm import PAGE, Program, maps

LIMIT = 0x7ffffffff000
EINVAL, INVALID, NOMEM = -0x16, -0x63, -0xc
UNSUPPORTED = -0x5f


def modifiers(p):
    """Section 2: which protections there are."""
    for low in range(0x100):
        for high in range(8):
            value = high << 8 | low
            if bin(low).count("1") > 2:
                continue
            good = (bin(low).count("1") == 1 and bin(high).count("1") < 2 and
                    not (high and low == 1) and low not in (8, 0x80))
            got = p.allocate(0, PAGE, 0x2000, value)
            check((got > 0) == good, "protection %x" % value, got)
            if got > 0:
                check(p.query(got)[2] == value, "allocation-protect")
                p.free(got, 0, 0x8000)
            else:
                check(got == EINVAL, "code", value, got)


def types(p, base):
    rows = [
        (0, PAGE, 0x400000, 4, EINVAL), (0, PAGE, 0x402000, 2, EINVAL),
        (0, PAGE, 0x402000, 4, UNSUPPORTED),
        (0, PAGE, 0x502000, 4, UNSUPPORTED), (0, PAGE, 0x403000, 4, EINVAL),
        (0, PAGE, 0x201000, 4, EINVAL), (0, PAGE, 0x20001000, 4, EINVAL),
        (0, PAGE, 0x20002000, 4, EINVAL), (0, PAGE, 0x20003000, 4, EINVAL),
        (0x100000, 0x200000, 0x20003000, 4, EINVAL),
        (base, PAGE, 0x80000, 4, base), (base, PAGE, 0x81000, 4, EINVAL),
        (base, PAGE, 0x80000, 0, EINVAL), (0, PAGE, 0x80000, 4, EINVAL),
        (base, PAGE, 0x1000000, 4, base), (0, PAGE, 0x1000000, 4, EINVAL),
        (base, 9 * PAGE, 0x80000, 4, INVALID),
        (base, 9 * PAGE, 0x1000000, 4, INVALID),
        (base, PAGE, 0x1000, 8, EINVAL), (base, PAGE, 0x1000, 0x80, EINVAL),
        (0x200000000, PAGE, 0x1000, 8, INVALID),
        (0, PAGE, 0x40002000, 4, EINVAL), (0, PAGE, 0x803000, 4, EINVAL),
        (0, PAGE, 0x43000, 4, EINVAL), (0, LIMIT, 0x2000, 4, NOMEM),
        (0, LIMIT + 1, 0x2000, 4, EINVAL),
        (LIMIT - PAGE, PAGE + 1, 0x2000, 4, EINVAL),
    ]
    for addr, size, kind, protect, want in rows:
        got = p.allocate(addr, size, kind, protect)
        check(got == want, "allocate", (hex(addr), hex(size), hex(kind),
                                        hex(protect)), got, want)


def protect(p, base):
    """Section 7, in the order of its checks."""
    # base: 4 committed, 1 reserved, 3 committed
    rows = [
        (base, PAGE, 0, EINVAL), (base, 0, 4, EINVAL), (base, PAGE, 3, EINVAL),
        (LIMIT, PAGE, 4, EINVAL), (LIMIT - 1, 2, 4, EINVAL),
        (base, 2**64 - 1, 4, EINVAL), (base, 2**32 + 4, 2**32 + 4, EINVAL),
        (0x200000000, PAGE, 4, INVALID), (p.at["probed"], 1, 4, INVALID),
        (base, 9 * PAGE, 8, INVALID), (base, 9 * PAGE, 4, INVALID),
        (base, 8 * PAGE, 8, EINVAL), (base, 8 * PAGE, 4, INVALID),
        (base + 4 * PAGE, 1, 4, INVALID),
        (base, PAGE, 2, 4), (base, PAGE, 0x104, 2), (base, 1, 0x202, 0x104),
        (base, 1, 4, 2), (base + 0xfff, 2, 0x20, 4),
        (base + PAGE, PAGE, 4, 0x20), (base, 4 * PAGE, 4, 0x20),
    ]
    for addr, size, value, want in rows:
        got = p.protect(addr, size, value)
        check(got == want, "protect", (hex(addr), hex(size), hex(value)), got,
              want)


def query(p, base):
    """Section 8."""
    def runs(at, *want):
        for size, state, prot in want:
            got = p.query(at + 0x123)
            check(got == (at, base, 4, size * PAGE, state, prot, 0x20000),
                  "query", [hex(v) for v in got], (size, state, prot))
            at += size * PAGE
    runs(base, (4, 0x1000, 4), (1, 0x2000, 0), (3, 0x1000, 4))
    runs(base + PAGE, (3, 0x1000, 4))
    p.protect(base + PAGE, PAGE, 0x102)
    runs(base, (1, 0x1000, 4), (1, 0x1000, 0x102), (2, 0x1000, 4))
    p.free(base + PAGE, 3 * PAGE, 0x4000)
    runs(base, (1, 0x1000, 4), (4, 0x2000, 0), (3, 0x1000, 4))
    free = p.query(base + 8 * PAGE)
    check(free[0] == base + 8 * PAGE and free[1:3] == (0, 0) and
          free[4:] == (0x10000, 1, 0), "free", free)
    check(free[3] >= 8 * PAGE, "to the next mapping", free)
    check(p.query(LIMIT) == EINVAL and p.query(2**64 - 1) == EINVAL, "limit")
    check(p.query(0) [4] == 0x10000, "page 0")
    attribute = p.allocate(0, PAGE, 0x3000, 0x204)
    check(p.query(attribute)[5] == 0x204, "attribute")
    check(p.protect(attribute, 1, 2) == 0x204, "old value")
    check(p.query(attribute)[2:6] == (0x204, PAGE, 0x1000, 0x202), "kept")
    check(p.protect(base, 1, 0x202) == 4 and p.query(base)[5] == 2, "dropped")


def others(p):
    """Section 8: memory that the program mapped itself."""
    for start, end, perms, name in maps(p.pid):
        if start >= LIMIT or start >> 32 == 1:
            continue
        got = p.query(start)
        table = {"r--p": 2, "r-xp": 0x20, "rw-p": 4, "---p": 1}
        if name.startswith("/"):
            want = (start, got[1], got[2], end - start, 0x1000,
                    8 if perms == "rw-p" else table[perms], 0x1000000)
            check(got[1] <= start, "allocation base")
        elif perms == "---p":
            want = (start, start, 1, end - start, 0x2000, 0, 0x20000)
        elif name in ("[stack]", "[heap]", "[vdso]"):
            want = (start, start, table[perms], end - start, 0x1000,
                    table[perms], 0x20000)
        else:
            continue
        check(got == want, "query of " + name, got, want, perms)


def near(p):
    for at in (p.at["probed"], maps(p.pid)[-3][0], 0x7f0000000000):
        got = p.allocate(0, 3 * PAGE, 0x3000, 0x40, at)
        check(got > 0 and got % 0x10000 == 0 and
              abs(got - at) < 2**31 - 3 * PAGE, "near", hex(at), hex(got))
        check(p.touch(2, got, 1)[0] == [], "touch")
        check(p.free(got, 0, 0x8000) == 0, "free")
    for addr, size, kind, at, want in (
            (0, PAGE, 0x3000, 0, EINVAL), (0, PAGE, 0x3000, LIMIT, EINVAL),
            (0x200000000, PAGE, 0x3000, 0x200000000, EINVAL),
            (0, PAGE, 0x103000, 0x200000000, EINVAL),
            (0, 2**32, 0x2000, 0x200000000, NOMEM)):
        check(p.allocate(addr, size, kind, 4, at) == want, "near", at, want)


def test():
    p = Program()
    for word in ("VirtualAlloc+", "QVirtualProtect+", "qVirtualQuery+",
                 "qGetWriteWatch+"):
        check(word in p.r.features, "not offered: " + word, p.r.features)
    regs = p.r.ask("g")
    modifiers(p)
    base = p.allocate(0, 8 * PAGE, 0x3000, 4)
    types(p, base)
    check(p.free(base + 4 * PAGE, 1, 0x4000) == 0, "decommit")
    protect(p, base)
    query(p, base)
    check(p.r.ask("g") == regs, "registers have changed")
    others(p)
    near(p)
    p.r.expect("D;%x" % p.pid, "OK")


run(test)
