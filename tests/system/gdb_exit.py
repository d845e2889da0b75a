# SPDX-License-Identifier: Apache-2.0
"""A program runs to its end under gdb: output, exit code, rspd's own end."""
from lib.harness import Session, check, check_in, gdb, run


def test():
    s = Session("tcp-launched", "hello", "first", "second")
    out = gdb(s.program, s.gdb_connect(), "continue")
    check_in("exited with code 07]", out)
    check(s.server.wait() == 0, "rspd's exit status")
    said = s.server.stdout_text()
    for text in ("arg 1: first", "arg 2: second", "global: 42", "env: (none)",
                 "aslr: off"):
        check_in(text, said)
    check_in("Child exited with status 7", s.server.text())
    check_in("Remote debugging from host", s.server.text())
    check_in("created; pid = ", s.server.text())


run(test)
