# SPDX-License-Identifier: Apache-2.0
"""A client that sends random requests, and looks that each is answered."""
import os
import random
import re
import signal

from lib.harness import Failure, Server, check, inferior
from lib.rsp import (Closed, Rsp, as_bytes, base_of, escape, packet,
                     symbols)

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "../../common/request_examples.h")
# They would touch other processes, or files, or have no reply: not at random.
NEVER = ("vAttach", "vRun", "A", "R", "vFile:open", "vFile:pwrite",
         "vFile:unlink", "vFile:symlink", "QSetSTD", "QSetWorkingDir",
         "qRcmd", "qPlatform", "qLaunchGDBServer", "qKillSpawned",
         "QDisableRandomization", "QStartNoAckMode", "qSaveCore", "QTSave",
         "QEnableCompression", "k")
PAGE = 0x1000
# Requests with places for a thread, an address, a length and a small number.
SENSIBLE = (
    "m{a},{n}", "x{a},{n}", "M{a},2:cc90", "X{a},1:\x90", "g", "p{s}", "P{s}={a}",
    "Z{k},{a},1", "z{k},{a},1", "Z0,{a},1;X3,220027", "Hg{t}", "Hc{t}", "T{t}",
    "vCont;c", "vCont;c", "vCont;s:{t}", "vCont;s:{t};c", "vCont;C0e:{t};c",
    "vCont;r{a},{a}:{t}", "vCont;t:{t}", "s", "c", "vCtrlC", "QNonStop:{b}",
    "vStopped", "?", "qfThreadInfo", "jThreadsInfo", "qXfer:threads:read::0,1000",
    "qXfer:libraries-svr4:read::0,1000", "qXfer:auxv:read::{n},{n}",
    "qXfer:siginfo:read::0,{n}", "QPassSignals:e;14", "QThreadEvents:{b}",
    "QCatchSyscalls:{b}", "qMemoryRegionInfo:{a}", "qCRC:{a},{n}",
    "qSearch:memory:{a};{n};ab", "_M{n},rwx", "_M0,{n},3000,4",
    "_M{a},{n},{s}000,{s}", "_m{a},0,8000", "_m{a},{n},4000",
    "QVirtualProtect:{a},{n},{s}", "qVirtualQuery:{a}",
    "qGetWriteWatch:{a},{n},{b}", "QSaveRegisterState",
    "QRestoreRegisterState:{s}")


def examples():
    text = open(EXAMPLES).read()
    bodies = []
    for body in re.findall(r'GOOD\(\w+,\s*((?:"(?:[^"\\]|\\.)*"\s*)+),', text):
        body = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body))
        body = body.encode().decode("unicode_escape")
        if not body.startswith(NEVER):
            bodies.append(body)
    check(len(bodies) > 100, "examples not found", len(bodies))
    return bodies


class Monkey:
    def __init__(self, seed, dialect):
        self.rng = random.Random(seed)
        self.dialect = dialect
        self.bodies = examples()
        self.symbols = symbols("threads")
        self.server = Server("--multi", "127.0.0.1:0")
        self.log = []
        self.r = None
        self.threads = []
        self.base = 0
        self.count = 0
        self.programs = {}

    # ---- connections

    def connect(self):
        self.r = Rsp(self.server)
        if self.dialect == "gdb":
            self.r.as_gdb()
            self.r.expect("!", "OK")
        else:
            self.r.as_lldb()
        self.log = []

    def launch(self):
        """A program, unless there is one."""
        current = self.r.ask("qC")
        if not current.startswith("QC"):
            path = inferior("threads").encode().hex()
            self.r.expect("vRun;%s;%s" % (path, b"5".hex()), "T.*")
            current = self.r.ask("qC")
        self.threads = self.r.threads()
        pid = int(re.match("QCp?([0-9a-f]+)", current).group(1), 16)
        self.end_others(pid)
        try:
            self.base = base_of(pid, "threads")
        except (Failure, OSError):
            pass  # it has just ended, or runs another program

    def end_others(self, pid):
        """Of the programs that were let go none runs on."""
        for other in [p for p in self.programs if p != pid]:
            handle = self.programs.pop(other)
            try:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.close(handle)
        if pid and pid not in self.programs:
            try:
                self.programs[pid] = os.pidfd_open(pid)
            except ProcessLookupError:
                pass

    def leave(self):
        how = self.rng.choice(["detach", "kill", "close", "reset"])
        if how == "detach":
            self.r.ask("D")
        elif how == "kill":
            self.r.send("k")
        if how == "reset":
            self.r.reset()
        else:
            self.r.close()

    # ---- packets

    def number(self):
        name = self.rng.choice(["work", "lap", "watched", "counters", "main"])
        addr = self.base + self.symbols[name][0]
        return self.rng.choice([
            addr, addr, addr, addr & -PAGE, 0, 1,
            PAGE * self.rng.randrange(1, 1 << 20), 0x7ffffffff000,
            (1 << 64) - self.rng.randrange(1, PAGE), self.rng.randrange(256)])

    def sensible(self):
        return self.rng.choice(SENSIBLE).format(
            t=self.rng.choice(self.threads or ["1"]), a="%x" % self.number(),
            n="%x" % self.rng.choice([1, 8, 64, PAGE, 1 << 20, (1 << 64) - 1]),
            s="%x" % self.rng.randrange(100), k=self.rng.randrange(5),
            b=self.rng.randrange(2))

    def body(self):
        if self.rng.random() < 0.5:
            body = self.sensible()
        else:
            body = self.rng.choice(self.bodies)
        if self.rng.random() < 0.3:
            body = re.sub(r"p?[0-9a-f]+\.[0-9a-f]+|(?<=[,:;])[0-9a-f]{3,16}\b",
                          self.replacement, body)
        data = bytearray(as_bytes(body))
        while data and self.rng.random() < 0.2:
            at = self.rng.randrange(len(data))
            change = self.rng.randrange(3)
            if change == 0:
                data[at] = self.rng.randrange(256)
            elif change == 1:
                del data[at:at + self.rng.randrange(1, 4)]
            else:
                data[at:at] = data[:self.rng.randrange(1, 20)]
        if bytes(data).startswith(tuple(n.encode() for n in NEVER)):
            return b"qC"
        return bytes(data)

    def replacement(self, match):
        if "." in match.group(0) and self.threads:
            return self.rng.choice(self.threads)
        return "%x" % self.number()

    def framed(self, body):
        """No byte of it may look like the end of a packet."""
        return escape(body) if re.search(rb"[#$]", body) else body

    def reply(self):
        """What it takes to get an answer: the program may have to stop."""
        reply = self.r.receive(0.2)
        if reply is None:
            self.r.interrupt()
            reply = self.r.receive()
            if reply is None:
                reply = self.last_resort()
            check(reply is not None, "no answer, and no stop for ^C")
            self.in_step()
        return reply

    def last_resort(self):
        """What may still bring an answer when ^C has not."""
        return None

    def in_step(self):
        """A ^C that came too late may have had an answer of its own."""
        self.count += 1
        mark = b"qEcho:%d" % self.count
        self.r.send(mark)
        for _ in range(3):
            reply = self.r.receive()
            if reply == mark:
                return
            check(reply is not None, "deaf")
        raise Failure("out of step")

    def step(self):
        if self.rng.random() < 0.1:
            self.launch()
        body = self.framed(self.body())
        self.log.append(body)
        self.r.send(body)
        self.reply()
        # One packet, one reply: nothing is left to come but notifications.
        check(re.match(rb"\d*\Z", self.r.buffer) or
              self.r.buffer[:1] in (b"", b"%", b"$"), "stray bytes",
              self.r.buffer)

    def session(self, steps):
        self.connect()
        try:
            self.launch()
            for _ in range(steps):
                self.step()
            self.in_step()
            self.leave()
        except Closed:
            # k, or the last process detached: the server may close.
            check(self.server.process.poll() is None, "rspd ended")
        except Failure:
            for body in self.log[-40:]:
                print("sent:", packet(body)[:200])
            raise
