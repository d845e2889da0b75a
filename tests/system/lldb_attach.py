# SPDX-License-Identifier: Apache-2.0
# variants: name wait orwait
"""lldb attaches by name: to a process that is there, to the next one, or to
whichever comes."""
import os
import shutil
import threading
import time

from lib.harness import (Inferior, Server, alive, check, check_order, inferior,
                         lldb, run, start, tmp, tracer_of, variant)


def test():
    how = variant("name")
    # A name that nobody else's test has.
    program = os.path.join(tmp(), "p%d" % os.getpid())
    shutil.copy(inferior("threads"), program)
    name = os.path.basename(program)
    server = Server("--multi", "127.0.0.1:0")
    connect = ["platform select remote-linux",
               "platform connect connect://" + server.address,
               "target create " + program]
    old = None
    if how != "orwait":
        old = start([program, "1"])
        time.sleep(0.1)
    late = []
    if how != "name":
        def later():
            server.wait_line("a session beside")
            time.sleep(4)
            late.append(start([program, "1"]))
        threading.Thread(target=later, daemon=True).start()
    option = {"name": "", "wait": " --waitfor",
              "orwait": " --waitfor --include-existing"}[how]
    out = lldb(None, *connect, "process attach --name " + name + option,
               # An exec that was under way may come first.
               "breakpoint set --name lap", "continue", "continue",
               "process detach")
    pid = (late[0] if late else old).pid
    check_order(out, "Process %d stopped" % pid, "stop reason = breakpoint",
                "detached")
    check(alive(pid) and tracer_of(pid) == 0, "not let go")
    if how == "wait":
        check(tracer_of(old.pid) == 0 and alive(old.pid), "the old one")


run(test)
