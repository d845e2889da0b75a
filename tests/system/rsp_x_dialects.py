# SPDX-License-Identifier: Apache-2.0
"""x: gdb 16's form with a "b", lldb's bare one, both with escapes."""
from lib.harness import check, run
from lib.rsp import ALL_GDB, ALL_LLDB, Rsp, launch, symbols, base_of, unescape

DATA = b"#$}*" + bytes(range(256))


def binary(r, at, count):
    r.send("x%x,%x" % (at, count))
    reply = r.receive()
    check(reply is not None, "no reply to x")
    return reply


def test():
    server = launch("threads", 1, options=())
    pid = server.inferior_pid()
    at = symbols("threads")["counters"][0] + base_of(pid, "threads")

    r = Rsp(server).as_gdb(ALL_GDB + ";error-message+;binary-upload+")
    check("binary-upload+" in r.features or
          "binary-upload" in str(r.features), "not advertised to gdb 16",
          r.features)
    r.write(at, DATA)
    reply = binary(r, at, len(DATA))
    check(reply[:1] == b"b", "no b", reply[:20])
    check(unescape(reply[1:]) == DATA, "data", reply)
    check(binary(r, at, 0) == b"b", "length 0")
    check(binary(r, 0, 16)[:1] == b"E", "unreadable memory")
    r.close()

    r = Rsp(server).as_lldb(ALL_LLDB)
    check(binary(r, 0, 0) == b"OK", "lldb's probe")
    check(unescape(binary(r, at, len(DATA))) == DATA, "bare data")
    check(binary(r, 0, 16)[:1] == b"E", "unreadable memory")
    r.send("k")


run(test)
