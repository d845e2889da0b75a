# SPDX-License-Identifier: Apache-2.0
# variants: mapped written unmapped
"""The program puts other code where a breakpoint is, or takes it away: what a
breakpoint that goes in or out again leaves there is never the old code's."""
from lib.harness import Inferior, Server, check, run, variant
from lib.rsp import Rsp, base_of, stop_pc, symbols

CODE = 0x20000000
ONE = bytes((0xb8, 1, 0, 0, 0, 0xc3))
TWO = bytes((0x31, 0xc0, 0x83, 0xc0, 2, 0xc3))


class Jit:
    def __init__(self):
        self.program = Inferior("jit")
        self.server = Server("--once", "--attach", "127.0.0.1:0",
                             self.program.pid)
        base = base_of(self.program.pid, "jit")
        table = symbols("jit")
        self.lap = base + table["lap"][0]
        self.at_wish = base + table["wish"][0]
        self.r = Rsp(self.server).as_gdb("swbreak+;vContSupported+;"
                                         "xmlRegisters=i386;qRelocInsn+")
        self.r.expect("QPassSignals:14", "OK")
        self.r.expect("Z0,%x,1" % self.lap, "OK")

    def to_lap(self):
        """To the next lap; how often the code was hit before it."""
        hits = 0
        while True:
            self.r.resume("vCont;c")
            reply = self.r.stop_reply()
            check(reply.startswith("T05swbreak"), "stop", reply)
            pc = stop_pc(reply)
            if pc == self.lap:
                return hits
            check(pc == CODE, "hit at %x" % pc)
            hits += 1

    def wish(self, what):
        self.r.write(self.at_wish, ord(what).to_bytes(4, "little"))


def test():
    how = variant("mapped")
    jit = Jit()
    r = jit.r
    jit.to_lap()
    r.expect("Z0,%x,1" % CODE, "OK")
    check(jit.to_lap() == 1, "no hit")
    jit.wish(how[0])
    # A child by vfork comes then: the breakpoint is taken out and put in.
    hits = jit.to_lap()
    if how == "unmapped":
        check(hits == 0, "%d hits where nothing is" % hits)
        r.error("m%x,6" % CODE)
        r.expect("z0,%x,1" % CODE, "OK")
        r.error("Z0,%x,1" % CODE)
        jit.wish("m")
        check(jit.to_lap() == 0, "a hit after its end")
    else:
        check(hits == 1, "%d hits of the new code" % hits)
    check(r.read(CODE, 6) == TWO, "code", r.read(CODE, 6).hex())
    r.expect("Z0,%x,1" % CODE, "OK")
    check(jit.to_lap() == 1, "no hit of the renewed one")
    r.expect("z0,%x,1" % CODE, "OK")
    check(r.read(CODE, 6) == TWO, "code after it", r.read(CODE, 6).hex())
    jit.wish("q")
    r.expect("D", "OK")
    want = ["1", "0", "2", "2"] if how == "unmapped" else ["1", "2", "2"]
    last = jit.program.output().split()[-len(want):]
    check(last == want, "what it computed", last)
    check(jit.program.status() == 0, "status")


run(test)
