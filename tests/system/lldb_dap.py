# SPDX-License-Identifier: Apache-2.0
# variants: launch attach conditions memory threads signal pause
"""lldb-dap, as VS Code and other editors drive it, through rspd: as the local
debug server, or attached to a port."""
import os

from lib.dap import Dap
from lib.harness import (RSPD, Server, check, check_in, gone, inferior, run,
                         tracer_of, variant, wait_until)

LOCAL = {"LLDB_DEBUGSERVER_PATH": os.path.abspath(RSPD)}


def line_of(name, text):
    folder = os.path.dirname(os.path.realpath(__file__))
    with open(os.path.join(folder, "../inferiors", name)) as f:
        lines = [number for number, line in enumerate(f, 1) if text in line]
    check(len(lines) == 1, "not one line with: " + text, lines)
    return lines[0]


def attach(dap, program, *args, **begin):
    """Attaches to rspd on a port; the server."""
    server = Server("gdbserver", "127.0.0.1:0", "--", inferior(program), *args)
    dap.begin("attach", **begin, program=inferior(program), stopOnEntry=True,
              **{"gdb-remote-port": server.port,
                 "gdb-remote-hostname": "127.0.0.1"})
    return server


def walk_through_hello(dap, thread):
    """From a stop in middle() to the end, as its user clicks."""
    frames = dap.frames(thread)
    check([f["name"] for f in frames[:2]] == ["middle", "main"], "frames",
          frames)
    dap.request("stepIn", threadId=thread)
    thread = dap.stopped("step")
    top = dap.frames(thread)[0]
    check(top["name"] == "add", "not in add", top)
    dap.request("next", threadId=thread)
    thread = dap.stopped("step")
    top = dap.frames(thread)[0]
    values = dap.variables(top)
    check(values["a"] == "41" and values["sum"] == "42",
          "variables", values)
    check(dap.evaluate(top, "a + 400") == "441", "evaluate a + 400")
    check_in("23", dap.evaluate(top, "add(20, 3)"))
    dap.request("stepOut", threadId=thread)
    thread = dap.stopped("step")
    check(dap.frames(thread)[0]["name"] == "middle", "step out")
    dap.request("continue", threadId=thread)
    check(dap.event("exited")["exitCode"] == 7, "exit code")
    dap.event("terminated")


def test_launch():
    dap = Dap(LOCAL)
    dap.begin("launch", program=inferior("hello"), args=["one"],
              env=["RSPD_TEST=dap"], functions=["middle"])
    thread = dap.stopped("breakpoint")
    check_in("arg 1: one", dap.output)
    check_in("env: dap", dap.output)
    walk_through_hello(dap, thread)
    dap.request("disconnect", terminateDebuggee=True)


def test_attach():
    dap = Dap()
    server = attach(dap, "hello", functions=["main"])
    dap.request("continue", threadId=dap.stopped())
    thread = dap.stopped("breakpoint")
    # Where the compiler found the source; an editor maps it to its own.
    path = dap.frames(thread)[0]["source"]["path"]
    got = dap.request("setBreakpoints", source={"path": path}, breakpoints=[
        {"line": line_of("hello.c", "return add(n, 1)")}])["breakpoints"]
    check(got[0]["verified"], "the breakpoint has no place", got)
    dap.request("continue", threadId=thread)
    walk_through_hello(dap, dap.stopped("breakpoint"))
    dap.request("disconnect")
    check(server.wait() == 0, "rspd's exit status")


def test_conditions():
    """Conditions and hit counts, which lldb evaluates itself."""
    dap = Dap()
    server = attach(dap, "threads", "3", functions=[
        {"name": "lap", "condition": "watched == 5"}])
    pid = server.inferior_pid()
    dap.request("continue", threadId=dap.stopped())
    thread = dap.stopped("breakpoint")
    frame = dap.frames(thread)[0]
    check(dap.evaluate(frame, "watched") == "5", "stopped too early or late")
    dap.request("setFunctionBreakpoints", breakpoints=[
        {"name": "lap", "hitCondition": "3"}])
    dap.request("continue", threadId=thread)
    thread = dap.stopped("breakpoint")
    frame = dap.frames(thread)[0]
    check(int(dap.evaluate(frame, "watched")) >= 7, "hit count")
    # Detached, it goes on by itself.
    dap.request("disconnect", terminateDebuggee=False)
    wait_until(lambda: tracer_of(pid) == 0, what="the detach")
    os.kill(pid, 9)
    server.wait()


def test_memory():
    dap = Dap()
    server = attach(dap, "hello", functions=["add"])
    dap.request("continue", threadId=dap.stopped())
    thread = dap.stopped("breakpoint")
    top = dap.frames(thread)[0]
    where, local = (dap.evaluate(top, "&" + name).split()[-1]
                    for name in ("global", "a"))
    check(dap.read(top, where, 4) == bytes([41, 0, 0, 0]), "a global variable")
    check(dap.read(top, local, 4) == bytes([41, 0, 0, 0]), "a local one")
    # What came along with the stop is not what is there after a write.
    dap.write(top, where, bytes([99]))
    dap.write(top, local, bytes([7]))
    check(dap.read(top, where, 4) == bytes([99, 0, 0, 0]), "not written")
    check(dap.read(top, local, 4) == bytes([7, 0, 0, 0]), "a stale value")
    check(dap.evaluate(top, "global") == "99", "a stale global variable")
    check(dap.variables(top)["a"] == "7", "a stale local variable")
    dap.request("setVariable", variablesReference=dap.locals(top), name="a",
                value="8")
    check(dap.variables(top)["a"] == "8", "setVariable")
    check(dap.read(top, local, 4) == bytes([8, 0, 0, 0]), "setVariable")
    code = dap.request("disassemble", memoryReference=top[
        "instructionPointerReference"], instructionCount=8)["instructions"]
    check(len(code) == 8 and "int3" not in str(code), "disassemble", code)
    dap.request("next", threadId=thread, granularity="instruction")
    dap.stopped("step")
    dap.request("disconnect", terminateDebuggee=True)
    gone(server.inferior_pid())
    server.wait()


def test_threads():
    dap = Dap()
    server = attach(dap, "threads", "4", functions=["lap"])
    dap.request("continue", threadId=dap.stopped())
    dap.stopped("breakpoint")
    threads = dap.request("threads")["threads"]
    check(len(threads) == 4, "threads", threads)
    for name in ("worker-1", "worker-2", "worker-3"):
        check_in(name, str(threads))
    for thread in threads:
        names = [f["name"] for f in dap.frames(thread["id"])]
        check(len(names) > 1, "no frames of a thread", names)
    dap.request("disconnect", terminateDebuggee=True)
    gone(server.inferior_pid())
    server.wait()


def test_signal():
    dap = Dap(LOCAL)
    dap.begin("launch", program=inferior("signals"), args=["segv"])
    thread = dap.stopped("exception")
    info = dap.request("exceptionInfo", threadId=thread)
    check_in("SIGSEGV", str(info))
    check_in("main", dap.frames(thread)[0]["name"])
    dap.request("disconnect", terminateDebuggee=True)


def test_pause():
    dap = Dap()
    server = attach(dap, "sleeper")
    thread = dap.stopped()
    dap.request("continue", threadId=thread)
    dap.event("continued")
    dap.request("pause", threadId=thread)
    thread = dap.stopped()
    check(len(dap.frames(thread)) > 0, "no frames")
    dap.request("disconnect", terminateDebuggee=True)
    gone(server.inferior_pid())
    server.wait()


def test():
    globals()["test_" + variant("launch")]()


run(test)
