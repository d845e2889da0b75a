# SPDX-License-Identifier: Apache-2.0
# variants: detach lost
"""A trace goes on without a debugger; the next one finds it and its data."""
import os

from lib.harness import Server, alive, check, check_order, gdb, inferior
from lib.harness import run, tmp, tracer_of, variant, wait_until
from lib.rsp import Rsp

DEFINE = """
set disconnected-tracing on
break lap
continue
delete
trace work if n == 1
actions
collect n, counters[1]
end
tstart
"""


def begin(server, program, how):
    path = os.path.join(tmp(), "define")
    with open(path, "w") as f:
        f.write(DEFINE)
    connect = "target remote " + server.address
    if how == "detach":
        return gdb(program, connect, "source " + path, "detach")
    # A gdb that is gone from one moment to the next while the program runs.
    gdb(program, connect, "source " + path, "disconnect")
    r = Rsp(server)
    r.as_gdb()
    r.expect("?", "T.*")
    r.resume()
    r.reset()
    return ""


def frames(server):
    """Looks in, and lets it go on."""
    r = Rsp(server)
    r.as_gdb()
    reply = r.ask("qTStatus")
    check(reply.startswith("T1;"), "no trace runs", reply)
    n = int(reply.split("tframes:")[1].split(";")[0], 16)
    r.expect("?", "T.*")
    r.resume()
    r.close()
    return n


def test():
    program = inferior("threads")
    server = Server("127.0.0.1:0", program, 3)
    pid = server.inferior_pid()
    begin(server, program, variant("detach"))
    check(tracer_of(pid) == server.pid, "it was let go")
    wait_until(lambda: frames(server) > 50, what="more frames")
    out = gdb(program, "target remote " + server.address, "info tracepoints",
              "tstop", "tstatus", "tfind start", "print n", "tfind 20",
              "print counters[1]", "tfind none", "detach")
    check_order(out, "Trace is already running on the target", "in work at",
                "collect n, counters[1]", "Trace stopped by a tstop command",
                "Found trace frame 0", "$1 = 1", "Found trace frame 20",
                "$2 = ")
    wait_until(lambda: tracer_of(pid) == 0, what="the end of tracing")
    check(alive(pid), "the program has gone")
    os.kill(pid, 9)


run(test)
