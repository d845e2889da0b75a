# SPDX-License-Identifier: Apache-2.0
"""g, G, p and P agree with each other and with target.xml; bad ones change
nothing."""
import re

from lib.harness import check, run
from lib.rsp import Rsp, launch


def test():
    server = launch("threads", 2)
    r = Rsp(server).as_gdb()
    xml = r.xfer("features", "target.xml").decode()
    for include in re.findall(r'<xi:include href="([^"]+)"', xml):
        xml += r.xfer("features", include).decode()
    names = re.findall(r'<reg name="([^"]+)" bitsize="(\d+)"', xml)
    check(len(names) > 40, "few registers", xml)
    for name in ("rax", "rip", "eflags", "st0", "xmm0", "fs_base"):
        check(any(n == name for n, _ in names), "no " + name)
    everything = r.ask("g")
    total = sum(int(bits) for _, bits in names) // 4
    check(len(everything) == total, "g has %d digits, target.xml %d" %
          (len(everything), total))
    at = 0
    for number, (name, bits) in enumerate(names):
        digits = int(bits) // 4
        reply = r.ask("p%x" % number)
        check(reply in ("", everything[at:at + digits]), "p and g differ",
              name, reply)
        at += digits
    r.refused("p%x" % len(names))
    # Changed and changed back.
    changed = "0102030405060708" + everything[16:]
    r.expect("G" + changed, "OK")
    check(r.ask("g") == changed, "G had no effect")
    r.expect("P0=8877665544332211", "OK")
    check(r.ask("g").startswith("8877665544332211"), "P had no effect")
    for bad in ("P0=88", "P0=887766554433221100", "G00", "G" + everything[2:],
                "G" + everything + "00", "Gxx" + everything[2:]):
        r.error(bad)
    r.expect("P0=" + everything[:16], "OK")
    check(r.ask("g") == everything, "not as before")


run(test)
