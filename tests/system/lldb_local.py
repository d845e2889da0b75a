# SPDX-License-Identifier: Apache-2.0
# variants: basic expression watchpoint attach environment killed
"""Stock lldb debugs local programs through rspd in place of lldb-server."""
import os

from lib.harness import (RSPD, Inferior, check, check_in, check_order,
                         inferior, lldb, need_debug_registers, run, tmp, variant)


KILLER = """
import lldb, os, re, time
process = lldb.debugger.GetSelectedTarget().GetProcess()
with open("/proc/%d/status" % process.GetProcessID()) as f:
    os.kill(int(re.search("TracerPid:\\s+(\\d+)", f.read()).group(1)), 15)
end = time.monotonic() + 60
while process.GetState() != lldb.eStateExited and time.monotonic() < end:
    time.sleep(0.05)
"""


def killer():
    """Ends the server, and waits until lldb has seen it."""
    path = os.path.join(tmp(), "killer.py")
    with open(path, "w") as f:
        f.write(KILLER)
    return path


def test():
    env = {"LLDB_DEBUGSERVER_PATH": os.path.abspath(RSPD)}
    how = variant("basic")
    if how == "basic":
        out = lldb(inferior("hello"), "breakpoint set --name add",
                   "process launch --environment RSPD_TEST=local -- one",
                   "thread backtrace", "thread step-over",
                   "thread step-over", "frame variable sum", "continue",
                   env=env)
        check_order(out, "launched", "stop reason = breakpoint 1.1", "add(",
                    "(int) sum = 42", "exited with status = 7")
        check_in("arg 1: one", out)
        check_in("env: local", out)
        check_in("aslr: off", out)
    elif how == "expression":
        out = lldb(inferior("hello"), "breakpoint set --name add", "run",
                   "expression -- int s = 0; for (int i = 0; i < 5; i++) "
                   "s += a; s", "expression -- (int) add(20, 3)",
                   "continue", env=env)
        check_order(out, "stop reason = breakpoint 1.1", "$0 = 205",
                    "$1 = 23", "exited with status = 7")
    elif how == "watchpoint":
        need_debug_registers()
        out = lldb(inferior("hello"), "breakpoint set --name middle", "run",
                   "watchpoint set variable global", "continue", "continue",
                   env=env)
        check_order(out, "old value: 41", "new value: 42",
                    "exited with status = 7")
    elif how == "environment":
        env["RSPD_TEST"] = "inherited"
        out = lldb(inferior("hello"), "process launch", env=env)
        check_in("env: inherited", out)
        out = lldb(inferior("hello"), "settings set target.inherit-env false",
                   "process launch", env=env)
        check_in("env: (none)", out)
        check_in("exited with status = 7", out)
    elif how == "killed":
        out = lldb(inferior("hello"), "breakpoint set --name add",
                   "process launch", "command script import " + killer(),
                   "process status", env=env)
        check_order(out, "stop reason = breakpoint 1.1", "exited with status = "
                    "-1 (0xffffffff) debugserver died with signal SIGTERM")
    else:
        program = Inferior("threads", 3)
        out = lldb(inferior("threads"), "process attach --pid %d" %
                   program.pid, "breakpoint set --name lap", "continue",
                   "thread list", "process detach", env=env)
        check_order(out, "stop reason = breakpoint 1.1", "worker-1",
                    "detached")
        check(program.process.poll() is None, "the program ended")


run(test)
