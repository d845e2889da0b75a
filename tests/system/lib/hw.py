# SPDX-License-Identifier: Apache-2.0
"""Has this machine debug registers that work?  Asked of gdb's native target,
so that rspd's own faults are never taken for the machine's."""
import functools
import subprocess

from lib import harness


@functools.lru_cache(maxsize=None)
def have_debug_registers():
    program = harness.inferior("hello")
    out = subprocess.run(
        [harness.GDB, "-batch", "-nx", "-iex", "set debuginfod enabled off",
         "-ex", "break main", "-ex", "run", "-ex", "watch global",
         "-ex", "continue", "-ex", "kill", program],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    return "Hardware watchpoint" in out.stdout and "New value" in out.stdout
