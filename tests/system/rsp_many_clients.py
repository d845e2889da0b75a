# SPDX-License-Identifier: Apache-2.0
"""Descriptors and memory are constant over 500 connections."""
import os
import re

from lib.harness import check, run
from lib.rsp import Rsp, launch


def measure(pid):
    with open("/proc/%d/status" % pid) as f:
        rss = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
    return len(os.listdir("/proc/%d/fd" % pid)), rss


def test():
    server = launch("threads", 1, options=())
    for turn in range(500):
        r = Rsp(server)
        r.expect("qC", "QC.*")
        if turn % 3 == 0:
            r.reset()
        else:
            r.close()
        if turn == 100:
            fds, rss = measure(server.pid)
    now_fds, now_rss = measure(server.pid)
    check(now_fds <= fds + 1, "descriptors: %d, then %d" % (fds, now_fds))
    # AddressSanitizer's quarantine grows for a while.
    check(now_rss < rss + 65536, "memory: %d KiB, then %d" % (rss, now_rss))


run(test)
