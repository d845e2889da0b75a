# SPDX-License-Identifier: Apache-2.0
"""extended-remote: run with arguments, environment, folder; kill; attach."""
from lib.harness import (Inferior, Server, check_in, check_order, gdb,
                         inferior, run, tmp, wait_until)


def test():
    server = Server("--multi", "localhost:0")
    other = Inferior("threads", 2)
    program = inferior("hello")
    out = gdb(program, "target extended-remote " + server.address,
              "set remote exec-file " + program, "set cwd " + tmp(),
              "set environment RSPD_TEST from gdb", "break add",
              "run one 'two words'", "backtrace 1", "continue",
              "run again", "kill", "info inferiors",
              "file " + inferior("threads"), "attach %d" % other.pid,
              "break work", "continue", "info threads", "detach",
              "set disable-randomization off",
              "file " + program, "delete", "run",
              "monitor exit")
    check_order(out, "add (a=41", "exited with code 07]", "add (a=41",
                "killed]", "work (n=", "detached]", "exited with code 07]")
    wait_until(lambda: server.process.poll() is not None,
               what="rspd's end after monitor exit")
    said = server.stdout_text()
    for text in ("arg 1: one", "arg 2: two words", "env: from gdb",
                 "cwd: " + tmp(), "aslr: off", "aslr: on", "global: 42"):
        check_in(text, said)


run(test)
