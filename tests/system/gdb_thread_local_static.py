# SPDX-License-Identifier: Apache-2.0
# variants: dynamic static static-pie without-thread-db
"""A thread-local variable in a dynamic and in a static program, and with a
libthread_db that cannot be found, as the user may say."""
import os
import subprocess

from lib.harness import (Server, check_in, check_order, gdb, inferior, need,
                         run, skip, tmp, variant)

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../inferiors/threads.c")


def static_program(how):
    program = os.path.join(tmp(), "threads-static")
    made = subprocess.run([need("cc"), "-g", "-O0", "-D_GNU_SOURCE", "-" + how,
                           "-pthread", "-o", program, SOURCE],
                          capture_output=True, text=True)
    if made.returncode != 0:
        skip("no static programs can be made here: " + made.stderr[-200:])
    return program


def test():
    how = variant("dynamic")
    program = (static_program(how) if how.startswith("static")
               else inferior("threads"))
    server = Server("--once", "127.0.0.1:0", program, "3")
    more = (["monitor set libthread-db-search-path /nowhere"]
            if how == "without-thread-db" else [])
    out = gdb(program, "target remote " + server.address, *more,
              "break work if n == 2", "continue", "finish", "print own",
              "set var own = 77", "print own", "delete",
              "break work if n == 1", "continue", "finish", "print own",
              "kill")
    if how == "without-thread-db":
        # As gdbserver: the user has said that there is to be none.
        check_in("Cannot find thread-local", out)
        return
    check_order(out, "$1 = 2", "$2 = 77", "$3 = 1")


run(test)
