# SPDX-License-Identifier: Apache-2.0
"""gdb's monitor commands: help as gdbserver's, and allocation."""
from lib.harness import Session, check_in, check_match, gdb, run


def test():
    s = Session("tcp-launched", "hello")
    out = gdb(s.program, s.gdb_connect(), "break main", "continue",
              "monitor help", "monitor allocate 0x2000 rw",
              "monitor regions", "monitor nonsense", "info inferiors",
              "continue")
    check_in("The following monitor commands are supported:", out)
    check_in("Quit GDBserver", out)
    check_in("Unknown monitor command.", out)
    # What was given is in the table of regions.
    base = check_match(r"(?m)^(0x[0-9a-f]+)$", out).group(1)
    check_match(r"(?m)^%s +0x2000 +%s +committed +rw" % (base, base), out)
    s2 = Session("tcp-launched", "hello")
    out = gdb(s2.program, s2.gdb_connect(), "break main", "continue",
              "monitor allocate 4096 rw",
              "python a = gdb.execute('monitor regions', to_string=True)",
              "python import re; at = re.search(r'0x[0-9a-f]+', a).group(0)",
              "python gdb.execute('set {int}%s = 77' % at)",
              "python gdb.execute('print {int}%s' % at)",
              "python gdb.execute('monitor free %s' % at)",
              "python gdb.execute('print {int}%s' % at)", "continue")
    check_in("$1 = 77", out)
    check_in("Cannot access memory", out)
    check_in("exited with code 07]", out)


run(test)
