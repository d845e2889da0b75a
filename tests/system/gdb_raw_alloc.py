# SPDX-License-Identifier: Apache-2.0
"""_M and _m through gdb's own packet command, in both forms."""
import re

from lib.harness import Session, check, check_match, gdb, run


def test():
    s = Session("tcp-launched", "hello")
    out = gdb(s.program, s.gdb_connect(), "break main", "continue",
              "python reply = gdb.execute('maint packet _M0,3000,3000,40', "
              "to_string=True)",
              "python import re; at = re.search(r'received: \"([0-9a-f]+)\"',"
              " reply).group(1); print('BASE', at)",
              "python gdb.execute('set {long}0x%s = 0x1234' % at)",
              "python gdb.execute('print/x {long}0x%s' % at)",
              "python gdb.execute('maint packet _m%s,0,8000' % at)",
              "maint packet _M1000,rx", "maint packet _M1000,q",
              "maint packet _M0,0,3000,4", "continue")
    base = int(check_match(r"BASE ([0-9a-f]+)", out).group(1), 16)
    check(base % 0x10000 == 0, "not a multiple of the granularity")
    check_match(r"\$1 = 0x1234", out)
    check_match(r'received: "OK"', out)
    check_match(r'received: "[0-9a-f]{4,}"', out)
    check(len(re.findall(r'received: "E(16|\.)', out)) == 2,
          "bad requests must be refused", out)
    check_match(r"exited with code 07\]", out)


run(test)
