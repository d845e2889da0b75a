# SPDX-License-Identifier: Apache-2.0
"""A real gdb driven through MI, for what batch mode cannot do."""
import os
import select
import subprocess
import time

from lib.harness import GDB, PATIENCE, Failure, check, need_gdb, start


class Mi:
    def __init__(self, program, session=None, connect=None, setup=()):
        need_gdb()
        self.process = start(
            [GDB, "-nx", "-i=mi", "-iex", "set auto-load off", "-iex",
             "set debuginfod enabled off", "-iex", "set confirm off"] +
            ([program] if program else []),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.buffer = b""
        self.lines = []
        self.command("-gdb-set mi-async on")
        for line in setup:
            self.command(line)
        if session:
            self.command(session.gdb_connect())
        elif connect:
            self.command(connect)

    def _line(self, end):
        while b"\n" not in self.buffer:
            left = end - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(0, left))
            if not ready:
                return None
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                raise Failure("gdb ended")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        text = line.decode(errors="replace").rstrip("\r")
        print("mi<", text, flush=True)
        self.lines.append(text)
        return text

    def wait(self, prefix, seconds=None):
        """The next line that begins with `prefix`."""
        end = time.monotonic() + (seconds or PATIENCE)
        while True:
            line = self._line(end)
            check(line is not None, "gdb did not say: " + prefix,
                  "\n".join(self.lines[-40:]))
            if line.startswith(prefix):
                return line

    def idle(self, seconds):
        """Reads for a while; the lines that came."""
        at = len(self.lines)
        end = time.monotonic() + seconds
        while self._line(end) is not None:
            pass
        return self.lines[at:]

    def command(self, text, seconds=None):
        """Sends a command; its result line.  An error fails the test."""
        line = self.attempt(text, seconds)
        check(not line.startswith("^error"), "gdb refused: " + text, line)
        return line

    def attempt(self, text, seconds=None):
        print("mi>", text, flush=True)
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()
        return self.wait("^", seconds)

    def console(self, text):
        """What a CLI command prints."""
        at = len(self.lines)
        self.command('-interpreter-exec console "%s"' %
                     text.replace("\\", "\\\\").replace('"', '\\"'))
        return "\n".join(line for line in self.lines[at:]
                         if line.startswith("~"))

    def quit(self):
        try:
            self.process.stdin.write(b"-gdb-exit\n")
            self.process.stdin.flush()
            self.process.wait(PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
