# SPDX-License-Identifier: Apache-2.0
"""0x03 stops the target, at any rate: between packets, inside of one, when
data was sent while it ran, and often."""
import time

from lib.harness import check, run
from lib.rsp import Rsp, launch, packet


def test():
    server = launch("threads", 4)
    r = Rsp(server).as_gdb()
    for turn in range(20):
        r.resume()
        if turn % 4 == 1:
            time.sleep(0.05)
        elif turn % 4 == 2:
            # Must be refused or wait; must not disable the interrupt.
            r.raw(packet("g"))
            time.sleep(0.05)
        elif turn % 4 == 3:
            r.raw(b"$m12")
            time.sleep(0.02)
        r.interrupt()
        if turn % 4 == 3:
            # Inside of a packet it may be taken for a part of it.
            time.sleep(0.1)
            r.raw(b"#00")
            r.interrupt()
        reply = r.stop_reply()
        for _ in range(3):
            if reply.startswith("T"):
                break
            reply = r.stop_reply()
        check(reply.startswith("T02"), "turn %d: %r" % (turn, reply))
        # What was sent while it ran may be answered now.
        while r.receive(0.1) is not None:
            pass
        r.buffer = b""
        r.expect("qC", "QC.*")


run(test)
