# SPDX-License-Identifier: Apache-2.0
"""share/rspd/rspd_gdb.py: allocate, vmquery and the others in gdb."""
import os

from lib.harness import Session, check_in, check_match, gdb, run, tmp

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../share/rspd_gdb.py")


def test():
    s = Session("tcp-launched", "hello")
    out = gdb(s.program, "source " + SCRIPT, s.gdb_connect(), "break main",
              "continue", "help allocate", "complete allocate 1 PAGE_READW",
              "allocate 2*4096 PAGE_READWRITE", "set $at = $_",
              "set {int}$at = 77", "print {int}$at", "vmquery $at",
              "vmprotect $at 1 r", "vmquery &main", "vmregions",
              "vmfree $at", "print {int}$at",
              "allocate 4096 rw 0 MEM_COMMIT|MEM_RESERVE|MEM_WRITE_WATCH",
              "set {char}$_ = 1", "vmwritten $_ 4096", "allocate", "continue")
    check_in("Usage: allocate SIZE PROTECTION [ADDRESS] [TYPE]", out)
    check_in("allocate 1 PAGE_READWRITE\n", out)
    check_in("$1 = 77", out)
    check_match(r"size +0x2000", out)
    check_in("was PAGE_READWRITE", out)
    check_in("MEM_IMAGE", out)
    check_in("Cannot access memory", out)
    check_in("1 written", out)
    check_in("exited with code 07]", out)
    detach()


def detach():
    """The table is shown before it; a hook of the user's own stays."""
    s = Session("tcp-launched", "hello")
    out = gdb(s.program, "source " + SCRIPT, s.gdb_connect(),
              "allocate 8192 rx", "detach")
    check_match(r"Allocated in the program:\nbase .*\n0x\S+ +0x2000 .* rx\n"
                r"\[Inferior 1 .* detached\]", out)
    mine = os.path.join(tmp(), "mine.gdb")
    with open(mine, "w") as f:
        f.write("define hook-detach\necho mine\\n\nend\n")
    s = Session("tcp-launched", "hello")
    out = gdb(s.program, "source " + mine, "source " + SCRIPT,
              s.gdb_connect(), "detach")
    check_match(r"mine\n\[Inferior 1 .* detached\]", out)


run(test)
