# SPDX-License-Identifier: Apache-2.0
# variants: attached-term attached-hup attached-int launched-term launched-hup attached-running flood
"""A signal to end: attached programs go on as if nothing had been, launched
ones end, within 8 seconds."""
import signal
import time

from lib.harness import (Inferior, Server, check, check_in, gone, run,
                         tracer_of, variant)
from lib.rsp import Rsp, base_of, launch, packet, symbols

SIGNALS = {"term": signal.SIGTERM, "hup": signal.SIGHUP,
           "int": signal.SIGINT}


def test():
    how = variant("attached-term")
    sig = SIGNALS.get(how.rpartition("-")[2], signal.SIGTERM)
    if how.startswith("launched"):
        server = launch("threads", 2)
        pid = server.inferior_pid()
        r = Rsp(server)
        r.as_gdb()
        server.terminate(sig)
        gone(pid, 8)
        return
    program = Inferior("detach_check", 8)
    server = Server("--attach", "localhost:0", program.pid)
    r = Rsp(server)
    r.as_gdb()
    at = (symbols("detach_check")["round_done"][0] +
          base_of(program.pid, "detach_check"))
    r.expect("Z0,%x,1" % at, "OK")
    if how == "attached-running":
        r.expect("z0,%x,1" % at, "OK")
        r.resume()
    else:
        r.resume()
        check(r.stop_reply().startswith("T05"), "no breakpoint")
    if how == "flood":
        r.raw(packet("qXfer:features:read:target.xml:0,fff0") * 300)
    begin = time.monotonic()
    status = server.terminate(sig)
    check(time.monotonic() - begin < 8, "took too long")
    check(status >= 0 or status == -sig, "exit status %d" % status)
    check(tracer_of(program.pid) == 0, "still traced")
    check_in("PASS", program.output(60))


run(test)
