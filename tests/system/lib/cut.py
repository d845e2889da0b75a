# SPDX-License-Identifier: Apache-2.0
"""A link between a debugger and rspd that breaks with a TCP reset at a chosen
moment."""
import select
import socket
import struct
import threading

from lib.harness import state_of, wait_until

# "monitor help" arms it: what was before is let through.
ARM = b"qRcmd,68656c70"
# In the middle of a reply: more of it is still to come.
PART = 16384


class Cut:
    """Resets rspd's connection in the middle of a long reply ("reply"), or
    when the process `pid` runs after a continue ("run")."""

    def __init__(self, server, when, pid):
        self.when = when
        self.pid = pid
        self.was_cut = False
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(1)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.rspd = socket.socket()
        self.rspd.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.rspd.connect(("127.0.0.1", server.port))
        threading.Thread(target=self._pump, daemon=True).start()

    def _is_due(self, sent, got):
        if self.when == "reply":
            return got > PART
        if b"vCont;c" not in sent:
            return False
        wait_until(lambda: state_of(self.pid) in ("R", "S"), what="its run")
        return True

    def _pump(self):
        gdb, _ = self.listener.accept()
        armed, got = False, 0
        while True:
            ready, _, _ = select.select([gdb, self.rspd], [], [])
            source = ready[0]
            try:
                data = source.recv(4096)
            except OSError:
                data = b""
            if not data:
                break
            (self.rspd if source is gdb else gdb).sendall(data)
            armed = armed or ARM in data
            got = got + len(data) if source is self.rspd else 0
            if armed and self._is_due(data if source is gdb else b"", got):
                self.was_cut = True
                break
        self.rspd.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.rspd.close()
        gdb.close()
        self.listener.close()
