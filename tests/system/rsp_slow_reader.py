# SPDX-License-Identifier: Apache-2.0
"""A client that does not read stalls itself and grows nothing; it gets all
replies, in order, when it reads."""
import re
import threading
import time

from lib.harness import check, run
from lib.rsp import Rsp, launch, packet


def rss_mib(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024


def test():
    server = launch("threads", 1)
    r = Rsp(server)
    r.as_gdb()
    pc = r.ask("qC")
    before = rss_mib(server.pid)
    auxv = packet("qXfer:features:read:target.xml:0,fff0")
    count = 2000
    sender = threading.Thread(
        target=lambda: r.sock.sendall(auxv * count + packet("qC")),
        daemon=True)
    r.sock.settimeout(60)
    sender.start()
    time.sleep(2)
    check(rss_mib(server.pid) - before < 200, "memory grew",
          rss_mib(server.pid))
    seen = 0
    while True:
        reply = r.receive(30)
        check(reply is not None, "replies stopped after %d" % seen)
        if reply.decode("latin-1") == pc:
            break
        check(reply[:1] in (b"m", b"l"), "wrong reply", reply[:100])
        seen += 1
    check(seen == count, "%d of %d replies" % (seen, count))


run(test)
