# SPDX-License-Identifier: Apache-2.0
"""vAttach in non-stop mode: the process runs until it is told to stop, and
its registers are described all the same."""
from lib.harness import (Inferior, Server, check, check_in, check_match,
                         run, state_of, wait_until)
from lib.rsp import Rsp


def test():
    server = Server("--once", "--multi", "127.0.0.1:0")
    inferior = Inferior("threads", 2)
    r = Rsp(server)
    r.as_gdb()
    r.expect("!", "OK")
    r.expect("QNonStop:1", "OK")
    r.expect("vAttach;%x" % inferior.pid, "OK")
    check(state_of(inferior.pid) not in "tT", "it stands")
    text = r.xfer("features", "target.xml").decode()
    check_in('name="rip"', text)
    r.expect("Hgp%x.%x" % (inferior.pid, inferior.pid), "OK")
    r.expect("vCont;t:p%x.-1" % inferior.pid, "OK")
    wait_until(lambda: r.receive(0.2) is None and r.notifications,
               what="the stop")
    stop = r.notifications[-1].decode()
    r.expect("Hg" + check_match("thread:([^;]+);", stop).group(1), "OK")
    registers = r.ask("g")
    check(len(registers) > 400, "registers", registers)
    r.expect("D;%x" % inferior.pid, "OK")


run(test)
