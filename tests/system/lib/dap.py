# SPDX-License-Identifier: Apache-2.0
"""A small client of the Debug Adapter Protocol, as an editor is one."""
import base64
import json
import os
import select
import shutil
import subprocess
import time

from lib.harness import PATIENCE, Failure, check, skip, start, tmp

LLDB_DAP = os.environ.get("LLDB_DAP", "lldb-dap-19")


class Dap:
    """lldb-dap on a pair of pipes.  Events are kept until they are asked
    for, so that none is missed."""

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
        elif message["type"] == "request":
            self._send({"type": "response", "request_seq": message["seq"],
                        "command": message["command"], "success": False})
        return message

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
        while True:
            message = self._next(end, "response %d" % seq)
            if message["type"] == "response" and message["request_seq"] == seq:
                return message

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

    def begin(self, how, breakpoints=None, functions=None, **arguments):
        """launch or attach, with breakpoints in place before it runs:
        {path: [{"line": ...}]} and function names (or whole requests)."""
        seq = self.post(how, **arguments)
        self.event("initialized")
        for path, lines in (breakpoints or {}).items():
            got = self.request("setBreakpoints", source={"path": path},
                               breakpoints=lines)["breakpoints"]
            check(len(got) == len(lines), "breakpoints", got)
        if functions:
            self.request("setFunctionBreakpoints", breakpoints=[
                {"name": f} if isinstance(f, str) else f for f in functions])
        done = self.post("configurationDone")
        answers = {seq: None, done: None}
        end = time.monotonic() + 2 * PATIENCE
        while None in answers.values():
            message = self._next(end, how)
            if message["type"] == "response":
                check(message["success"], "refused", message)
                answers[message["request_seq"]] = message

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

    def variables(self, frame):
        """name -> value of a frame's locals."""
        scopes = self.request("scopes", frameId=frame["id"])["scopes"]
        local = [s for s in scopes if s["name"] == "Locals"][0]
        return {v["name"]: v for v in self.request(
            "variables",
            variablesReference=local["variablesReference"])["variables"]}

    def evaluate(self, frame, expression, context="watch"):
        return self.request("evaluate", expression=expression,
                            frameId=frame["id"], context=context)["result"]

    def read(self, reference, count):
        body = self.request("readMemory", memoryReference=reference,
                            offset=0, count=count)
        return base64.b64decode(body["data"])

    def write(self, reference, data):
        self.request("writeMemory", memoryReference=reference,
                     data=base64.b64encode(data).decode())
