# SPDX-License-Identifier: Apache-2.0
"""A packet longer than PacketSize is discarded in bounded memory; the next
one is answered."""
import re

from lib.harness import check, run
from lib.rsp import Closed, Rsp, launch


def rss_mib(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024


def test():
    server = launch("threads", 1, options=())
    before = rss_mib(server.pid)
    for body in (b"m" * (1 << 20), b"M0,1:" + b"00" * (8 << 20),
                 b"qSupported:" + b"a+;" * 300000):
        r = Rsp(server)
        r.no_ack()
        try:
            r.raw(b"$" + body + b"#00")
            r.send("qC")
            while not (r.receive(20) or b"").startswith(b"QC"):
                pass
        except (Closed, ConnectionError):
            pass
        r.close()
        check(rss_mib(server.pid) - before < 256, "memory grew")
    r = Rsp(server)
    r.as_gdb()
    size = int(r.features["PacketSize"], 16)
    check(size >= 0x4000, "PacketSize %x" % size)
    # The longest that was promised is taken.
    n = (size - 64) // 2
    r.refused("M10,%x:%s" % (n, "00" * n))
    r.expect("qC", "QC.*")


run(test)
