# SPDX-License-Identifier: Apache-2.0
"""_M and _m as docs/allocation.md has them, row by row."""
from lib.harness import check, run
from lib.rsp import Rsp, launch, symbols, base_of

# packet, reply (regular expression); {a} is a region's base, see below
ROWS = [
    # parameters
    ("_M0,0,3000,4", "E16"), ("_Mffff,1000,3000,4", "E16"),
    ("_M0,1000,0,4", "E16"), ("_M0,1000,4000,4", "E16"),
    ("_M0,1000,8000,4", "E16"), ("_M0,1000,3001,4", "E16"),
    ("_M0,1000,80003000,4", "E16"), ("_M0,1000,3000,0", "E16"),
    ("_M0,1000,3000,3", "E16"), ("_M0,1000,3000,100", "E16"),
    ("_M0,1000,3000,101", "E16"), ("_M0,1000,3000,304", "E16"),
    ("_M0,1000,3000,804", "E16"), ("_M0,1000,3000,8", "E16"),
    ("_M0,1000,3000,80", "E16"), ("_M0,ffffffffffffffff,3000,4", "E16"),
    ("_M7ffffffff000,1000,3000,4", "E16"), ("_M0,1000,103000,", "E16"),
    # an address is not moved
    ("_M{a},1000,3000,4", "E63"), ("_M{a},1000,2000,4", "E63"),
    ("_M{code},1000,3000,4", "E63"), ("_M200000000,1000,1000,4", "E63"),
    # commit inside the region (reserved, 4 pages)
    ("m{a},1", "E0e"), ("M{a},1:00", "E0e"),
    ("_M{a+fff},2,1000,4", "{a}"), ("m{a},1", "00"),
    ("M{a+1000},1:77", "OK"), ("m{a+2000},1", "E0e"),
    ("_M{a},4000,1000,2", "{a}"), ("m{a+1000},1", "77"),
    ("_M{a},5000,1000,4", "E63"), ("_M{a},4000,1000,1", "{a}"),
    ("m{a+1000},1", "77"), ("M{a+1000},1:78", "OK"),
    # free
    ("_m{a},0,0", "E16"), ("_m{a},0,c000", "E16"), ("_m{a},1000,8000", "E16"),
    ("_m{a},5000,4000", "E16"), ("_m{a+1000},0,4000", "E63"),
    ("_m{a+1000},0,8000", "E63"), ("_m{code},0,8000", "E16|E63"),
    ("_m0,0,8000", "E63"), ("_m7ffffffff000,0,8000", "E16"),
    ("_m{a+1000},1,4000", "OK"), ("m{a+1000},1", "E0e"),
    ("_M{a+1000},1,1000,4", "{a+1000}"), ("m{a+1000},1", "00"),
    ("_m{a},0,4000", "OK"), ("m{a},1", "E0e"), ("_m{a+fff},0,8000", "OK"),
    ("_m{a},0,8000", "E63"),
    # at the place of the old one
    ("_M{a+1010},1000,3000,40", "{a}"), ("m{a+2ff0},10", "(00){16}"),
    ("_m{a},0,8000", "OK"),
    # lldb's own form
    ("_M1000,q", "E16"), ("_M1000,rwx,", "E16"), ("_M1000", "E16"),
    ("_M,rw", "E16"), ("_M0,rw", "E16"), ("_m", "E16"), ("_mzz", "E16"),
    ("_m{a}", "E63"),
]


def test():
    server = launch("threads", 2)
    pid = server.inferior_pid()
    r = Rsp(server).as_gdb()
    code = base_of(pid, "threads") + (symbols("threads")["work"][0] & ~0xfff)
    regs = r.ask("g")
    base = int(r.expect("_M0,4000,2000,4", "[0-9a-f]+").group(0), 16)
    check(base % 0x10000 == 0, "granularity", hex(base))
    for body, want in ROWS:
        names = {"{a}": base, "{a+fff}": base + 0xfff, "{code}": code,
                 "{a+1000}": base + 0x1000, "{a+2000}": base + 0x2000,
                 "{a+1010}": base + 0x1010, "{a+2ff0}": base + 0x2ff0}
        for name, value in names.items():
            body = body.replace(name, "%x" % value)
            want = want.replace(name, "%x" % value)
        r.expect(body, want)
    for letters, prot in (("", ""), ("r", "r"), ("rw", "rw"), ("w", "rw"),
                          ("x", "rx"), ("rx", "rx"), ("wx", "rwx"),
                          ("rwx", "rwx")):
        at = r.expect("_M2000,%s" % letters, "[0-9a-f]+").group(0)
        region = r.ask("qMemoryRegionInfo:" + at)
        check("permissions:%s;" % prot in region or not prot, "permissions",
              letters, region)
        check("start:%s;size:2000;" % at.rjust(1) in region, "bounds", region)
        r.expect("_m" + at, "OK")
    check(r.ask("g") == regs, "registers have changed")


run(test)
