# SPDX-License-Identifier: Apache-2.0
# variants: first later stopped
"""A launched program has its signals as from a shell: none ignored, none
blocked; a stop signal on the way to it does not hold rspd; and rspd starts also
where nobody reads what it says."""
import os
import re
import subprocess

from lib.harness import RSPD, Server, check, inferior, run, start, variant
from lib.rsp import Rsp, launch


def of_status(pid):
    with open("/proc/%d/status" % pid) as f:
        text = f.read()
    return {name: int(re.search(name + r":\s+([0-9a-f]+)", text).group(1), 16)
            for name in ("SigIgn", "SigBlk", "SigPnd")}


def test():
    if variant("first") == "stopped":
        script = 'kill -STOP $$; kill -TSTP $$; exec "$0" "$@"'
        server = launch("threads", 2, options=("--once", "--wrapper", "sh",
                                               "-c", script, "--"))
        r = Rsp(server).as_gdb()
        r.expect("?", "T05.*")
        r.send("k")
        return
    if variant("first") == "first":
        server = launch("threads", 2)
        pid = server.inferior_pid()
    else:
        server = Server("--multi", "127.0.0.1:0")
        r = Rsp(server).as_gdb()
        r.expect("!", "OK")
        r.expect("vRun;%s" % inferior("threads").encode().hex(), "T.*")
        pid = int(re.match("QCp([0-9a-f]+)", r.ask("qC")).group(1), 16)
    check(not any(of_status(pid).values()), "signals", of_status(pid))
    # A pipe that nobody reads.
    end, fd = os.pipe()
    os.close(end)
    unheard = start([RSPD, "stdio", inferior("threads"), "2"],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=fd)
    os.close(fd)
    unheard.stdin.write(b"$QStartNoAckMode#b0")
    unheard.stdin.flush()
    reply = unheard.stdout.read(7)
    check(reply == b"+$OK#9a", "no answer", reply, unheard.poll())
    unheard.stdin.close()
    check(unheard.wait(30) >= 0, "ended by a signal", unheard.poll())


run(test)
