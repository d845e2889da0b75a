# SPDX-License-Identifier: Apache-2.0
"""libdatatarget, driven through tests/client/probe.c."""
import os
import re
import struct
import subprocess

from lib.harness import (INFERIORS, Inferior, Server, check, skip, start,
                         state_of, tmp, wait_until)

OK, FALSE = 0, 1
INVALIDARG, INVALID_ADDRESS = 0x80070057, 0x800701e7
HANDLE, BUFFER, TIMEOUT, CLOSED = 0x80070006, 0x8007007a, 0x800705b4, 0x800704d4
REFUSED, TLS, NOTIMPL = 0x800704c9, 0x80090326, 0x80004001
BAD_MEMORY, BAD_THREAD = 0x8dc70005, 0x8dc70002


def program(name):
    path = os.path.join(os.path.abspath(INFERIORS), name)
    if not os.path.exists(path):
        skip("libdatatarget is not built")
    return path


class Probe:
    """One connection of the library."""

    def __init__(self, *where, expect=OK, env=None, **kwargs):
        environ = dict(os.environ)
        environ.update(env or {})
        self.process = start([program("datatarget-probe"), *map(str, where)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True, env=environ, **kwargs)
        line = self.process.stdout.readline()
        match = re.match(r"connected \| ([0-9a-f]{8}) (.*)", line)
        check(match, "the probe said nothing", line)
        self.hr, self.text = int(match.group(1), 16), match.group(2)
        check(expect in (None, self.hr), "connecting: %08x %s" % (self.hr, self.text))

    def call(self, *words, expect=OK):
        """The values of an answer; its HRESULT must be this one."""
        line = " ".join(w if isinstance(w, str) else "%x" % w for w in words)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        match = re.match(r"=(.*) \| ([0-9a-f]{8}) (.*)", answer)
        check(match, "the probe died of: " + line, answer)
        hr, self.text = int(match.group(2), 16), match.group(3)
        check(hr == expect, "%s: %08x %s, expected %08x" %
              (line, hr, self.text, expect))
        check((self.text != "") == (hr >= 0x80000000), "text: " + answer)
        return match.group(1).split()

    def number(self, *words, expect=OK):
        return int(self.call(*words, expect=expect)[0], 16)

    def data(self, *words, expect=OK):
        values = self.call(*words, expect=expect)
        return bytes.fromhex(values[0] if values else "")

    def threads(self):
        return [int(t, 16) for t in self.call("threads")]

    def frames(self, tid):
        return [tuple(int(v, 16) for v in frame.split(","))
                for frame in self.call("frames", tid)]

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(30)
        check(status == 0, "the probe ended with %d" % status)


class Target:
    """The inferior that has something for every call, and a server of it."""

    def __init__(self, *options, comm=None):
        self.inferior = Inferior("datatarget")
        self.pid = self.inferior.pid
        line = self.inferior.process.stdout.readline()
        words = line.split()
        check(words and words[0] == "bstr", "no addresses", line)
        self.at = {words[i]: int(words[i + 1], 0)
                   for i in range(0, len(words), 2)}
        # All of its threads are to stand in pause().
        tasks = "/proc/%d/task" % self.pid
        wait_until(lambda: len(os.listdir(tasks)) == 4 and
                   state_of(self.pid) == "S", what="threads")
        self.path = os.path.join(tmp(), "socket")
        self.server = Server(*options, "--attach", comm or "unix:" + self.path,
                             self.pid)

    def probe(self, **kwargs):
        return Probe("unix", self.path, **kwargs)


def text(data):
    return data.decode("utf-16-le", "surrogatepass")


def context(data):
    """CONTEXT of x86-64 by name, as Windows has it."""
    check(len(data) == 0x4d0, "size of a context", len(data))
    names = {}

    def take(offset, form, *fields):
        values = struct.unpack_from("<" + form, data, offset)
        names.update(zip(fields, values))
    take(0x30, "II", "ContextFlags", "MxCsr")
    take(0x38, "6H", "cs", "ds", "es", "fs", "gs", "ss")
    take(0x44, "I", "eflags")
    take(0x78, "8Q", "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi")
    take(0xb8, "8Q", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")
    take(0xf8, "Q", "rip")
    take(0x100, "HHB", "ControlWord", "StatusWord", "TagWord")
    take(0x118, "II", "FxMxCsr", "MxCsr_Mask")
    for i in range(16):
        names["xmm%d" % i] = int.from_bytes(
            data[0x1a0 + 16 * i:0x1b0 + 16 * i], "little")
    return names
