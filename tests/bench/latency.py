# SPDX-License-Identifier: Apache-2.0
"""How long everyday work takes over a slow link, for rspd and its peers.

	RSPD=build/release/rspd INFERIORS=build/release/tests/inferiors \\
		PYTHONPATH=tests/system python3 tests/bench/latency.py [MS...]

The scenarios of packets.py, with so many milliseconds each way (0, 20, 100).
Not a test: seconds depend on the machine.  The last column is what counts.
"""
import os
import sys
import time

from lib.harness import RSPD, need, run
from packets import SCENARIOS, measure


def test():
    delays = [int(word) for word in sys.argv[1:]] or [0, 20, 100]
    rows = []
    for name, scenario in SCENARIOS.items():
        for delay in delays:
            seconds = []
            for server in (RSPD, need(scenario.peer)):
                begin = time.monotonic()
                measure(scenario, server, delay / 1000)
                seconds.append(time.monotonic() - begin)
            rows.append((name, delay, scenario.peer, *seconds,
                         seconds[0] / seconds[1]))
    print("\n%-12s%8s%18s%10s%10s%10s" % ("scenario", "ms", "peer", "rspd s",
                                         "peer s", "ratio"))
    for row in rows:
        print("%-12s%8d%18s%10.1f%10.1f%10.2f" % row)


run(test)
