# SPDX-License-Identifier: Apache-2.0
"""gdb's monitor commands: help as gdbserver's, and allocation."""
from lib.harness import Session, check_in, check_match, gdb, run


def test():
    s = Session("tcp-launched", "hello")
    out = gdb(s.program, s.gdb_connect(), "break main", "continue",
              "monitor help", "monitor allocate 0 2000 3000 4",
              "monitor regions", "monitor nonsense", "info inferiors",
              "continue")
    check_in("The following monitor commands are supported:", out)
    check_in("Quit GDBserver", out)
    check_in("Unknown monitor command.", out)
    base = check_match(r"\b(?:0x)?([0-9a-f]{6,16})\b", out[out.find(
        "Quit GDBserver"):]).group(1)
    s2 = Session("tcp-launched", "hello")
    out = gdb(s2.program, s2.gdb_connect(), "break main", "continue",
              "monitor allocate 0 1000 3000 4",
              "python a = gdb.execute('monitor regions', to_string=True)",
              "python import re; at = re.search(r'(?:0x)?([0-9a-f]{6,16})', "
              "a).group(1)",
              "python gdb.execute('set {int}0x%s = 77' % at)",
              "python gdb.execute('print {int}0x%s' % at)",
              "python gdb.execute('monitor free %s' % at)",
              "python gdb.execute('print {int}0x%s' % at)", "continue")
    check_in("$1 = 77", out)
    check_in("Cannot access memory", out)
    check_in("exited with code 07]", out)
    assert base


run(test)
