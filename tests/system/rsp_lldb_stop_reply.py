# SPDX-License-Identifier: Apache-2.0
"""Stop replies in lldb's dialect, and jThreadsInfo."""
import json
import re

from lib.harness import check, run
from lib.rsp import Rsp, base_of, launch, symbols, unescape


def test():
    server = launch("threads", 3)
    pid = server.inferior_pid()
    at = symbols("threads")["lap"][0] + base_of(pid, "threads")
    r = Rsp(server).as_lldb()
    for key in ("qXfer:features:read", "multiprocess", "native-signals"):
        check(any(k.startswith(key) for k in r.features), key, r.features)
    r.expect("Z0,%x,1" % at, "OK")
    r.resume()
    reply = r.stop_reply()
    for want in (r"T05", r"thread:p?[0-9a-f.]+;", r"name:threads;",
                 r"threads:[0-9a-f,]+;", r"thread-pcs:[0-9a-f,]+;",
                 r"reason:breakpoint;", r"10:%s;" %
                 at.to_bytes(8, "little").hex()):
        check(re.search(want, reply), "no " + want, reply)
    r.send("jThreadsInfo")
    threads = json.loads(unescape(r.receive()))
    check(len(threads) == 3, "threads", threads)
    check({t["tid"] for t in threads} >= {pid}, "tids", threads)
    check([t for t in threads if t["tid"] == pid][0]["reason"] ==
          "breakpoint", "reason", threads)
    info = dict(item.split(":", 1) for item in
                r.ask("qHostInfo").rstrip(";").split(";"))
    check(bytes.fromhex(info["triple"]).startswith(b"x86_64"), "triple", info)
    check(info["ptrsize"] == "8" and info["endian"] == "little", "host", info)
    info = r.ask("qProcessInfo")
    check("pid:%x;" % pid in info, "qProcessInfo", info)
    check("name:" in r.ask("qRegisterInfo0"), "qRegisterInfo0")
    r.expect("qWatchpointSupportInfo:", r"num:\d+;")
    r.expect("qVAttachOrWaitSupported", "OK")
    where = int(r.ask("qShlibInfoAddr"), 16)
    check(r.word(r.word(where)) & 0xffffffff in (1, 2), "no r_debug there")
    memory = [p.split("=") for p in re.findall(r"memory:([^;]+);", reply)]
    check(len(memory) > 0, "no memory in the stop reply", reply)
    for addr, data in memory:
        check(r.read(int(addr, 16), len(data) // 2).hex() == data,
              "another memory at " + addr)
    # One that has hardly begun has no frames yet.
    pieces = sum((t.get("memory", []) for t in threads), [])
    check(pieces, "no memory", threads)
    for piece in pieces:
        check(r.read(piece["address"], len(piece["bytes"]) // 2).hex() ==
              piece["bytes"], "another memory at %x" % piece["address"])
    for empty in ("qStructuredDataPlugins", "jThreadExtendedInfo:{}", "qOffsets"):
        r.expect(empty, "")
    saved = r.expect("QSaveRegisterState;thread:%x;" % pid, r"\d+").group(0)
    pc = r.ask("p10;thread:%x;" % pid)
    r.expect("P10=0000000000000000;thread:%x;" % pid, "OK")
    r.expect("QRestoreRegisterState:%s;thread:%x;" % (saved, pid), "OK")
    check(r.ask("p10;thread:%x;" % pid) == pc, "state not restored")


run(test)
