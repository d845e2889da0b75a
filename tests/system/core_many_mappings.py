# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# serial: vm.max_map_count
"""A core file of more mappings than an ELF header can count (65535): the count
stands in a section, and gdb and lldb find it there."""
import os
import struct

from lib.harness import (Inferior, Server, check, check_order, gdb, inferior, lldb,
                         need_gdb, need_lldb, run, tmp)
from lib.sysctl import sysctl

MAPPINGS = 66001


def save(core):
    with sysctl("vm/max_map_count", 4 * MAPPINGS):
        program = Inferior("mappings", MAPPINGS)
        server = Server("--once", "--attach", "127.0.0.1:0", program.pid)
        out = gdb(inferior("mappings"), "target remote " + server.address,
                  "monitor save-core " + core, "print *last", "kill",
                  seconds=200)
        check_order(out, "Saved " + core, "$1 = 222")
        server.wait()
        program.process.wait()


def test():
    need_gdb()
    need_lldb()
    core = os.path.join(tmp(), "core")
    save(core)
    with open(core, "rb") as f:
        header = f.read(64)
        (at,) = struct.unpack_from("<Q", header, 40)
        count, _, sections = struct.unpack_from("<3H", header, 56)
        f.seek(at)
        (info,) = struct.unpack_from("<I", f.read(64), 44)
    check(count == 0xffff and sections == 1, "the ELF header")
    check(info > MAPPINGS, "the count of program headers", info)
    out = gdb(inferior("mappings"), "core-file " + core, "print *first",
              "print *last", "info threads", seconds=200)
    check_order(out, "$1 = 111", "$2 = 222", "LWP")
    out = lldb(None, "target create %s --core %s" % (inferior("mappings"), core),
               "expression *first", "expression *last", "thread list",
               seconds=200)
    check_order(out, "was loaded", "$0 = 111", "$1 = 222", "tid =")


run(test)
