# SPDX-License-Identifier: Apache-2.0
# variants: interrupt terminate leave
"""A search through gigabytes keeps rspd from nothing: ^C, SIGTERM and the
client's leaving end it."""
import time

from lib.harness import check, run, skip, variant
from lib.rsp import Rsp, launch

SIZE = 1 << 31


def test():
    server = launch("threads", 1, options=("--multi",))
    r = Rsp(server).as_gdb()
    at = r.ask("_M0,%x,3000,4" % SIZE)
    if at.startswith("E"):
        skip("no 2 GiB of address space")
    at = int(at, 16)
    # The last bytes, so that there is a reply to compare with.
    r.write(at + 0x3000000, b"needle")
    r.expect("qSearch:memory:%x;%x;needle" % (at, 0x4000000),
             "1,%x" % (at + 0x3000000))
    r.expect("qSearch:memory:%x;%x;needle" % (at, 0x1000000), "0")
    r.expect("qCRC:%x,%x" % (at + 0x3000000, 6), "C[0-9a-f]+")
    # Slow to look for where all is zero.
    r.send(b"qSearch:memory:%x;%x;\0\0\0x" % (at, SIZE))
    check(r.receive(0.2) is None, "that was fast")
    if variant("interrupt") == "interrupt":
        r.interrupt()
        check((r.receive() or b"")[:1] == b"E", "answer to ^C")
        r.expect("m%x,1" % at, "00")
        return
    start = time.monotonic()
    if variant("interrupt") == "terminate":
        check(server.terminate() >= 0, "status")
    else:
        r.close()
        Rsp(server).as_gdb().expect("qC", "QC.*")
    print(time.monotonic() - start, "s")


run(test)
