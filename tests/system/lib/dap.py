# SPDX-License-Identifier: Apache-2.0
"""A small client of the Debug Adapter Protocol, as an editor is one."""
import base64
import json
import os
import re
import select
import shutil
import subprocess
import time

from lib.harness import PATIENCE, Failure, check, skip, start, tmp

LLDB_DAP = os.environ.get("LLDB_DAP", "lldb-dap-19")


class Dap:
    """lldb-dap on a pair of pipes.  What comes is kept until it is asked for,
    so that nothing is missed."""

    def __init__(self, env=None):
        if not shutil.which(LLDB_DAP):
            skip(LLDB_DAP + " is not installed")
        environ = dict(os.environ)
        environ.update(env or {})
        self.log = open(os.path.join(tmp(), "dap-errors"), "wb")
        self.process = start([LLDB_DAP], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=self.log,
                             env=environ)
        self.buffer = b""
        self.seq = 0
        self.events = []
        self.responses = {}
        self.output = ""
        self.capabilities = self.request(
            "initialize", adapterID="lldb-dap", clientID="rspd-test",
            linesStartAt1=True, columnsStartAt1=True, pathFormat="path")

    # ---- messages

    def _message(self, end):
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if found:
                size = int(head.split(b":")[1])
                if len(rest) >= size:
                    self.buffer = rest[size:]
                    return json.loads(rest[:size])
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(0, end - time.monotonic()))
            if not ready:
                return None
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                raise Failure("lldb-dap ended")
            self.buffer += data

    def _next(self, end, what):
        message = self._message(end)
        check(message is not None, "nothing came, in place of " + what)
        print("dap<", json.dumps(message)[:600], flush=True)
        if message["type"] == "event":
            if message["event"] == "output":
                self.output += message["body"]["output"]
            self.events.append(message)
        elif message["type"] == "response":
            self.responses[message["request_seq"]] = message
        else:
            self._send({"type": "response", "request_seq": message["seq"],
                        "command": message["command"], "success": False})

    def _send(self, message):
        self.seq += 1
        message["seq"] = self.seq
        text = json.dumps(message).encode()
        print("dap>", text.decode()[:600], flush=True)
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) +
                                 text)
        self.process.stdin.flush()
        return self.seq

    def post(self, command, **arguments):
        """Sends a request; the response is waited for with answer()."""
        return self._send({"type": "request", "command": command,
                           "arguments": arguments})

    def answer(self, seq, seconds=None):
        """The body of a response; a failed one fails the test."""
        message = self.attempt(seq, seconds)
        check(message["success"], "refused", message)
        return message.get("body") or {}

    def attempt(self, seq, seconds=None):
        end = time.monotonic() + (seconds or 2 * PATIENCE)
        while seq not in self.responses:
            self._next(end, "response %d" % seq)
        return self.responses.pop(seq)

    def request(self, command, **arguments):
        return self.answer(self.post(command, **arguments))

    def event(self, *names, seconds=None):
        """The next event of one of these names, from those not yet taken."""
        end = time.monotonic() + (seconds or 2 * PATIENCE)
        while True:
            for i, event in enumerate(self.events):
                if event["event"] in names:
                    del self.events[:i + 1]
                    return event.get("body") or {}
            self._next(end, "event " + " ".join(names))

    # ---- what an editor does

    def begin(self, how, functions=(), **arguments):
        """launch or attach, with breakpoints in place before it runs: names
        of functions, or what the request takes."""
        seq = self.post(how, **arguments)
        self.event("initialized")
        self.request("setFunctionBreakpoints", breakpoints=[
            {"name": f} if isinstance(f, str) else f for f in functions])
        self.request("configurationDone")
        self.answer(seq)

    def stopped(self, reason=None):
        """Waits for a stop; the thread's id."""
        body = self.event("stopped", "terminated")
        check("threadId" in body, "ended, in place of a stop", self.output)
        if reason:
            check(body["reason"] == reason, "stopped for another reason",
                  body)
        return body["threadId"]

    def frames(self, thread):
        return self.request("stackTrace", threadId=thread,
                            levels=20)["stackFrames"]

    def locals(self, frame):
        """The number that stands for a frame's local variables."""
        scopes = self.request("scopes", frameId=frame["id"])["scopes"]
        return [s["variablesReference"] for s in scopes
                if s["name"] == "Locals"][0]

    def variables(self, frame):
        """name -> value of a frame's locals."""
        return {v["name"]: v["value"] for v in self.request(
            "variables", variablesReference=self.locals(frame))["variables"]}

    def evaluate(self, frame, expression, context="watch"):
        return self.request("evaluate", expression=expression,
                            frameId=frame["id"], context=context)["result"]

    def command(self, frame, text):
        """A command of lldb's own, as typed into the debug console."""
        return self.evaluate(frame, "`" + text, "repl")

    def read(self, frame, reference, count):
        """Memory; lldb-dap 19 has no request for it, later ones have."""
        if not self.capabilities.get("supportsReadMemoryRequest"):
            text = self.command(frame, "memory read -f x -s 1 -c %d %s" %
                                (count, reference))
            return bytes(int(x, 16) for x in re.findall(
                r" 0x([0-9a-f]{2})\b", text))
        body = self.request("readMemory", memoryReference=reference,
                            offset=0, count=count)
        return base64.b64decode(body["data"])

    def write(self, frame, reference, data):
        if not self.capabilities.get("supportsWriteMemoryRequest"):
            self.command(frame, "memory write %s %s" %
                         (reference, " ".join(map(hex, data))))
            return
        self.request("writeMemory", memoryReference=reference,
                     data=base64.b64encode(data).decode())
