# SPDX-License-Identifier: Apache-2.0
"""rspd's monitor commands from lldb."""
from lib.harness import Session, check_in, check_match, lldb, run


def test():
    s = Session("tcp-launched", "hello")
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name main",
               "continue", "process plugin packet monitor help",
               "process plugin packet monitor allocate 0x2000 rw",
               "process plugin packet monitor regions",
               "process plugin packet monitor nonsense", "continue")
    check_in("The following monitor commands are supported:", out)
    base = check_match(r"(?m)^(0x[0-9a-f]+)$", out).group(1)
    check_match(r"(?m)^%s +0x2000 +%s +committed +rw" % (base, base), out)
    check_in("Unknown monitor command.", out)
    check_in("exited with status = 7", out)


run(test)
