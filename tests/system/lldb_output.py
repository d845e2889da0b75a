# SPDX-License-Identifier: Apache-2.0
"""The program's output reaches lldb's user; its exit code, too."""
from lib.harness import Session, check, check_in, lldb, run


def test():
    s = Session("tcp-launched", "hello", "first")
    out = lldb(s.program, s.lldb_connect(), "continue")
    check_in("exited with status = 7", out)
    check(s.server.wait() == 0, "rspd's exit status")
    check_in("global: 42", out + s.server.stdout_text())
    check_in("arg 1: first", out + s.server.stdout_text())


run(test)
