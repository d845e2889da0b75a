# SPDX-License-Identifier: Apache-2.0
"""share/rspd/rspd_lldb.py: allocate, vmquery and the others in lldb."""
import os

from lib.harness import Session, check_in, check_match, lldb, run

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../share/rspd_lldb.py")


def test():
    s = Session("tcp-launched", "hello")
    out = lldb(s.program, "command script import " + SCRIPT, s.lldb_connect(),
               "breakpoint set --name main", "continue", "help allocate",
               "allocate 2*4096 PAGE_READWRITE 0x200000000",
               "vmquery 0x200000000", "vmprotect 0x200000000 1 r",
               "vmquery (long)&main", "vmregions", "vmfree 0x200000000",
               "vmregions", "help vmfree", "continue", "vmfree")
    check_in("Allocate memory in the program", out)
    check_match(r"(?m)^0x200000000$", out)
    check_match(r"size +0x2000", out)
    check_in("was PAGE_READWRITE", out)
    check_in("MEM_IMAGE", out)
    check_in("Free what allocate gave", out)
    check_in("exited with status = 7", out)


run(test)
