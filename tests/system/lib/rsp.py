# SPDX-License-Identifier: Apache-2.0
"""A raw client of the remote protocol, for what no debugger would send."""
import os
import re
import select
import signal
import socket
import struct
import time

from lib.harness import Failure, PATIENCE, Server, check, inferior

ALL_GDB = ("multiprocess+;swbreak+;hwbreak+;qRelocInsn+;fork-events+;"
           "vfork-events+;exec-events+;vContSupported+;QThreadEvents+;"
           "no-resumed+;memory-tagging+;xmlRegisters=i386")
ALL_LLDB = "xmlRegisters=i386,arm,mips,arc;multiprocess+;fork-events+;vfork-events+"


def checksum(body):
    return sum(body) & 0xff


def as_bytes(body):
    return body.encode("latin-1") if isinstance(body, str) else bytes(body)


def packet(body):
    body = as_bytes(body)
    return b"$" + body + b"#%02x" % checksum(body)


def escape(data):
    return b"".join(bytes([0x7d, c ^ 0x20]) if c in b"#$}*" else bytes([c])
                    for c in data)


def unescape(data):
    out = bytearray()
    it = iter(data)
    for c in it:
        out.append(next(it) ^ 0x20 if c == 0x7d else c)
    return bytes(out)


def expand(data):
    """Undoes run-length encoding (before escapes)."""
    out = bytearray()
    i = 0
    while i < len(data):
        if data[i] == 0x7d and i + 1 < len(data):
            out += data[i:i + 2]
            i += 2
        elif data[i] == 0x2a and i + 1 < len(data) and out:
            out += out[-1:] * (data[i + 1] - 29)
            i += 2
        else:
            out.append(data[i])
            i += 1
    return bytes(out)


def stop_pc(reply):
    """The pc that a stop reply of an x86-64 program tells."""
    match = re.search(r";10:([0-9a-f]{16});", reply)
    check(match, "no pc in the stop reply", reply)
    return int.from_bytes(bytes.fromhex(match.group(1)), "little")


class Closed(Failure):
    """The server closed the connection."""


class Rsp:
    """One connection.  Packets are bytes; texts are taken as latin-1."""

    def __init__(self, where, timeout=None):
        self.timeout = timeout or PATIENCE
        if isinstance(where, Server):
            where = ("127.0.0.1", where.port)
        if isinstance(where, str):
            self.sock = socket.socket(socket.AF_UNIX)
        else:
            self.sock = socket.socket()
        self.sock.settimeout(self.timeout)
        self.sock.connect(where)
        self.ack = True
        self.buffer = b""
        self.output = b""
        self.notifications = []
        self.features = {}

    # ---- bytes

    def raw(self, data):
        self.sock.sendall(as_bytes(data))

    def more(self, seconds):
        ready, _, _ = select.select([self.sock], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed("connection closed by rspd")
        self.buffer += data
        return True

    def byte(self, seconds=None):
        """The next byte that is no part of a packet: '+', '-'."""
        end = time.monotonic() + (seconds or self.timeout)
        while not self.buffer:
            if not self.more(end - time.monotonic()):
                raise Failure("no answer")
        c, self.buffer = self.buffer[:1], self.buffer[1:]
        return c

    # ---- packets

    def send(self, body):
        self.raw(packet(body))

    def receive(self, seconds=None, ack=True):
        """The next packet's body, as it came; None if there is none in time.
        Program output is kept in .output, notifications in .notifications."""
        end = time.monotonic() + (seconds or self.timeout)
        while True:
            self.buffer = self.buffer.lstrip(b"+")
            match = re.match(rb"([$%])([^#]*)#([0-9a-fA-F]{2})", self.buffer,
                             re.S)
            if match:
                self.buffer = self.buffer[match.end():]
                kind, body, total = match.groups()
                check(int(total, 16) == checksum(body), "wrong check sum from "
                      "rspd", match.group(0))
                if kind == b"%":
                    self.notifications.append(body)
                    continue
                if self.ack and ack:
                    self.raw(b"+")
                if re.match(rb"O[0-9a-fA-F]+$", body):
                    self.output += bytes.fromhex(body[1:].decode())
                    continue
                return expand(body)
            check(not self.buffer or self.buffer[:1] in (b"$", b"%", b"-"),
                  "not a packet", self.buffer[:200])
            if self.buffer[:1] == b"-":
                return b"-"
            if not self.more(end - time.monotonic()):
                return None

    def ask(self, body, seconds=None):
        """Sends a packet; its reply as text."""
        self.send(body)
        reply = self.receive(seconds)
        check(reply is not None, "no reply to %r" % body[:100])
        return reply.decode("latin-1")

    def expect(self, body, want, seconds=None):
        """The reply must match the whole regular expression."""
        reply = self.ask(body, seconds)
        match = re.fullmatch(want, reply, re.S)
        check(match, "%r was answered %r, not %s" % (body, reply[:300], want))
        return match

    def error(self, body):
        """The reply must be an error."""
        return self.expect(body, r"E[0-9a-fA-F]{2}(;[0-9a-f]*)?|E\..*")

    def refused(self, body):
        """The reply must be an error or empty."""
        return self.expect(body, r"E[0-9a-fA-F]{2}(;[0-9a-f]*)?|E\..*|")

    def refused_or_file(self, body):
        """As refused(), or a vFile error."""
        return self.expect(
            body, r"E[0-9a-fA-F]{2}(;[0-9a-f]*)?|E\..*|F-1,[0-9a-f]+|")

    # ---- openings

    def no_ack(self):
        self.expect("QStartNoAckMode", "OK")
        self.ack = False
        return self

    def supported(self, features):
        reply = self.ask("qSupported:" + features)
        for item in reply.split(";"):
            name, eq, value = item.partition("=")
            self.features[name if eq else item] = value
        return reply

    def as_gdb(self, features=ALL_GDB):
        """Says hello as gdb does; no-ack from then on."""
        self.supported(features)
        self.no_ack()
        return self

    def as_lldb(self, features=ALL_LLDB):
        self.no_ack()
        self.supported(features)
        self.expect("QThreadSuffixSupported", "OK")
        self.expect("QListThreadsInStopReply", "OK")
        self.expect("QEnableErrorStrings", "OK")
        return self

    # ---- frequent requests

    def stop_reply(self, seconds=None):
        reply = self.receive(seconds)
        check(reply is not None, "no stop reply")
        return reply.decode("latin-1")

    def threads(self):
        """All thread ids as the server names them."""
        out = []
        reply = self.ask("qfThreadInfo")
        while reply.startswith("m"):
            out += reply[1:].split(",")
            reply = self.ask("qsThreadInfo")
        check(reply == "l", "thread list ended with %r" % reply)
        return out

    def read(self, addr, length):
        reply = self.ask("m%x,%x" % (addr, length))
        check(not reply.startswith("E"), "read of %x: %s" % (addr, reply))
        return bytes.fromhex(reply)

    def write(self, addr, data):
        self.expect("M%x,%x:%s" % (addr, len(data), data.hex()), "OK")

    def word(self, addr):
        return struct.unpack("<Q", self.read(addr, 8))[0]

    def xfer(self, name, annex=""):
        """A whole qXfer object."""
        data = b""
        while True:
            self.send("qXfer:%s:read:%s:%x,%x" % (name, annex, len(data),
                                                  0x1000))
            reply = self.receive()
            check(reply is not None and reply[:1] in (b"m", b"l"),
                  "qXfer:%s: %r" % (name, reply))
            data += unescape(reply[1:])
            if reply[:1] == b"l":
                return data

    def resume(self, body="vCont;c"):
        """Resumes; the stop reply is still to come."""
        self.send(body)

    def interrupt(self):
        self.raw(b"\x03")

    def non_stop(self, count):
        """Into non-stop mode; takes the stops of that many threads."""
        self.expect("QNonStop:1", "OK")
        stops = [self.ask("?")]
        while len(stops) < count:
            reply = self.ask("vStopped")
            if reply != "OK":
                stops.append(reply)
                continue
            # gdb is told of the others by a notification, once it has
            # asked something else.
            self.ask("qC")
            check(self.notifications or self.receive(5) is None,
                  "no notification")
            check(self.notifications, "no notification of %d stops" % count)
            stops.append(self.notifications.pop().decode("latin-1")[5:])
        self.expect("vStopped", "OK")
        return stops

    # ---- ends

    def close(self):
        self.sock.close()

    def reset(self):
        """Closes with RST, not FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()

    def is_closed(self, seconds=None):
        """Does the server close the connection in time?"""
        end = time.monotonic() + (seconds or self.timeout)
        try:
            while time.monotonic() < end:
                self.more(end - time.monotonic())
                self.buffer = b""
        except Closed:
            return True
        return False


def launch(name, *args, options=("--once",)):
    """A server with a program on a TCP port, and no client yet."""
    return Server(*options, "127.0.0.1:0", inferior(name), *args)


def symbols(name):
    """Symbol -> (value, size) of an inferior, as in the file."""
    import subprocess
    out = subprocess.run(["nm", "-S", inferior(name)], capture_output=True,
                         text=True, check=True).stdout
    table = {}
    for line in out.splitlines():
        fields = line.split()
        if len(fields) == 4:
            table[fields[3]] = (int(fields[0], 16), int(fields[1], 16))
        elif len(fields) == 3:
            table[fields[2]] = (int(fields[0], 16), 0)
    return table


def base_of(pid, name):
    """Where an inferior is loaded: what to add to its symbols' values."""
    path = os.path.realpath(inferior(name))
    with open(path, "rb") as f:
        head = f.read(18)
    if head[16:18] == b"\x02\x00":
        return 0
    with open("/proc/%d/maps" % pid) as f:
        for line in f:
            if line.rstrip().endswith(path):
                return int(line.split("-")[0], 16)
    raise Failure("%s is not mapped in %d" % (path, pid))
