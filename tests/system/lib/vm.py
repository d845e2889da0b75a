# SPDX-License-Identifier: Apache-2.0
"""Allocation in a program that touches memory for us: alloc_check."""
import re
import struct

from lib.harness import check
from lib.rsp import Rsp, base_of, launch, symbols

(READ, WRITE, CALL, KERNEL, BOTH, UNMAP, PROTECT, REPLACE, FORK, VFORK,
 EXEC, REMAP, KEEP, MAP) = range(1, 15)
PAGE = 0x1000
FAULT, GUARD = "fault", "guard"
# Children are let go.
FEATURES = "multiprocess+;swbreak+;hwbreak+;vContSupported+"


class Packets:
    """A client (.r) of a program with symbols (.at)."""

    def put(self, name, value, size=8):
        self.r.write(self.at[name], value.to_bytes(size, "little"))

    def allocate(self, addr, size, kind, protect, near=None):
        body = "_M%x,%x,%x,%x" % (addr, size, kind, protect)
        if near is not None:
            body += ",%x" % near
        return self.number(body)

    def number(self, body):
        """A number; an error is its negative code."""
        reply = self.r.ask(body)
        if reply.startswith("E"):
            return -int(reply[1:3], 16)
        return int(reply, 16)

    def protect(self, addr, size, value):
        return self.number("QVirtualProtect:%x,%x,%x" % (addr, size, value))

    def free(self, addr, size, kind):
        reply = self.r.ask("_m%x,%x,%x" % (addr, size, kind))
        return 0 if reply == "OK" else -int(reply[1:3], 16)

    def query(self, addr):
        """(base, allocation base, allocation protect, size, state, protect,
        type), or a negative code."""
        reply = self.r.ask("qVirtualQuery:%x" % addr)
        if reply.startswith("E"):
            return -int(reply[1:3], 16)
        match = re.fullmatch(
            "base:([0-9a-f]+);allocation-base:([0-9a-f]+);"
            "allocation-protect:([0-9a-f]+);size:([0-9a-f]+);"
            "state:([0-9a-f]+);protect:([0-9a-f]+);type:([0-9a-f]+);", reply)
        check(match, "no answer to a query", reply)
        return tuple(int(v, 16) for v in match.groups())

    def written(self, addr, size, flags=0):
        """Addresses, or a negative code."""
        reply = self.r.ask("qGetWriteWatch:%x,%x,%x" % (addr, size, flags))
        if reply.startswith("E"):
            return -int(reply[1:3], 16)
        match = re.fullmatch("granularity:1000;addresses:([0-9a-f,]*);"
                             "(next:[0-9a-f]+;)?", reply)
        check(match, "no answer", reply)
        return [int(v, 16) for v in match.group(1).split(",") if v]


class Program(Packets):
    """alloc_check under rspd, stopped at `probed`."""

    def __init__(self, options=("--once",), features=FEATURES, lldb=False):
        self.server = launch("alloc_check", options=options)
        self.pid = self.server.inferior_pid()
        r = Rsp(self.server)
        if lldb:
            self.r = r.as_lldb()
        else:
            self.r = r.as_gdb(features)
        self.r.expect("QPassSignals:14", "OK")
        self.locate()

    def locate(self):
        base = base_of(self.pid, "alloc_check")
        self.at = {n: base + v[0] for n, v in symbols("alloc_check").items()}
        self.r.expect("Z0,%x,1" % self.at["probed"], "OK")
        self.go()

    def go(self, how="vCont;c"):
        """Runs to the next stop: its reply."""
        self.r.resume(how)
        reply = self.r.stop_reply()
        # The alarm that ends a program which was forgotten: long runs go on.
        while reply.startswith("T0e"):
            self.r.resume("vCont;c")
            reply = self.r.stop_reply()
        return reply

    def start(self, kind, addr, value=0, how="vCont;c"):
        """Has it touched; the first stop's reply."""
        self.put("probe", addr)
        self.put("probe_value", value)
        self.put("probe_kind", kind, 4)
        return self.go(how)

    def touch(self, kind, addr, value=0):
        """What happened: a list of "guard" and "fault", and the value."""
        seen = []
        reply = self.start(kind, addr, value)
        for _ in range(8):
            if not reply.startswith("T0b"):
                break
            match = re.search(r";?guard:([0-9a-f]+);", reply)
            if match:
                check(int(match.group(1), 16) // PAGE == addr // PAGE,
                      "guard address", reply)
                seen.append(GUARD)
                reply = self.go()
            else:
                seen.append(FAULT)
                reply = self.go("vCont;C0b:%s" % self.thread(reply))
        check("swbreak:" in reply, "did not come back", reply)
        return seen, self.r.word(self.at["probe_value"])

    @staticmethod
    def thread(reply):
        return re.search(r"thread:([^;]+);", reply).group(1)


def maps(pid):
    """(start, end, permissions, name) of each mapping."""
    out = []
    with open("/proc/%d/maps" % pid) as f:
        for line in f:
            fields = line.split(None, 5)
            start, end = (int(v, 16) for v in fields[0].split("-"))
            out.append((start, end, fields[1],
                        fields[5].rstrip() if len(fields) > 5 else ""))
    return out


def permissions(pid, addr):
    for start, end, perms, _ in maps(pid):
        if start <= addr < end:
            return perms
    return ""
