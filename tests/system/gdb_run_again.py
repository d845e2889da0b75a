# SPDX-License-Identifier: Apache-2.0
"""One extended connection: run, kill and attach again and again, with and
without the shell, a wrapper, a folder, the environment."""
from lib.harness import (Inferior, Server, alive, check, check_in,
                         check_order, gdb, inferior, run, tmp, tracer_of)


def again():
    server = Server("--multi", "127.0.0.1:0")
    program = inferior("hello")
    threads = inferior("threads")
    other = Inferior("threads", 2)
    again = ["file " + program, "break add", "run"]
    turn = ["set remote exec-file " + program, *again, "kill", "delete",
            "file " + threads, "attach %d" % other.pid, "detach", *again,
            "continue", "delete"]
    out = gdb(program, "target extended-remote " + server.address,
              *turn * 4, seconds=170)
    check(out.count("add (a=41") == 8, "runs: %d" % out.count("add (a=41"),
          out)
    check(out.count("killed]") == 4, "kills", out)
    check(out.count("detached]") == 4, "detaches", out)
    check(out.count("exited with code 07]") == 4, "ends", out)
    check(alive(other.pid) and tracer_of(other.pid) == 0, "the attached one")


def settings():
    server = Server("--multi", "--wrapper", "env", "RSPD_TEST=wrapped", "--",
                    "127.0.0.1:0")
    program = inferior("hello")
    out = gdb(program, "target extended-remote " + server.address,
              "set remote exec-file " + program, "set cwd " + tmp(),
              "run one '*'", "set startup-with-shell off",
              "run two '*'", "unset environment RSPD_TEST", "run",
              "set environment RSPD_TEST mine", "run")
    check(out.count("exited with code 07]") == 4, "ends", out)
    server.wait_stdout("arg 1: one", "arg 1: two", "arg 2: *",
                       "env: wrapped", "cwd: " + tmp())
    # The wrapper comes after the environment that gdb sets.
    check("env: mine" not in server.stdout_text(), "the wrapper's value")


def restart():
    """Without extended-remote's run: the old R packet."""
    server = Server("--multi", "127.0.0.1:0", inferior("hello"), "once")
    pid = server.inferior_pid()
    out = gdb(inferior("hello"), "target extended-remote " + server.address,
              "break add", "continue", "maint packet R0",
              "maint packet vKill;%x" % pid, "disconnect")
    check_order(out, "add (a=41", "sending: R0")
    check_in("vKill", out)
    server.wait_line(r"created; pid = \d+(.|\n)*created; pid = \d+")


def test():
    again()
    settings()
    restart()


run(test)
