# SPDX-License-Identifier: Apache-2.0
"""Counts the packets of everyday work, for rspd and its peers.

	RSPD=build/release/rspd INFERIORS=build/release/tests/inferiors \\
		PYTHONPATH=tests/system python3 tests/bench/packets.py [--check] [SCENARIO...]

A proxy between the debugger and the server counts what passes.  A request is
a packet of the debugger; most of them cost a round trip.  With --check rspd
alone is measured; to need more requests than a scenario allows is to fail.
"""
import collections
import os
import queue
import re
import socket
import sys
import threading
import time

from lib import harness
from lib.harness import (GDB, LLDB, RSPD, Failure, Server, check_in, gdb,
                         inferior, lldb, need, run, skip, start)

Scenario = collections.namedtuple("Scenario", "run most peer")


def gdb_main(address, program):
    """connect, break main, continue, bt"""
    # Where libc's are not installed, gdb looks for them through the server.
    if not os.path.isdir("/usr/lib/debug/.build-id"):
        skip("needs debug information of the C library (libc6-dbg)")
    text = gdb(program, "target remote " + address, "break main", "continue",
               "bt", "kill")
    check_in("#0  main (", text)


def lldb_main(address, program):
    """connect, break main, continue, look around, step, evaluate, detach"""
    text = lldb(program, "gdb-remote " + address, "breakpoint set --name main",
                "continue", "bt", "frame variable", "next", "next", "next",
                "expression global+1", "memory read $sp", "thread list",
                "detach", seconds=600)
    check_in("(int) $0 = 42", text)


# `run` drives a debugger at an address; `most` is how many requests rspd may
# need, `peer` the server that the same is measured with.
SCENARIOS = {
    "gdb-main": Scenario(gdb_main, 137, "gdbserver"),
    "lldb-main": Scenario(lldb_main, 100, "lldb-server-19"),
}


class Pipe:
    """Sends what it is given to a socket, each part `delay` seconds later."""

    def __init__(self, sink, delay):
        self.sink = sink
        self.delay = delay
        self.parts = queue.Queue()
        threading.Thread(target=self.run, daemon=True).start()

    def send(self, data):
        self.parts.put((time.monotonic() + self.delay, data))

    def run(self):
        while True:
            due, data = self.parts.get()
            time.sleep(max(0, due - time.monotonic()))
            try:
                if data:
                    self.sink.sendall(data)
                else:
                    self.sink.shutdown(socket.SHUT_WR)
                    return
            except OSError:
                return


class Proxy(threading.Thread):
    """Carries one connection and counts packets in both directions.  With a
    delay it is as far as that to the server, and back."""

    BEGIN = re.compile(rb"[$%]")
    NAME = re.compile(r"qXfer:[^:]+|vFile:\w+|vCont\??|[\w!?]+")

    def __init__(self, port, delay=0):
        super().__init__(daemon=True)
        self.to = ("127.0.0.1", port)
        self.delay = delay
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(1)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.requests = []
        self.replies = 0
        self.received = 0

    @classmethod
    def name(cls, body):
        """What a packet is called, without its arguments."""
        text = body.decode("latin-1")
        if text[:1] and text[:1] in "mMxXpPgGzZHTDck":
            return text[0]
        match = cls.NAME.match(text)
        return match.group(0) if match else repr(text[:10])

    @classmethod
    def take_packets(cls, buffer, take):
        """Takes the whole packets; what is left."""
        while True:
            begin = cls.BEGIN.search(buffer)
            if not begin:
                return b""
            end = buffer.find(b"#", begin.start())
            if end < 0 or len(buffer) < end + 3:
                return buffer[begin.start():]
            take(buffer[begin.end():end])
            buffer = buffer[end + 3:]

    def carry(self, source, sink, take):
        buffer = b""
        pipe = Pipe(sink, self.delay)
        while True:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            pipe.send(data)
            if not data:
                return
            buffer = self.take_packets(buffer + data, take)

    def reply(self, body):
        self.replies += 1
        self.received += len(body) + 4

    def run(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(self.to)
        for s in (client, server):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self.carry, daemon=True,
                                args=(server, client, self.reply))
        back.start()
        self.carry(client, server, self.requests.append)
        back.join(30)


def serve(scenario, server, program):
    """Starts a server with a program; its port."""
    if not scenario.peer.startswith("lldb-server"):
        harness.RSPD = server
        return Server("--once", "127.0.0.1:0", program).port
    # lldb-server tells its port this way only.
    ours, theirs = os.pipe()
    start([server, "gdbserver", "--pipe", str(theirs), "127.0.0.1:0", "--",
           program], pass_fds=[theirs])
    os.close(theirs)
    with os.fdopen(ours, "rb") as f:
        return int(f.read().rstrip(b"\0"))


def measure(scenario, server, delay=0):
    """The proxy after a whole scenario."""
    program = inferior("hello")
    proxy = Proxy(serve(scenario, server, program), delay)
    proxy.start()
    scenario.run(proxy.address, program)
    proxy.join(60)
    return proxy


def show(name, columns):
    """A table: one row for each packet, one column for each server."""
    names = sorted({n for counts, _ in columns.values() for n in counts})
    print("\n%-32s" % name + "".join("%16s" % c for c in columns))
    for n in names:
        print("%-32s" % n +
              "".join("%16d" % counts[n] for counts, _ in columns.values()))
    print("%-32s" % "requests" +
          "".join("%16d" % len(p.requests) for _, p in columns.values()))
    print("%-32s" % "bytes received" +
          "".join("%16d" % p.received for _, p in columns.values()))
    print("", flush=True)


def test():
    words = sys.argv[1:]
    checking = "--check" in words
    wanted = [w for w in words if w != "--check"] or list(SCENARIOS)
    for name in wanted:
        scenario = SCENARIOS[name]
        need(LLDB if scenario.peer.startswith("lldb") else GDB)
        servers = [RSPD] if checking else [RSPD, need(scenario.peer)]
        columns = {}
        for server in servers:
            proxy = measure(scenario, server)
            counts = collections.Counter(map(proxy.name, proxy.requests))
            columns[os.path.basename(server)] = (counts, proxy)
        show(name, columns)
        count = len(columns[os.path.basename(RSPD)][1].requests)
        if count > scenario.most:
            raise Failure("%s: %d requests, more than %d" %
                          (name, count, scenario.most))


if __name__ == "__main__":
    run(test)
