# SPDX-License-Identifier: Apache-2.0
"""rspd's monitor commands from lldb."""
from lib.harness import Session, check_in, lldb, run


def test():
    s = Session("tcp-launched", "hello")
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name main",
               "continue", "process plugin packet monitor help",
               "process plugin packet monitor allocate 0 2000 3000 4",
               "process plugin packet monitor regions",
               "process plugin packet monitor nonsense", "continue")
    check_in("The following monitor commands are supported:", out)
    check_in("Unknown monitor command.", out)
    check_in("exited with status = 7", out)


run(test)
