# SPDX-License-Identifier: Apache-2.0
# variants: 4 1000 4-running 1000-running
# timeout: 400
"""Virtual memory in a process whose threads sleep in system calls, which are
never cut short; of a thousand threads; and in non-stop mode of one that runs,
which it goes on to do without a report."""
from lib.harness import (Inferior, Server, check, check_in, run, variant,
                         wait_until)
from lib.rsp import Rsp, base_of, symbols
from lib.vm import PAGE, Packets


class Sleepers(Packets):
    def __init__(self, threads, running):
        self.program = Inferior("sleepers", threads)
        self.pid = self.program.pid
        self.server = Server("--multi", "--attach", "localhost:0", self.pid)
        self.r = Rsp(self.server, timeout=120).as_gdb()
        base = base_of(self.pid, "sleepers")
        self.at = {n: base + v[0] for n, v in symbols("sleepers").items()}
        self.running = running
        if running:
            self.r.non_stop(threads + 1)
            self.r.expect("vCont;c", "OK")

    def go_on(self):
        """It runs; a report would be wrong."""
        if not self.running:
            self.r.resume()
        check(self.r.receive(0.3) is None and not self.r.notifications,
              "a report", self.r.notifications)

    def halt(self):
        if not self.running:
            self.r.interrupt()
            self.r.stop_reply()

    def touch(self, addr):
        """The first thread stores there, and nothing is to be told."""
        self.put("probe", addr)
        self.wait_for_store()

    def wait_for_store(self):
        def stored():
            self.go_on()
            self.halt()
            return not self.r.word(self.at["probe"])
        wait_until(stored, 120, "the store")

    def meet_guard(self, addr):
        """It stores there, and the guard is reported; then it goes on."""
        self.put("probe", addr)
        if self.running:
            wait_until(lambda: self.r.receive(0.1) or self.r.notifications,
                       60, "the notification")
            reply = self.r.notifications.pop().decode()
            self.r.expect("vStopped", "OK")
        else:
            self.r.resume()
            reply = self.r.stop_reply()
        check("T0b" in reply and "guard:%x;" % addr in reply, "guard", reply)
        check(self.query(addr)[5] == 4, "open")
        check(self.r.read(addr, 1) == b"\0", "not stored yet")
        if self.running:
            thread = reply.partition("thread:")[2].partition(";")[0]
            self.r.expect("vCont;c:" + thread, "OK")
        self.wait_for_store()
        check(self.r.read(addr, 1) == b"\1", "stored")


def test():
    threads, _, how = variant("4").partition("-")
    p = Sleepers(int(threads), how == "running")
    for _ in range(2):
        base = p.allocate(0, 4 * PAGE, 0x3000, 4)
        check(base > 0, "allocate", base)
        p.r.write(base, b"\1\2\3\4")
        check(p.protect(base, PAGE, 2) == 4, "protect")
        check(p.query(base)[3:6] == (PAGE, 0x1000, 2), "query")
        check(p.free(base, PAGE, 0x4000) == 0, "decommit")
        check(p.allocate(base, 1, 0x1000, 4) == base, "commit")
        check(p.r.read(base, 4) == b"\0\0\0\0", "zero")
        check(p.protect(base, 2 * PAGE, 0x104) == 4, "guard")
        p.meet_guard(base)
        p.meet_guard(base + PAGE)
        check(p.free(base, 0, 0x8000) == 0, "release")
        watched = p.allocate(0, 4 * PAGE, 0x203000, 4)
        p.touch(watched + PAGE)
        check(p.written(watched, 4 * PAGE, 1) == [watched + PAGE], "written")
        check(p.written(watched, 4 * PAGE) == [], "reset")
        p.touch(watched + 2 * PAGE)
        check(p.written(watched, 4 * PAGE) == [watched + 2 * PAGE], "written")
        check(p.free(watched, 0, 0x8000) == 0, "release")
    p.put("stop", 1, 4)
    # One that runs may have ended by now.
    p.r.expect("D;%x" % p.pid, "OK|E03")
    check_in("PASS 0", p.program.output(120))
    check(p.program.status() == 0, "exit status")


run(test)
