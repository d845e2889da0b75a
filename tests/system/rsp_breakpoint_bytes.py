# SPDX-License-Identifier: Apache-2.0
# variants: detach gone sigterm
"""When the client has gone for good, every byte of a breakpoint is restored,
and no thread is left stopped or stepping."""
import time

from lib.harness import (Inferior, Server, check, run, state_of, tracer_of,
                         variant)
from lib.rsp import Rsp, base_of, symbols


def code(pid, at):
    with open("/proc/%d/mem" % pid, "rb") as f:
        f.seek(at)
        return f.read(16)


def test():
    program = Inferior("threads", 6)
    pid = program.pid
    at = symbols("threads")["work"][0] + base_of(pid, "threads")
    before = code(pid, at)
    server = Server("--once", "--attach", "localhost:0", pid)
    r = Rsp(server).as_gdb()
    for n in range(0, 12):
        r.ask("Z0,%x,1" % (at + n))
    for n in range(1, 12):
        r.ask("z0,%x,1" % (at + n))
    check(code(pid, at)[:1] == b"\xcc", "no breakpoint was inserted")
    check(r.read(at, 16) == before, "the client sees its breakpoint")
    for _ in range(10):
        r.resume()
        check(r.stop_reply().startswith("T05"), "no hit")
    # Threads with queued hits, others in the middle of a step.
    how = variant("detach")
    if how == "detach":
        r.expect("D;%x" % pid, "OK")
        r.close()
    elif how == "gone":
        r.resume()
        r.reset()
    else:
        server.terminate()
    server.wait(10)
    check(code(pid, at) == before, "bytes are not restored")
    check(tracer_of(pid) == 0, "still traced")
    time.sleep(0.3)
    check(program.process.poll() is None, "the program died")
    check(state_of(pid) in "RS", "it is " + state_of(pid))


run(test)
