# SPDX-License-Identifier: Apache-2.0
# variants: ack noack
"""After any garbage a well-formed packet is answered right."""
import os
import random

from lib.harness import check, run, variant
from lib.rsp import Rsp, launch, packet

PIECES = [b"\x00" * 100, b"\xff\xfe\xfd" * 50, b"hello world\r\n",
          b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00",
          b"#00", b"#", b"$#", b"++++++++", b"%Stop:T05#00", b"}" * 10,
          b"*" * 10, b"$m#zz", b"$m0,1#", b"\x03" * 3,
          bytes(range(256)).replace(b"$", b"").replace(b"\x03", b"")]


def answers(r):
    """Two packets: the first may have been swallowed by an unfinished one."""
    for _ in range(2):
        r.raw(packet("qC"))
        for _ in range(20):
            reply = r.receive(3)
            if reply is None:
                break
            if reply == b"-":
                r.buffer = r.buffer[1:]
                continue
            if reply.startswith(b"QC"):
                return True
    return False


def test():
    server = launch("threads", 1, options=())
    r = Rsp(server)
    if variant("ack") == "noack":
        r.no_ack()
    rng = random.Random(int(os.environ.get("RSPD_TEST_SEED", "1")))
    for piece in PIECES:
        r.raw(piece)
        check(answers(r), "deaf after %r" % piece[:40])
    for _ in range(30):
        r.raw(bytes(rng.choice(b"$#%}*+-\x03mMgGZvq0123,;:\x80\xff")
                    for _ in range(rng.randrange(1, 300))))
        check(answers(r), "deaf after random bytes")
    check(server.process.poll() is None, "rspd ended")


run(test)
