# SPDX-License-Identifier: Apache-2.0
# variants: condition condition-threads step step-threads
# timeout: 400
"""Instructions that are hard to step over do what they do without us.

The program prints what came of each (tests/inferiors/odd.c).  The same is to
come out with a breakpoint on each of them whose condition does not hold, with
one that is hit and stepped over, and when everything around it is stepped.
"""
import os
import re
import subprocess
import tempfile

from lib.harness import Server, check, inferior, run, variant
from lib.rsp import Rsp, base_of, stop_pc, symbols

NEVER = ";X3,220027"  # const8 0; end
UNTRAPPED = "signal 0/0 code 0 addr 0 pc 0"


class Walk:
    def __init__(self, how, args):
        self.how = how
        self.native = subprocess.run(
            [inferior("odd"), *args], capture_output=True, text=True,
            check=True).stdout.splitlines()
        self.names = [line.split(":")[0] for line in self.native]
        self.out = tempfile.TemporaryFile()
        self.server = Server("--once", "127.0.0.1:0", inferior("odd"), *args,
                             stdout=self.out)
        self.table = symbols("odd")
        self.base = base_of(self.server.inferior_pid(), "odd")
        self.hits = []
        self.steps = 0
        # lldb is told whether a SIGTRAP is the program's own.
        self.r = Rsp(self.server).as_lldb("xmlRegisters=i386,arm,mips,arc;"
                                          "multiprocess+")

    def insert(self):
        prefix = "odd_" if self.how == "walk" else "at_"
        condition = NEVER if self.how == "condition" else ""
        self.at = {}
        for name in self.names:
            addr = self.base + self.table[prefix + name][0]
            self.at[addr] = name
            self.r.expect("Z0,%x,1%s" % (addr, condition), "OK")

    def is_back(self, pc):
        start, size = self.table["run"]
        return self.base + start <= pc < self.base + start + size

    def next_request(self, reply):
        sig = reply[1:3]
        thread = re.search(r"thread:(p[0-9a-f.]+);", reply).group(1)
        reason = re.search(r"reason:(\w+);", reply).group(1)
        pc = stop_pc(reply)
        if reason == "breakpoint":
            check(self.how != "condition", "it does not hold", reply)
            check(pc in self.at, "hit at %x" % pc)
            if self.hits[-1:] != [self.at[pc]]:
                self.hits.append(self.at[pc])
        step = "vCont;s:%s" % thread
        if self.how == "walk" and not self.is_back(pc):
            self.steps += 1
            return ("vCont;S%s:%s" % (sig, thread) if reason == "signal"
                    else step) + ";c"
        if reason == "breakpoint":
            return step + ";c"
        if reason == "signal":
            return "vCont;C%s:%s;c" % (sig, thread)
        return "vCont;c"

    def run(self):
        request = "vCont;c"
        while True:
            self.r.resume(request)
            reply = self.r.stop_reply()
            if reply[0] in "WX":
                break
            request = self.next_request(reply)
        check(reply.startswith("W00"), "end", reply)
        print(self.steps, "steps")
        self.out.seek(0)
        return self.out.read().decode().splitlines()

    def want(self):
        """As without us, but for an int3 that is one with its breakpoint."""
        if self.how != "condition":
            return self.native
        return [re.sub(r"signal .* pc \d+", UNTRAPPED, line)
                if line.startswith("int3:") else line for line in self.native]

    def compare(self, got):
        bad = [(w, g) for w, g in zip(self.want(), got) if w != g]
        for w, g in bad:
            print("want", w)
            print("got ", g)
        check(len(got) == len(self.native), "lines missing", got)
        check(self.how == "condition" or self.hits == self.names, "not hit",
              self.hits)
        check(not bad, "%d differ" % len(bad))


def test():
    how, _, threads = variant("condition").partition("-")
    walk = Walk(how, [threads or "alone"])
    walk.insert()
    walk.compare(walk.run())


run(test)
