# SPDX-License-Identifier: Apache-2.0
# variants: detach gone exit kill
"""--once: rspd ends without a signal when its session is over."""
from lib.harness import (Inferior, Server, check, check_in, run, variant)
from lib.rsp import Rsp, launch


def test():
    how = variant("detach")
    if how in ("detach", "gone"):
        program = Inferior("detach_check", 5)
        server = Server("--once", "--attach", "localhost:0", program.pid)
        r = Rsp(server).as_gdb()
        if how == "detach":
            r.expect("D;%x" % program.pid, "OK")
        r.close()
        check(server.wait(10) == 0, "exit status")
        check_in("PASS", program.output(60))
    else:
        server = launch("hello")
        r = Rsp(server).as_gdb()
        if how == "exit":
            r.resume()
            check(r.stop_reply().startswith("W07"), "no exit reply")
        else:
            r.send("vKill;%x" % server.inferior_pid())
            check(r.receive() == b"OK", "vKill")
        r.close()
        check(server.wait(10) == 0, "exit status")


run(test)
