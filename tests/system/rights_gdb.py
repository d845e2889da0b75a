# SPDX-License-Identifier: Apache-2.0
"""gdb with "observe" alone: it looks, all the rest is refused in words, and
nothing hangs; the program then goes on as if nothing had been."""
from lib.harness import (Inferior, Server, check, check_in, check_match,
                         check_not_in, gdb, inferior, run, tracer_of,
                         wait_until)


def test():
    program = Inferior("sleeper", "10")
    server = Server("--once", "--rights", "observe", "--attach",
                    "127.0.0.1:0", program.pid)
    out = gdb(inferior("sleeper"), "set sysroot /",
              "target remote " + server.address,
              "info registers rip", "bt", "x/2i $pc", "info threads",
              "break main", "continue", "stepi",
              "set var $rax = 1", "monitor rights",
              "call (int) getpid()", "echo [again]\\n", "delete", "continue",
              "bt", "monitor exit", "detach")
    check_match(r"^rip +0x", out)
    check(out.count("#0 ") >= 2, "no backtrace", out)
    # gdb since 16 shows the error, before that what the server has to say.
    check_match(r'(rspd|failure reply): "control" is not permitted '
                r'\(role --rights\)', out)
    check_in("permitted: observe\n", out)
    check_match(r"(?s)refused before: .*control", out)
    check_not_in("Connection closed", out)
    check_match(r"(?m)^\[Inferior 1 \(process %d\) detached\]" % program.pid,
                out)
    server.wait_line('Refused: "control" is not permitted')
    check(server.wait() == 0, "exit status")
    wait_until(lambda: tracer_of(program.pid) == 0, what="the detach")
    program.output()
    check(program.status() == 0, "the program's end")


run(test)
