# SPDX-License-Identifier: Apache-2.0
"""Batches of lldb 22 and 23: MultiMemRead and jMultiBreakpoint, for who is
new enough to know them."""
import json

from lib.harness import check, run
from lib.rsp import ALL_LLDB, Rsp, base_of, escape, launch, symbols, unescape


def ask_breakpoints(client, requests):
    body = json.dumps({"breakpoint_requests": requests}).encode()
    client.send(b"jMultiBreakpoint:" + escape(body))
    return json.loads(unescape(client.receive()))["results"]


def ask_memory(client, ranges):
    client.send("MultiMemRead:ranges:%s;" %
                ",".join("%x,%x" % r for r in ranges))
    sizes, _, data = client.receive().partition(b";")
    sizes = [int(n, 16) for n in sizes.split(b",")]
    data = unescape(data)
    check(sum(sizes) == len(data), "sizes and data differ", sizes, len(data))
    out = []
    for n in sizes:
        out.append(data[:n])
        data = data[n:]
    return out


def test():
    server = launch("hello", options=("gdbserver",))
    old = Rsp(server).as_lldb()
    check("MultiMemRead+" not in old.features, "offered to lldb 19")
    old.close()
    server.wait()

    server = launch("hello", options=("gdbserver",))
    pid = server.inferior_pid()
    base = base_of(pid, "hello")
    table = symbols("hello")
    add, main = (table[n][0] + base for n in ("add", "main"))
    client = Rsp(server).as_lldb(ALL_LLDB + ";swbreak+;hwbreak+")
    check("MultiMemRead+" in client.features, "no MultiMemRead+")
    check("jMultiBreakpoint+" in client.features, "no jMultiBreakpoint+")

    code = ask_memory(client, [(add, 16), (main, 64), (16, 8), (main, 0)])
    check(code[0] == client.read(add, 16), "wrong bytes")
    check(code[1] == client.read(main, 64), "wrong bytes")
    check(code[2:] == [b"", b""], "what is not there", code)
    whole = ask_memory(client, [(base, 0x3000)] * 16)
    check(len(set(whole)) == 1 and len(whole[0]) == 0x3000, "large ranges")

    results = ask_breakpoints(client, ["Z0,%x,1" % add, "z0,%x,1" % (add + 1),
                                       "Z0,%x,1" % main])
    check(results[0] == results[2] == "OK", "not inserted", results)
    check(results[1].startswith("E"), "no such breakpoint", results)
    # They are there, and not to be seen.
    check(client.read(add, 16) == code[0], "the breakpoint is seen")
    for at in (main, add):
        client.resume()
        reply = client.stop_reply()
        check("10:%s;" % at.to_bytes(8, "little").hex() in reply,
              "did not stop at %x" % at, reply)
    results = ask_breakpoints(client, ["z0,%x,1" % at for at in (add, main)])
    check(results == ["OK", "OK"], "not removed", results)
    client.resume()
    check(client.stop_reply().startswith("W07"), "did not exit")
    client.close()
    server.wait()


run(test)
