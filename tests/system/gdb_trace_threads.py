# SPDX-License-Identifier: Apache-2.0
# variants: all-stop non-stop
"""Tracepoints in many threads beside breakpoints; nothing is left of them."""
import os
import re

from lib.harness import Session, check, check_order, gdb, run, tmp, tracer_of
from lib.harness import variant, wait_until

ALL_STOP = """
trace work
actions
collect n
while-stepping 12
collect $rip, $rsp
end
end
break lap
break work if n == 2
tstart
continue
continue
continue
continue
continue
continue
tstatus
tstop
tfind start
print n
x/i $pc
tfind none
tstart
continue
detach
"""

# All but the thread that has hit the breakpoint run meanwhile.
NON_STOP = """
break lap
continue
set circular-trace-buffer on
trace work
actions
collect n
while-stepping 12
collect $rip, $rsp
end
end
tstart
shell sleep 1
tstatus
tstop
tfind start
print n
x/i $pc
tfind none
tstart
detach
"""


def code(pid, addr):
    with open("/proc/%d/mem" % pid, "rb") as f:
        f.seek(addr)
        return f.read(16)


def test():
    how = variant("all-stop")
    attached = how == "all-stop"
    s = Session("tcp-attached" if attached else "tcp-launched", "threads", 6)
    pid = s.inferior.pid if attached else s.server.inferior_pid()
    path = os.path.join(tmp(), "commands")
    with open(path, "w") as f:
        f.write(ALL_STOP if attached else NON_STOP)
    setup = [] if attached else ["set non-stop on"]
    out = gdb(s.program, *setup, s.gdb_connect(), "print/x (long)&work",
              "source " + path)
    work = int(re.search(r"\$1 = (0x[0-9a-f]+)", out).group(1), 16)
    check_order(out, "Trace is running on the target", "Found trace frame 0",
                "$2 = ", "<work+", "detached")
    n = re.search(r"Collected (\d+) trace frames|of (\d+) created", out)
    n = int(n.group(1) or n.group(2))
    check(n >= 13, "only %d frames" % n, out)
    wait_until(lambda: tracer_of(pid) == 0, what="the end of tracing")
    check(b"\xcc" not in code(pid, work), "a trap was left", code(pid, work))
    os.kill(pid, 9)


run(test)
