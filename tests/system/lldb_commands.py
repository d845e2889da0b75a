# SPDX-License-Identifier: Apache-2.0
"""share/rspd/rspd_lldb.py: allocate, vmquery and the others in lldb."""
import os

from lib.harness import Session, check_in, check_match, lldb, run, tmp

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../share/rspd_lldb.py")
# Prints what lldb itself completes a line to.
COMPLETER = """\
import lldb


def complete(debugger, line, context, result, internal_dict):
    found = lldb.SBStringList()
    debugger.GetCommandInterpreter().HandleCompletion(
        line, len(line), 0, -1, found)
    print("completed " + line + " to", " ".join(
        found.GetStringAtIndex(i) for i in range(1, found.GetSize())) + ";")


def __lldb_init_module(debugger, internal_dict):
    debugger.HandleCommand("command script add -f completer.complete complete")
"""


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
    options()


def options():
    """Where lldb completes."""
    completer = os.path.join(tmp(), "completer.py")
    with open(completer, "w") as f:
        f.write(COMPLETER)
    s = Session("tcp-launched", "hello")
    out = lldb(s.program, "command script import " + completer,
               "command script import " + SCRIPT, s.lldb_connect(),
               "breakpoint set --name main", "continue",
               "complete allocate -p PAGE_READW",
               "complete allocate 4096 --type MEM_RES",
               "complete vmprotect --prot", "complete vmprotect -p PAGE_N",
               "complete vmquery globa",
               "allocate -p PAGE_READONLY|PAGE_GUARD 4096 0x200000000",
               "vmquery 0x200000000",
               "allocate -t MEM_RESERVE -p rw 4096",
               "vmprotect -p rx 0x200000000 1", "vmregions",
               "allocate -t MEM_COMMIT 4096")
    check_in("completed allocate -p PAGE_READW to PAGE_READWRITE "
             "PAGE_READWRITE|PAGE_GUARD;", out)
    check_in("to MEM_RESERVE MEM_RESET MEM_RESET_UNDO;", out)
    check_in("completed vmprotect --prot to --protection;", out)
    check_in("completed vmprotect -p PAGE_N to PAGE_NOACCESS;", out)
    check_in("completed vmquery globa to global;", out)
    check_in("was PAGE_READONLY|PAGE_GUARD", out)
    check_match(r"(?m)^0x1\w{8}$", out)
    check_in("error: Allocate memory in the program", out)


run(test)
