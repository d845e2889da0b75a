# SPDX-License-Identifier: Apache-2.0
"""gdb compares the program's code with the file by qCRC."""
from lib.harness import Session, check_order, gdb, run


def test():
    s = Session("tcp-launched", "contract")
    out = gdb(s.program, s.gdb_connect(), "break main", "continue",
              "compare-sections .text", "set var *(char *) tick = 0x90",
              "compare-sections .text", "kill")
    check_order(out, "Section .text", "matched", "Section .text",
                "MIS-MATCHED")


run(test)
