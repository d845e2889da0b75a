# SPDX-License-Identifier: Apache-2.0
"""_M and _m through lldb's own packet command, in both forms, and the memory
as lldb sees it."""
from lib.harness import Session, check, check_match, lldb, run


def test():
    s = Session("tcp-launched", "hello")
    send = "process plugin packet send "
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name main",
               "continue", "script import re",
               "script r = lldb.SBCommandReturnObject(); "
               "run = lambda c: (lldb.debugger.GetCommandInterpreter()"
               ".HandleCommand(c, r), r.GetOutput())[1]",
               "script at = re.search(r'response: ([0-9a-f]+)', "
               "run('" + send + "_M0,3000,3000,40')).group(1); "
               "print('BASE', at)",
               "script print(run('memory write -s 8 0x%s 0x1122' % at))",
               "script print(run('memory read -fx -s8 -c1 0x%s' % at))",
               "script print(run('memory region 0x%s' % at))",
               "script print(run('" + send + "_m%s,0,8000' % at))",
               send + "_M1000,rx", send + "_M1000,q", send + "_M1,r,",
               send + "_M", "continue")
    base = int(check_match(r"BASE ([0-9a-f]+)", out).group(1), 16)
    check(base % 0x10000 == 0, "not a multiple of the granularity")
    check_match(r"0x0000000000001122", out)
    check_match(r"\[0x0*%x-0x0*%x\) rwx" % (base, base + 0x3000), out)
    check_match(r"response: OK", out)
    check(out.count("response: E16") == 3, "bad requests must be E16", out)
    check_match(r"exited with status = 7", out)


run(test)
