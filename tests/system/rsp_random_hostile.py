# SPDX-License-Identifier: Apache-2.0
# variants: gdb lldb
# timeout: 600
"""As rsp_random, in a hostile world: several programs that fork, exec, make
threads and signal themselves; they are killed and signalled from outside at any
moment; connections are reset in the middle of a packet; conditions and commands
of breakpoints are random bytes.  RSPD_TEST_STEPS, RSPD_TEST_SEED.
"""
import os
import random
import re
import signal
import subprocess
import time

from lib.harness import (Failure, check, inferior, run, start, variant,
                         wait_until)
from lib.monkey import Monkey
from lib.rsp import Closed, packet, symbols

PROGRAMS = (("threads", "5"), ("threads", "1"), ("storm", "threads", "3"),
            ("storm", "signals", "3"), ("storm", "forks", "3"),
            ("storm", "vforks", "3"), ("storm", "execs", "3"),
            ("storm", "clones", "3"), ("storm", "spin", "3"),
            ("fork", "fork"), ("fork", "vfork"), ("fork", "exec"),
            ("fork", "self"), ("odd", "threads"), ("odd", "alone"),
            ("jit",))
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGUSR1, signal.SIGSTOP,
           signal.SIGCONT, signal.SIGTSTP, signal.SIGTRAP, signal.SIGSEGV,
           signal.SIGRTMIN + 5, signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)
PROCESSES_MAX = 4


def tracees(tracer):
    """Who is traced by it, from /proc."""
    out = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/status" % name, errors="replace") as f:
                text = f.read()
        except OSError:
            continue
        if "\nTracerPid:\t%d\n" % tracer in text:
            out.append(int(name))
    return out


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(n) for n in f.read().split()]
    except OSError:
        return []


class Hostile(Monkey):
    """The same packets; the world around them is another."""

    def __init__(self, seed, dialect):
        super().__init__(seed, dialect)
        self.places = {name: symbols(name)
                       for name in {p[0] for p in PROGRAMS}}
        self.place = self.places["storm"]
        self.free = []
        self.signalled = {}  # pid: handle

    # ---- programs

    def launch(self):
        """One more program, launched or attached to, if there are few."""
        pids = tracees(self.server.pid)
        if len(pids) < PROCESSES_MAX and self.rng.random() < 0.6:
            program = self.rng.choice(PROGRAMS)
            self.place = self.places[program[0]]
            self.log.append(b"(%s)" % " ".join(program).encode())
            if self.rng.random() < 0.5:
                self.run_program(program)
            else:
                self.attach_to(program)
        self.threads = []
        self.r.send("qfThreadInfo")
        reply = self.reply()
        if reply[:1] == b"m":
            self.threads = reply[1:].decode("latin-1").split(",")
        for program in [p for p in self.free if p.poll() is not None]:
            self.free.remove(program)

    def run_program(self, program):
        words = [inferior(program[0])] + list(program[1:])
        self.request("vRun;" + ";".join(w.encode().hex() for w in words))

    def attach_to(self, program):
        process = start([inferior(program[0]), *program[1:]],
                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL)
        self.free.append(process)
        time.sleep(self.rng.choice([0, 0.001, 0.03]))
        self.request("vAttach;%x" % process.pid)

    def request(self, body):
        self.log.append(body.encode("latin-1"))
        self.r.send(body)
        return self.reply()

    def number(self):
        if self.rng.random() < 0.5:
            return self.rng.choice(list(self.place.values()))[0]
        return super().number()

    def base_symbols(self):
        return self.place

    # ---- what comes from outside

    def trouble(self):
        """A signal to somebody who is traced."""
        pids = tracees(self.server.pid)
        if not pids:
            return
        sig = self.rng.choice(SIGNALS)
        pid = self.rng.choice(pids)
        self.log.append(b"(signal %d to %d)" % (sig, pid))
        try:
            if pid not in self.signalled:
                self.signalled[pid] = os.pidfd_open(pid)
            os.kill(pid, sig)
        except OSError:
            pass

    def condition(self):
        """A breakpoint whose condition is any bytes, or sensible ones."""
        n = self.rng.randrange(1, 24)
        code = bytes(self.rng.choice([self.rng.randrange(256),
                                      self.rng.randrange(0x36)])
                     for _ in range(n))
        return "Z0,%x,1;X%x,%s%s" % (
            self.number(), n, code.hex(),
            ";cmds:0,X%x,%s" % (n, code.hex()) if n % 5 == 0 else "")

    def sensible(self):
        dice = self.rng.random()
        if dice < 0.15:
            return self.condition()
        if dice < 0.3:
            return self.rng.choice([
                "vCont;c", "vCont;c", "vCont;s", "?", "vStopped",
                "vKill;%x" % self.pid(), "D;%x" % self.pid(),
                "vCont;c:p%x.-1" % self.pid(), "vCont;t:p%x.-1" % self.pid(),
                "QThreadOptions;7", "QThreadOptions;0",
                "Z2,%x,8" % (self.number() & -8), "QNonStop:1"])
        return super().sensible()

    def pid(self):
        pids = tracees(self.server.pid)
        return self.rng.choice(pids) if pids else 1

    def reply(self):
        if self.rng.random() < 0.15:
            time.sleep(self.rng.random() * 0.003)
            self.trouble()
        return super().reply()

    def last_resort(self):
        """The parent of a vfork whose child was stopped, and let go, stands
        for nobody: then its end must be told."""
        for pid in tracees(self.server.pid):
            self.log.append(b"(end of %d)" % pid)
            os.kill(pid, signal.SIGKILL)
        return self.r.receive()

    def leave(self):
        if self.rng.random() < 0.3:
            cut = packet(self.framed(self.body()))
            self.r.raw(cut[:self.rng.randrange(len(cut))])
        super().leave()

    def end_others(self, pid):
        """Nothing is left to the next test."""
        for program in self.free:
            if program.poll() is None:
                program.kill()
        self.free = []
        # One that was let go may stand for ever.
        for handle in self.signalled.values():
            try:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.close(handle)
        self.signalled = {}


def facts(pid):
    """Descriptors, and children that nobody has waited for."""
    zombies = 0
    for child in children(pid):
        try:
            with open("/proc/%d/stat" % child) as f:
                zombies += f.read().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            pass
    return len(os.listdir("/proc/%d/fd" % pid)), zombies


def test():
    steps = int(os.environ.get("RSPD_TEST_STEPS", "400"))
    seed = int(os.environ.get("RSPD_TEST_SEED", "1"))
    monkey = Hostile(seed, variant("gdb"))
    try:
        while steps > 0:
            n = monkey.rng.randrange(1, 80)
            monkey.session(min(n, steps))
            steps -= n
            check(monkey.server.process.poll() is None, "rspd ended")
    finally:
        monkey.end_others(0)
    # All processes and clients gone: nothing of them is left in rspd.
    for pid in tracees(monkey.server.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    wait_until(lambda: facts(monkey.server.pid)[1] == 0, what="zombies")
    fds, _ = facts(monkey.server.pid)
    print(fds, "descriptors")
    check(fds < 32, "descriptors are left", fds)


run(test)
