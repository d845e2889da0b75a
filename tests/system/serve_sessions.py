# SPDX-License-Identifier: Apache-2.0
"""rspd serve: several clients at a time, each with a session of its own, and
an end that lets go of everything."""
import signal

from lib.harness import (Inferior, Server, alive, check, gone, inferior, run,
                         tracer_of)
from lib.rsp import Rsp


def hexed(text):
    return text.encode().hex()


def test():
    server = Server("serve", "--rights", "all", "localhost:0")
    first, second = Rsp(server).no_ack(), Rsp(server).no_ack()
    for r in (first, second):
        r.supported("multiprocess+")
        r.expect("!", "OK")
    first.expect("vRun;" + hexed(inferior("threads")) + ";" + hexed("1"),
                 "T05.*")
    pid = int(first.expect("qC", r"QCp([0-9a-f]+)\..*").group(1), 16)
    other = Inferior("threads", "1")
    second.expect("vAttach;%x" % other.pid, "T.*")
    check(tracer_of(pid) and tracer_of(other.pid), "not traced")
    check(tracer_of(pid) != tracer_of(other.pid), "one session for both")
    # The end of one is not the other's.
    first.sock.close()
    gone(pid, 20)
    second.expect("qC", "QCp%x.*" % other.pid)
    # A signal lets go of all.
    check(server.terminate(signal.SIGTERM) == 0, "exit status")
    check(alive(other.pid) and tracer_of(other.pid) == 0, "not let go")


run(test)
