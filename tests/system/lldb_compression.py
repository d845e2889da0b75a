# SPDX-License-Identifier: Apache-2.0
# variants: on off local
"""lldb asks for compressed packets, understands them, and does without."""
import os
import re

from lib.harness import (RSPD, Server, check, check_in, check_not_in,
                         check_order, inferior, lldb, run, skip, tmp, variant)


def test():
    how = variant("on")
    log = os.path.join(tmp(), "packets")
    options = ["--no-compression"] if how == "off" else []
    env = {}
    commands = ["log enable -f %s gdb-remote packets" % log]
    if how == "local":
        env["LLDB_DEBUGSERVER_PATH"] = os.path.abspath(RSPD)
        commands += ["breakpoint set --name add", "run"]
    else:
        server = Server("gdbserver", *options, "127.0.0.1:0", "--",
                        inferior("hello"))
        commands += ["gdb-remote " + server.address,
                     "breakpoint set --name add", "continue"]
    out = lldb(inferior("hello"), *commands, "bt",
               "memory read --count 4096 --force $sp", "register read --all",
               "expression add(a, 400)", "continue", env=env)
    check_order(out, "stop reason = breakpoint 1.1", "add(a=41, b=1)",
                "main", "rip = 0x", "= 441",
                "exited with status = 7")
    with open(log, errors="replace") as f:
        packets = f.read()
    if how != "on":
        check_not_in("QEnableCompression", packets)
        return
    if "SupportedCompressions" not in packets:
        skip("built without zlib")
    check_in("QEnableCompression:type:zlib-deflate;", packets)
    # lldb logs both sizes: <on the wire:unpacked>.
    sizes = [(int(a), int(b)) for a, b in
             re.findall(r"<\s*(\d+):(\d+)> read packet", packets)]
    wire, plain = map(sum, zip(*sizes))
    print("received:", wire, "bytes; unpacked:", plain)
    check(2 * wire < plain, "compression did not halve it")


run(test)
