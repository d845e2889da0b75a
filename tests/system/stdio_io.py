# SPDX-License-Identifier: Apache-2.0
"""In stdio mode the protocol has rspd's 0 and 1; the program's output does
not mix with it."""
import subprocess

from lib.harness import RSPD, check, inferior, run, start
from lib.rsp import packet


def test():
    process = start([RSPD, "--once", "-", inferior("hello")],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
    process.stdin.write(b"+" + packet("QStartNoAckMode") + b"+" +
                        packet("?") + packet("vCont;c"))
    process.stdin.flush()
    out = b""
    while b"$W07" not in out:
        data = process.stdout.read1(4096)
        check(data, "the end came without W07", out)
        out += data
    process.stdin.close()
    check(process.wait(20) == 0, "exit status")
    check(b"global: 42" not in out, "output is mixed with packets", out)


run(test)
