# SPDX-License-Identifier: Apache-2.0
# variants: kernel faults
# timeout: 600
"""Random virtual-memory packets against a small model of the specification.

After each step the kernel's own view (/proc/PID/maps) is compared with the
model; now and then the program touches a page, and what it meets must be what
the model says.  RSPD_VM_STEPS and RSPD_VM_SEED make it longer, or the same."""
import os
import random
import resource
import signal

from lib.harness import check, run, variant
from lib.vm import FAULT, GUARD, PAGE, READ, WRITE, Program, maps

ARENA = 0x300000000
PAGES = 64
GRAIN = 16
EINVAL, INVALID = -0x16, -0x63
GOOD = (1, 2, 4, 0x10, 0x20, 0x40, 0x102, 0x104, 0x120, 0x140, 0x204, 0x404)
BAD = (0, 3, 8, 0x80, 0x101, 0x304, 0x804, 0x100)
PERMS = {1: "---", 2: "r--", 4: "rw-", 0x10: "r-x", 0x20: "r-x", 0x40: "rwx"}


class Region:
    def __init__(self, base, count, protect, committed, watched):
        self.base, self.count, self.protect = base, count, protect
        page = protect & 0x1ff if committed else None
        self.pages = [page] * count
        self.data = [0] * count
        self.written = [False] * count
        self.watched = watched


class Model:
    """Pages are numbers, from ARENA on."""

    def __init__(self):
        self.regions = []

    def at(self, page):
        for r in self.regions:
            if r.base <= page < r.base + r.count:
                return r
        return None

    def holding(self, first, last):
        r = self.at(first)
        return r if r and last <= r.base + r.count else None

    @staticmethod
    def valid(protect):
        return protect in GOOD or protect in (8, 0x80)

    def allocate(self, addr, size, kind, protect):
        if size == 0 or not self.valid(protect):
            return EINVAL
        first, last = addr // PAGE, -(-(addr + size) // PAGE)
        if kind & 0x2000:
            if protect in (8, 0x80):
                return EINVAL
            first = first // GRAIN * GRAIN
            if any(self.at(i) for i in range(first, last)):
                return INVALID
            self.regions.append(Region(first, last - first, protect,
                                       kind & 0x1000, kind & 0x200000))
            return first * PAGE
        r = self.holding(first, last)
        if not r:
            return INVALID
        if kind == 0x1000:
            if protect in (8, 0x80):
                return EINVAL
            for i in range(first - r.base, last - r.base):
                r.pages[i] = protect & 0x1ff
        return first * PAGE

    def free(self, addr, size, kind):
        if kind not in (0x4000, 0x8000) or (kind == 0x8000 and size):
            return EINVAL
        first, last = addr // PAGE, -(-(addr + size) // PAGE)
        r = self.at(first)
        if not r or (not size and first != r.base):
            return INVALID
        if kind == 0x8000:
            self.regions.remove(r)
            return 0
        if not size:
            last = first + r.count
        if last > r.base + r.count:
            return EINVAL
        for i in range(first - r.base, last - r.base):
            r.pages[i], r.data[i], r.written[i] = None, 0, False
        return 0

    def protect(self, addr, size, protect):
        if not self.valid(protect) or size == 0:
            return EINVAL
        first, last = addr // PAGE, -(-(addr + size) // PAGE)
        r = self.holding(first, last)
        if not r:
            return INVALID
        if protect in (8, 0x80):
            return EINVAL
        part = range(first - r.base, last - r.base)
        if any(r.pages[i] is None for i in part):
            return INVALID
        old = r.pages[first - r.base] | r.protect & 0x600
        for i in part:
            r.pages[i] = protect & 0x1ff
        return old

    def query(self, addr):
        page = addr // PAGE
        r = self.at(page)
        if not r:
            return None
        at = page - r.base
        count = 1
        while at + count < r.count and r.pages[at + count] == r.pages[at]:
            count += 1
        state, protect = 0x2000, 0
        if r.pages[at] is not None:
            state, protect = 0x1000, r.pages[at] | r.protect & 0x600
        return (page * PAGE, r.base * PAGE, r.protect, count * PAGE, state,
                protect, 0x20000)

    def watch(self, addr, size, flags):
        if size == 0 or flags > 1:
            return EINVAL
        first, last = addr // PAGE, -(-(addr + size) // PAGE)
        r = self.holding(first, last)
        if not r or not r.watched:
            return EINVAL
        out = [i for i in range(first - r.base, last - r.base) if r.written[i]]
        for i in out:
            r.written[i] = r.written[i] and not flags
        return [(r.base + i) * PAGE for i in out]

    def touch(self, kind, addr, value):
        """What the program meets; the page's new first byte."""
        r = self.at(addr // PAGE)
        i = addr // PAGE - r.base if r else 0
        seen = []
        if not r or r.pages[i] is None:
            return [FAULT], None
        if r.pages[i] & 0x100:
            seen.append(GUARD)
            r.pages[i] &= ~0x100
        need = "r" if kind == READ else "w"
        if need not in PERMS[r.pages[i]]:
            return seen + [FAULT], None
        if kind == WRITE:
            r.data[i], r.written[i] = value, True
        return seen, r.data[i]

    def store(self, addr, value):
        """The debugger's."""
        r = self.at(addr // PAGE)
        i = addr // PAGE - r.base if r else 0
        if not r or r.pages[i] is None:
            return False
        r.data[i], r.written[i] = value, True
        return True


def compare_maps(p, model, by_kernel):
    """Permissions of every page of the arena."""
    got = ["    "] * PAGES
    for start, end, perms, _ in maps(p.pid):
        for page in range(max(start // PAGE, ARENA // PAGE),
                          min(end // PAGE, ARENA // PAGE + PAGES)):
            got[page - ARENA // PAGE] = perms
    for page in range(PAGES):
        r = model.at(ARENA // PAGE + page)
        want = "    "
        if r:
            value = r.pages[ARENA // PAGE + page - r.base]
            want = "---p"
            if value is not None and not value & 0x100:
                want = PERMS[value] + "p"
        has = got[page]
        if r and r.watched and not by_kernel and want[1] == "w":
            want, has = want.replace("w", "-"), has.replace("w", "-")
        check(has == want, "page %d" % page, has, want)


class Walk:
    def __init__(self, seed, by_kernel):
        self.random = random.Random(seed)
        self.model = Model()
        self.p = Program()
        self.by_kernel = by_kernel
        if not by_kernel:
            resource.prlimit(self.p.pid, resource.RLIMIT_NOFILE, (0, 0))
        self.log = []

    def place(self):
        r = self.random
        addr = ARENA + r.randrange(PAGES) * PAGE
        if r.random() < 0.4:
            addr = addr // 0x10000 * 0x10000
        if r.random() < 0.2:
            addr += r.randrange(PAGE)
        size = r.choice((1, 2, PAGE, PAGE, 2 * PAGE, 5 * PAGE, 0x10000, 0,
                         r.randrange(0x20000)))
        return addr, min(size, ARENA + PAGES * PAGE - addr)

    def value(self):
        r = self.random
        return r.choice(BAD) if r.random() < 0.1 else r.choice(GOOD)

    def same(self, what, got, want, *args):
        self.log.append("%s %s: %s" % (what, [hex(a) for a in args], want))
        check(got == want, "the model differs", "\n".join(self.log[-20:]),
              got, want)

    def allocate(self):
        addr, size = self.place()
        kind = self.random.choice((0x1000, 0x1000, 0x1000, 0x2000, 0x3000,
                                   0x203000, 0x202000, 0x80000, 0x1000000,
                                   0x103000))
        protect = self.value()
        self.same("allocate", self.p.allocate(addr, size, kind, protect),
                  self.model.allocate(addr, size, kind, protect), addr, size,
                  kind, protect)

    def free(self):
        addr, size = self.place()
        if self.random.random() < 0.4:
            size = 0
        kind = self.random.choice((0x4000, 0x4000, 0x8000, 0xc000))
        r = self.model.at(addr // PAGE)
        if r is None and size == 0 and kind in (0x4000, 0x8000):
            pass
        self.same("free", self.p.free(addr, size, kind),
                  self.model.free(addr, size, kind), addr, size, kind)

    def protect(self):
        addr, size = self.place()
        value = self.value()
        self.same("protect", self.p.protect(addr, size, value),
                  self.model.protect(addr, size, value), addr, size, value)

    def query(self):
        addr, _ = self.place()
        got, want = self.p.query(addr), self.model.query(addr)
        if want is None:
            check(got[4] == 0x10000, "free", got)
        else:
            self.same("query", got, want, addr)

    def watch(self):
        addr, size = self.place()
        r = self.model.at(addr // PAGE)
        if r and self.random.random() < 0.7:
            addr, size = r.base * PAGE, r.count * PAGE
        flags = self.random.randrange(3)
        self.same("written", self.p.written(addr, size, flags),
                  self.model.watch(addr, size, flags), addr, size, flags)

    def touch(self):
        addr = self.place()[0] & ~(PAGE - 1)
        kind = self.random.choice((READ, WRITE, WRITE))
        value = self.random.randrange(1, 256)
        seen, result = self.p.touch(kind, addr, value)
        want, data = self.model.touch(kind, addr, value)
        self.same("touch", seen, want, kind, addr, value)
        if kind == READ and data is not None:
            self.same("value", result, data, addr)

    def debugger(self):
        addr = self.place()[0] & ~(PAGE - 1)
        value = self.random.randrange(1, 256)
        want = self.model.store(addr, value)
        self.same("store", self.p.r.ask("M%x,1:%02x" % (addr, value)),
                  "OK" if want else "E0e", addr)
        self.same("load", self.p.r.ask("m%x,1" % addr),
                  "%02x" % value if want else "E0e", addr)

    def run(self, steps):
        for _ in range(steps):
            step = self.random.choices(
                (self.allocate, self.free, self.protect, self.query,
                 self.watch, self.touch, self.debugger),
                (6, 3, 4, 3, 2, 2, 2))[0]
            step()
            compare_maps(self.p, self.model, self.by_kernel)
        self.p.r.expect("D;%x" % self.p.pid, "OK")
        # In a long run its alarm was not passed on.
        os.kill(self.p.pid, signal.SIGKILL)


def test():
    seed = int(os.environ.get("RSPD_VM_SEED", "0")) or os.getpid()
    steps = int(os.environ.get("RSPD_VM_STEPS", "2000"))
    print("RSPD_VM_SEED=%d" % seed)
    walk = Walk(seed, variant("kernel") == "kernel")
    walk.run(steps)


run(test)
