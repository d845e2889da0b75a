# SPDX-License-Identifier: Apache-2.0
# variants: gdb lldb
# timeout: 400
"""Random packets to a real process: each is answered, whatever came before.

What is sent is a request that makes sense, with this process's own numbers, or
an example of tests/common/request_examples.h; some bytes of it may be changed.
More, and other ones: RSPD_TEST_STEPS, RSPD_TEST_SEED.
"""
import os

from lib.harness import check, run, variant
from lib.monkey import Monkey


def test():
    steps = int(os.environ.get("RSPD_TEST_STEPS", "300"))
    seed = int(os.environ.get("RSPD_TEST_SEED", "1"))
    monkey = Monkey(seed, variant("gdb"))
    try:
        while steps > 0:
            n = monkey.rng.randrange(1, 60)
            monkey.session(min(n, steps))
            steps -= n
    finally:
        monkey.end_others(0)
    check(monkey.server.process.poll() is None, "rspd ended")


run(test)
