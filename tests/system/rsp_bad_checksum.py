# SPDX-License-Identifier: Apache-2.0
"""A wrong check sum is answered with NAK in ack mode, and never ends the
session; $#00 gets the empty reply."""
from lib.harness import check, run
from lib.rsp import Rsp, launch, packet


def test():
    server = launch("threads", 1)
    r = Rsp(server)
    r.raw(b"$qC#00")
    check(r.byte() == b"-", "no NAK")
    r.raw(packet("qC"))
    check(r.byte() == b"+", "no ack")
    first = r.receive(ack=False)
    check(first.startswith(b"QC"), "no reply", first)
    # A NAK of ours is answered by the same packet, once.
    r.raw(b"-")
    check(r.receive(ack=False) == first, "no retransmission")
    r.raw(b"+")
    check(r.receive(0.5) is None, "more than was asked for")
    r.raw(b"$#00")
    check(r.byte() == b"+", "no ack of the empty packet")
    check(r.receive() == b"", "the empty packet")
    r.raw(b"$qC#zz" + packet("qC"))
    check(r.byte() == b"-", "no NAK of bad digits")
    check(r.receive().startswith(b"QC"), "deaf")
    r.raw(b"-" * 1000 + packet("qC"))
    seen = 0
    while True:
        reply = r.receive(2)
        if reply is None:
            break
        if reply == b"-":
            r.buffer = r.buffer[1:]
        seen += 1
    check(1 <= seen <= 1002, "%d packets after 1000 NAKs" % seen)
    r.expect("qC", "QC.*")
    r.no_ack()
    r.raw(b"$qC#00")
    r.receive(1)
    r.buffer = b""
    r.expect("qC", "QC.*")


run(test)
