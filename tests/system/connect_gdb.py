# SPDX-License-Identifier: Apache-2.0
"""gdb through `rspd connect` as a pipe: breakpoint, ^C, and the program's
end."""
# variants: break interrupt
import os
import signal
import subprocess
import time

from lib.harness import (RSPD, Server, check_in, gdb, inferior, need_gdb, run,
                         start, state_of, variant, wait_until)
from lib.pki import CA, client_cert, client_options, server_cert, server_options


def pipe(ca, server):
    return "target remote | %s connect %s localhost:%d" % (
        RSPD, " ".join(client_options(ca, client_cert(ca))), server.port)


def breakpoint(ca, options):
    program = inferior("hello")
    server = Server("--once", *options, "localhost:0", program)
    text = gdb(program, pipe(ca, server), "break main", "continue", "bt",
               "delete", "continue")
    check_in("Breakpoint 1, main", text)
    check_in("exited with code 07", text)
    assert server.wait() == 0


def interrupt(ca, options):
    """gdb's ^C goes to its process group, with the pipe's process in it."""
    program = inferior("threads")
    server = Server("--once", *options, "localhost:0", program, "2")
    argv = [need_gdb(), "-batch", "-nx", "-iex", "set confirm off",
            "-ex", pipe(ca, server), "-ex", "continue", "-ex", "info threads",
            "-ex", "kill", program]
    process = start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, start_new_session=True)
    out = b""
    # It runs once gdb has read the library that the program loads last.
    wait_until(lambda: tracee_runs(server), what="the program to run")
    time.sleep(2)
    os.killpg(process.pid, signal.SIGINT)
    out = process.communicate(timeout=60)[0].decode()
    print(out)
    check_in("SIGINT", out)
    check_in("Thread", out)
    check_in("killed", out)
    assert server.wait() == 0


def tracee_runs(server):
    return state_of(server.inferior_pid()) in ("R", "S")


def test():
    ca = CA("ca")
    options = server_options(server_cert(ca), ca)
    (breakpoint if variant("break") == "break" else interrupt)(ca, options)


run(test)
